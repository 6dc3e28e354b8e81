#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

#include "broker/domain/command_batch.hpp"
#include "broker/domain/directory.hpp"
#include "broker/domain/repeats.hpp"
#include "broker/domain/room_views.hpp"
#include "tests/broker/simulation/private_oracle.hpp"
#include "tests/support/memory_journal.hpp"

namespace palabre::broker {
namespace {

constexpr OutboxId kOutbox{7};
constexpr std::uint64_t kMuteMs = 400;

const std::vector<std::string> kPeople{"ada", "bela", "caro", "dora", "emil", "finn", "gus"};
const std::vector<std::string> kRooms{"ada/a", "ada/b", "bela/a", "caro/a", "xenia/a",
                                      "@ada",  "@bela", "@dora",  "@emil",  "@nobody"};
// Half of these are others' first names.
const std::vector<std::string> kNewNames{"ada", "bela", "caro", "dora", "xenia", "yan", "zoe", "viv"};
// More often what fills a room than what empties it.
const std::vector<std::string> kActions{"invite", "invite", "invite", "invite", "role", "role",  "mute",
                                        "mute",   "mute",   "unmute", "kick",   "ban",  "unban", "unban"};

/// PALABRE_STEPS steps, or enough for every run of the tests.
std::uint64_t steps_wanted() {
  const char* wanted = std::getenv("PALABRE_STEPS");
  return wanted == nullptr ? 50'000 : std::strtoull(wanted, nullptr, 10);
}

/// The domain and its pictures on one side, the oracle on the other, and dice.
class Game {
 public:
  explicit Game(std::uint64_t seed) : random_(seed) {
    for (const auto& name : kPeople) {
      const ConnectionId connection{oracle_people_ + 1};
      take(command::Admit{connection, {1}, name, "token"});
      oracle_.meet(name);
      ++oracle_people_;
    }
  }

  void step() {
    now_ += below(3);
    const auto who = any(kPeople);
    const auto room = any(kRooms);
    switch (below(11)) {
      case 0:
      case 1: expect(join(who, room), oracle_.join(who, room), who + " joins " + room); break;
      case 2: expect(leave(who, room), oracle_.leave(who, room), who + " leaves " + room); break;
      case 3:
      case 4:
      case 5: post(who, room); break;
      case 6: post_again(who, room); break;
      default: moderate(who, room);
    }
    check_who_heard(who, room);
    if (below(40) == 0) rename(who, any(kNewNames));
    if (below(40) == 0) expect(stranger(spelt(any(kPeople))), "wrong_token", "a stranger comes in");
    look(any(kPeople), any(kRooms));
    if (below(2'000) == 0) restart();
  }

  void look_at_everything() {
    for (const auto& who : kPeople) {
      for (const auto& room : kRooms) look(who, room);
    }
  }
  [[nodiscard]] const std::map<std::string, std::uint64_t>& answers() const { return answers_; }
  [[nodiscard]] std::uint64_t notices_heard() const { return notices_heard_; }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  const std::string& any(const std::vector<std::string>& names) { return names[below(names.size())]; }
  [[nodiscard]] ClientNumber client(const std::string& name) const { return state_.roster.find(name); }
  [[nodiscard]] Origin origin(const std::string& name) const {
    return {client(name), {client(name).value}, {1}};
  }

  /// Any name that he has or had.
  std::string spelt(const std::string& who) {
    std::vector<std::string> names;
    for (const auto& [name, bearer] : oracle_.bearers()) {
      if (bearer == who) names.push_back(name);
    }
    return names.empty() ? who : any(names);
  }
  /// How somebody may say it: a direct room by any name of whom it leads to.
  std::string said(const std::string& room) {
    return is_direct_room(room) ? direct_room(spelt(room.substr(1))) : room;
  }

  void rename(const std::string& who, const std::string& name) {
    const auto outcome = take(command::Operate{{1}, order::Rename{spelt(who), name}});
    std::string got = "nothing";
    for (const auto& effect : outcome.effects) {
      const auto* ruling = std::get_if<effect::Ruling>(&effect);
      if (ruling != nullptr) got = ruling->refusal ? name_of(ruling->refusal->code) : "done";
    }
    expect(got, oracle_.rename(who, name), who + " is called " + name);
  }
  /// Somebody whom nobody knows says that he is called so.
  std::string stranger(const std::string& name) {
    return answer_in(take(command::Admit{{99}, {1}, name, "a stranger's token"}));
  }

  Outcome take(Command command) {
    Outcome outcome;
    apply(state_, std::move(command), {now_}, outcome);
    (void)journal_.commit(outcome.records);
    if (outcome.touched.is_any()) book_ = book_->after(state_, outcome.touched);
    notices_.clear();
    for (const auto& effect : outcome.effects) {
      if (const auto* told = std::get_if<effect::NotifyMembers>(&effect)) notices_.push_back(*told);
    }
    return outcome;
  }

  /// Who is there once it is done is told of it, and whom it is about.
  void check_who_heard(const std::string& who, const std::string& room) {
    for (const auto& [connections, name, what] : notices_) {
      auto readers = oracle_.readers(who, room);
      readers.insert(kPeople.at(what.client.value - 1));
      for (const auto connection : connections) {
        const auto& hearer = kPeople.at(connection.value - 1);
        if (!readers.contains(hearer)) throw std::runtime_error(hearer + " is told of " + room);
        ++notices_heard_;
      }
    }
  }

  static std::string answer_in(const Outcome& outcome) {
    for (const auto& effect : outcome.effects) {
      EXPECT_FALSE(std::holds_alternative<effect::Notify>(effect)) << "everybody was told";
      if (std::holds_alternative<effect::Admitted>(effect)) return "admitted";
      if (std::holds_alternative<effect::Acknowledge>(effect)) return "stored";
      const auto* answer = std::get_if<effect::Answer>(&effect);
      if (answer == nullptr) continue;
      if (std::holds_alternative<reply::Joined>(answer->reply)) return "joined";
      if (std::holds_alternative<reply::Left>(answer->reply)) return "left";
      if (std::holds_alternative<reply::Moderated>(answer->reply)) return "done";
      return std::string(name_of(std::get<Refusal>(answer->reply).code));
    }
    return "nothing";
  }

  void expect(const std::string& got, const std::string& wanted, const std::string& what) {
    ++answers_[got];
    if (got != wanted) throw std::runtime_error(what + ": " + got + ", not " + wanted);
  }

  std::string join(const std::string& who, const std::string& room) {
    return answer_in(take(command::Join{origin(who), said(room)}));
  }
  std::string leave(const std::string& who, const std::string& room) {
    return answer_in(take(command::Leave{origin(who), said(room)}));
  }

  std::string post(const std::string& who, const std::string& room, std::uint64_t counter) {
    Texts texts;
    texts.push_back("x");
    command::Post post{origin(who), {said(room), kOutbox, {counter}, texts}};
    if (!look_up_originals(journal_, post, count_repeats(state_, journal_, post)))
      throw std::runtime_error("what " + who + " posted is gone");
    return answer_in(take(std::move(post)));
  }

  void post_again(const std::string& who, const std::string& room) {
    const auto used = oracle_.counters_used(who);
    if (used == 0) return post(who, room);
    const auto counter = 1 + below(used);
    expect(post(who, room, counter), oracle_.repeat(who, room, counter), who + " posts again in " + room);
  }

  void post(const std::string& who, const std::string& room) {
    const auto got = post(who, room, oracle_.counters_used(who) + 1);
    expect(got, oracle_.post(who, room, now_), who + " posts in " + room);
    if (got != "stored") return;
    PrivateOracle::Names readers;
    for (const auto member : state_.rooms.at(find_room(state_, client(who), room)).members) {
      readers.insert(oracle_.bearers().at(state_.roster.at(member).name));
    }
    if (readers != oracle_.readers(who, room)) throw std::runtime_error("others hear " + who + " in " + room);
  }

  void moderate(const std::string& by, const std::string& room) {
    const auto action = any(kActions);
    const auto whom = below(30) == 0 ? "nobody" : any(kPeople);
    const bool gives = action == "role" || action == "invite";
    const auto rank = gives ? static_cast<int>(below(4)) : 1;
    request::Moderate wanted{said(room), *moderation_named(action), spelt(whom), {}, kMuteMs, {}};
    if (gives) wanted.role = static_cast<Role>(rank);
    const auto got = answer_in(take(command::Moderate{origin(by), wanted}));
    expect(got, oracle_.moderate(by, room, action, whom, rank, now_ + kMuteMs),
           by + ": " + action + " " + whom + " in " + room);
  }

  /// What sessions decide reads on.
  void look(const std::string& who, const std::string& room) {
    const auto found = book_->find_room(client(who), said(room));
    const bool may = found && book_->may_read(client(who), found);
    if (may != static_cast<bool>(found))
      throw std::runtime_error(who + " finds " + room + " and may not read it");
    if (may != oracle_.may_read(who, room))
      throw std::runtime_error(who + " reads " + room + ": " + (may ? "yes" : "no"));
    const auto present = is_direct_room(room) && may ? direct_room(oracle_.called(room.substr(1))) : room;
    if (may && book_->name_for(client(who), found) != present)
      throw std::runtime_error(room + " has another name");
  }

  void restart() {
    auto before = std::move(state_);
    state_ = restore(journal_.load(), before);
    book_ = picture(state_);
    look_at_everything();
  }

  std::mt19937_64 random_;
  MemoryJournal journal_;
  State state_ = restore(journal_.load());
  std::shared_ptr<const Directory> book_ = picture(state_);
  PrivateOracle oracle_;
  std::uint64_t oracle_people_ = 0;
  std::uint64_t now_ = 1'000;
  std::map<std::string, std::uint64_t> answers_;
  std::vector<effect::NotifyMembers> notices_;  ///< of what was done last
  std::uint64_t notices_heard_ = 0;
};

TEST(PrivateRooms, are_what_a_small_oracle_says) {
  constexpr std::uint64_t kStepsOfGame = 10'000;
  const auto steps = steps_wanted();
  std::map<std::string, std::uint64_t> answers;
  std::uint64_t notices_heard = 0;
  for (std::uint64_t done = 0, seed = 1; done < steps; ++seed) {
    Game game(seed);
    for (std::uint64_t i = 0; i < kStepsOfGame && done < steps; ++i, ++done) {
      ASSERT_NO_THROW(game.step()) << "seed " << seed << ", step " << i;
    }
    ASSERT_NO_THROW(game.look_at_everything()) << "seed " << seed;
    for (const auto& [answer, count] : game.answers()) answers[answer] += count;
    notices_heard += game.notices_heard();
  }
  // A game in which one of these never comes would show nothing.
  for (const auto* answer : {"joined", "left", "stored", "done", "no_such_room", "not_allowed", "muted",
                             "no_such_client", "id_reused", "wrong_token"}) {
    EXPECT_GT(answers[answer], steps / 5'000) << answer;
  }
  EXPECT_GT(notices_heard, steps / 100);
}

}  // namespace
}  // namespace palabre::broker
