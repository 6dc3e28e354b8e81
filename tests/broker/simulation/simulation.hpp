#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "broker/domain/repeats.hpp"
#include "broker/domain/state.hpp"
#include "tests/broker/simulation/outcome_lines.hpp"
#include "tests/broker/simulation/random_commands.hpp"
#include "tests/broker/simulation/reference_model.hpp"
#include "tests/support/memory_journal.hpp"

namespace palabre::broker {

/// The domain in a recorder's hands, without thread or clock: random commands in random batches, committed to
/// a store that is sometimes full and sometimes reopened, against ReferenceModel. All of it follows from the
/// seed.
class Simulation {
 public:
  /// Changes an outcome as a bug would.
  using Bug = std::function<void(Outcome&)>;

  explicit Simulation(std::uint64_t seed, Bug bug = {}) : random_(seed, state_), bug_(std::move(bug)) {}

  /// What went wrong first, with the commands before it; nothing when all was right.
  [[nodiscard]] std::optional<std::string> run(std::size_t steps) {
    try {
      for (std::size_t step = 0; step < steps; ++step) {
        now_ += random_.below(3);
        if (random_.once_in(16)) now_ -= std::min<std::uint64_t>(now_, 5);
        decide(random_.next());
        if (random_.once_in(8)) settle(random_.once_in(6));
        if (random_.once_in(24)) reopen();
      }
      settle(false);
    } catch (const std::exception& difference) {
      return difference.what();
    }
    return std::nullopt;
  }

  /// How many messages were stored: a simulation in which nothing happens proves nothing.
  [[nodiscard]] std::size_t stored() const { return journal_.messages().size(); }

 private:
  void decide(Command command) {
    if (auto* post = std::get_if<command::Post>(&command)) look_up(*post);
    const auto expected = model_.decide(command, now_);
    Outcome outcome;
    apply(state_, std::move(command), {now_}, outcome);
    if (bug_) bug_(outcome);
    require_same("a decision", expected, OutcomeLines::of(outcome));
    batch_.insert(batch_.end(), outcome.records.begin(), outcome.records.end());
  }

  /// As the recorder does: what a batch holds is committed when the store does not have an original yet.
  void look_up(command::Post& post) {
    if (look_up_originals(journal_, post, count_repeats(state_, journal_, post))) return;
    commit();
    if (!look_up_originals(journal_, post, count_repeats(state_, journal_, post)))
      throw std::logic_error("what was committed is not found");
  }

  void commit() {
    if (journal_.commit(batch_) == CommitResult::full) throw std::logic_error("the store is never full here");
    batch_.clear();
    stored_model_ = model_;
  }

  /// Ends a batch: it is stored, or there is no space and it never was.
  void settle(bool is_full) {
    if (is_full) {
      batch_.clear();
      state_ = restore(journal_.load(), state_);
      model_.go_back_to(stored_model_);
    } else {
      commit();
      if (random_.once_in(8)) state_.matrix.forget_all();
    }
    require_same("the picture", model_.picture(), OutcomeLines::picture_of(state_));
  }

  void reopen() {
    settle(false);
    state_ = restore(journal_.load());
    model_.disconnect_all();
    stored_model_ = model_;
    require_same("a reopened store", model_.picture(), OutcomeLines::picture_of(state_));
  }

  static void require_same(const std::string& what, const std::vector<std::string>& expected,
                           const std::vector<std::string>& actual) {
    if (expected == actual) return;
    std::string difference = what + " is wrong\nexpected:\n";
    for (const auto& line : expected) difference += "  " + line + "\n";
    difference += "decided:\n";
    for (const auto& line : actual) difference += "  " + line + "\n";
    throw std::logic_error(difference);
  }

  RandomCommands random_;
  Bug bug_;
  MemoryJournal journal_;
  State state_ = restore(journal_.load());
  ReferenceModel model_;
  ReferenceModel stored_model_;
  std::vector<Record> batch_;
  std::uint64_t now_ = 10;
};

}  // namespace palabre::broker
