#include "broker/operator_commands.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <utility>

#include "broker/domain/command_batch.hpp"
#include "broker/exit_status.hpp"
#include "broker/journal/data_directory.hpp"
#include "broker/journal/sqlite_journal.hpp"
#include "broker/operator/operator_answer.hpp"
#include "broker/operator/operator_socket.hpp"
#include "broker/wall_clock.hpp"

namespace palabre::broker {
namespace {

/// Longer than the broker takes to say that it is too busy.
constexpr std::chrono::seconds kPatience{15};

/// What the broker says that serves the data directory; nothing when none does.
std::optional<OperatorAnswer> asked_of_broker(const Config& config, const OperatorRequest& request) {
  const auto broker = connect_as_operator(config.data_dir);
  if (!broker) return std::nullopt;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  if (write_all(broker, text_of(request) + "\n", deadline)) {
    if (auto answer = read_operator_answer(read_to_end(broker, deadline))) return answer;
  }
  throw std::runtime_error("the broker that serves " + config.data_dir.string() +
                           " did not answer: whether it was done 'palabred identity list' will tell");
}

/// A store that no broker serves, and that none can serve meanwhile: decides as the recorder does.
class ClosedStore {
 public:
  explicit ClosedStore(const Config& config)
      : directory_(config.data_dir),
        journal_(open_journal(directory_, {config.durability})),
        state_(restore(journal_->load())) {}

  effect::Ruling decide(Order order) {
    CommandBatch batch;
    batch.decide(state_, command::Operate{{1}, std::move(order)}, wall_clock());
    const auto& records = batch.outcome().records;
    if (!records.empty() && journal_->commit(records, {}) == CommitResult::full) {
      state_ = restore(journal_->load());
      batch.refuse_what_was_not_stored(state_);
    }
    for (auto& effect : batch.outcome().effects) {
      if (auto* ruling = std::get_if<effect::Ruling>(&effect)) return std::move(*ruling);
    }
    return {};
  }
  [[nodiscard]] std::shared_ptr<const Directory> directory() const { return picture(state_); }

 private:
  DataDirectory directory_;
  std::unique_ptr<Journal> journal_;
  State state_;
};

OperatorAnswer asked_of_store(const Config& config, const OperatorRequest& request) {
  if (!std::filesystem::exists(database_in(config.data_dir)))
    throw StoreUnusable("there is no store in " + config.data_dir.string());
  ClosedStore store(config);
  return answer_to(request, {[&store](Order order) { return store.decide(std::move(order)); },
                             [&store] { return store.directory(); }, config.security != Security::open});
}

}  // namespace

int operate(const Config& config, const OperatorRequest& request) {
  if (const auto objection = objection_to(request)) {
    std::fprintf(stderr, "palabred: %s\n", objection->c_str());
    return kUsage;
  }
  auto answer = asked_of_broker(config, request);
  if (!answer) answer = asked_of_store(config, request);
  if (!answer->is_done) {
    std::fprintf(stderr, "palabred: %s\n", answer->text.c_str());
    return EXIT_FAILURE;
  }
  if (!answer->text.empty()) std::printf("%s\n", answer->text.c_str());
  return EXIT_SUCCESS;
}

}  // namespace palabre::broker
