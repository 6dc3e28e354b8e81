#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/bench/load/batch_readers.hpp"
#include "tests/bench/load/descriptor_limit.hpp"
#include "tests/bench/load/palabre_dialogue.hpp"
#include "tests/bench/load/poller.hpp"
#include "tests/bench/load/room_listener.hpp"

/// Very many clients who lose their connections, all at once, and come back at once, again and again: each
/// says HELLO, listens to the lobby, joins it and asks for the last page of its history.
namespace palabre::bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kMillisecond = 1'000'000;
constexpr std::uint64_t kPatience = 60 * kSecond;  // until all are back
constexpr std::uint64_t kPingNs = 8 * kSecond;     // within the usual heartbeat

struct ReturnOptions {
  std::uint16_t talk_port = 8420;
  std::uint16_t feed_port = 8421;
  std::string room{kLobby};
  std::size_t clients = 1000;
  std::size_t times = 0;
};

/// A client's talk connection. What the broker is too busy for is asked again when it says so.
class Talker : public TalkDialogue<Dialogue> {
 public:
  Talker(Tally& tally, std::size_t index, std::string room)
      : TalkDialogue("return-" + std::to_string(index), nullptr, RunId{index + 1}),
        tally_(tally),
        room_(std::move(room)),
        due_(hello()) {}

  [[nodiscard]] bool is_ready() const override { return has_page_; }
  [[nodiscard]] bool is_welcome() const { return is_welcome_; }

  /// True when something was said that has to be sent.
  bool ask_again(Connection& connection, std::uint64_t now) {
    if (again_ns_ == 0 || now < again_ns_) return false;
    again_ns_ = 0;
    say(connection, due_);
    return true;
  }

 private:
  void take_reply(Connection& connection, std::string_view frame) override {
    const auto reply = decode_reply(frame);
    if (!reply) return tally_.fail("palabre: " + reply.refusal().text);
    std::visit([&](const auto& what) { told(connection, what); }, reply->body);
  }

  void told(Connection& connection, const reply::Welcome& welcome) {
    is_welcome_ = true;
    const auto lobby = std::ranges::find(welcome.rooms, kLobby, &RoomHead::room);
    if (lobby != welcome.rooms.end()) head_ = lobby->head.value;
    ask(connection, request::Join{room_});
  }
  void told(Connection& connection, const reply::Joined&) {
    request::History history;
    history.room = kLobby;
    history.from = Sequence{head_ < limits::kEventsMax ? 1 : head_ - limits::kEventsMax + 1};
    ask(connection, history);
  }
  void told(Connection&, const reply::Page&) { has_page_ = true; }
  void told(Connection&, const Refusal& refusal) {
    if (!refusal.retry_after_ms) return tally_.fail("palabre refuses: " + refusal.text);
    again_ns_ = now_ns() + *refusal.retry_after_ms * kMillisecond;
  }
  template <class Other>
  void told(Connection&, const Other&) {}

  void ask(Connection& connection, Request request) {
    due_ = std::move(request);
    say(connection, due_);
  }

  Tally& tally_;
  std::string room_;
  Request due_;
  std::uint64_t again_ns_ = 0;
  std::uint64_t head_ = 0;
  bool is_welcome_ = false;
  bool has_page_ = false;
};

/// One client from its return to the next loss.
struct Visit {
  Visit(Tally& tally, std::size_t index, const ReturnOptions& options)
      : talker(tally, index, options.room),
        listener(options.room, make_batch_reader({}, tally)),
        talk(options.talk_port, Connection::Role::publisher, talker) {}

  [[nodiscard]] bool is_back() const { return talker.is_ready() && listener.is_ready(); }

  Talker talker;
  RoomListener listener;
  Connection talk;
  std::optional<Connection> feed;  ///< where it is, the WELCOME says
};

class Crowd {
 public:
  explicit Crowd(const ReturnOptions& options) : options_(options), poller_(tally_) {}

  void lose_connections() { visits_.clear(); }

  /// Returns when all are back.
  void come_back() {
    for (std::size_t index = 0; index < options_.clients; ++index) {
      visits_.push_back(std::make_unique<Visit>(tally_, index, options_));
      poller_.add(visits_.back()->talk);
    }
    const auto deadline = now_ns() + kPatience;
    while (!std::ranges::all_of(visits_, [](const auto& visit) { return visit->is_back(); })) {
      if (now_ns() > deadline) throw std::runtime_error("not all came back");
      go_on();
    }
  }

  [[noreturn]] void stay() {
    for (auto ping_at = now_ns() + kPingNs;;) {
      go_on();
      if (now_ns() < ping_at) continue;
      ping_at = now_ns() + kPingNs;
      for (auto& visit : visits_) {
        visit->talker.say(visit->talk, request::Ping{});
        poller_.flush(visit->talk);
      }
    }
  }

 private:
  void go_on() {
    poller_.poll(10 * kMillisecond);
    if (!tally_.failure.empty()) throw std::runtime_error(tally_.failure);
    const auto now = now_ns();
    for (auto& visit : visits_) {
      if (visit->talker.ask_again(visit->talk, now)) poller_.flush(visit->talk);
      if (visit->feed || !visit->talker.is_welcome()) continue;
      visit->feed.emplace(options_.feed_port, Connection::Role::subscriber, visit->listener);
      poller_.add(*visit->feed);
    }
  }

  ReturnOptions options_;
  Tally tally_;
  Poller poller_;
  std::vector<std::unique_ptr<Visit>> visits_;
};

/// Prints a line each time when all are back.
int run(const ReturnOptions& options) {
  raise_descriptor_limit(2 * options.clients);
  Crowd crowd(options);
  try {
    for (std::size_t time = 1;; ++time) {
      crowd.lose_connections();
      const auto began = now_ns();
      crowd.come_back();
      const nlohmann::ordered_json line{{"back", options.clients},
                                        {"seconds", static_cast<double>(now_ns() - began) / 1e9}};
      std::printf("%s\n", line.dump().c_str());
      std::fflush(stdout);
      if (time == options.times) crowd.stay();
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "palabre_return: %s\n", error.what());
    return EXIT_FAILURE;
  }
}

}  // namespace
}  // namespace palabre::bench

int main(int argc, char** argv) {
  CLI::App app("Connects very many clients, who lose their connections and come back again and again",
               "palabre_return");
  palabre::bench::ReturnOptions options;
  app.add_option("--talk", options.talk_port)->capture_default_str();
  app.add_option("--feed", options.feed_port)->capture_default_str();
  app.add_option("--room", options.room, "Which they join and listen to")->capture_default_str();
  app.add_option("--clients", options.clients)->capture_default_str()->check(CLI::Range(1, 15'000));
  app.add_option("--times", options.times, "After so many times they stay; 0: never")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return palabre::bench::run(options);
}
