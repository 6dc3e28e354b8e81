#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "schema/frames.hpp"
#include "tests/bench/load/batch_readers.hpp"
#include "tests/bench/load/descriptor_limit.hpp"
#include "tests/bench/load/palabre_dialogue.hpp"
#include "tests/bench/load/poller.hpp"

/// Very many clients who say little: how fast they connect, what memory they cost, and how soon a message in
/// the lobby reaches them all.
namespace palabre::bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kPollNs = kSecond / 100;
constexpr std::uint64_t kPatience = 60 * kSecond;  // without any progress
constexpr std::uint64_t kPingNs = 8 * kSecond;     // within the usual heartbeat
constexpr OutboxId kOutbox{1};

struct CrowdOptions {
  std::uint16_t talk_port = 8420;
  std::uint16_t feed_port = 8421;
  std::size_t clients = 100;
  std::size_t at_once = 256;
  std::size_t messages = 10;
  int broker_process = 0;
};

/// How far the crowd has come.
struct Crowd {
  Tally tally;
  std::size_t welcomed = 0;
  std::size_t hearing = 0;
};

/// A client's talk connection.
class Talker : public TalkDialogue<Dialogue> {
 public:
  Talker(Crowd& crowd, std::size_t index)
      : TalkDialogue("crowd-" + std::to_string(index)), crowd_(crowd), said_ns_(now_ns()) {}

  [[nodiscard]] bool is_ready() const override { return is_welcome_; }
  [[nodiscard]] std::uint64_t said_ns() const { return said_ns_; }

  void say_now(Connection& connection, const Request& request) {
    say(connection, request);
    said_ns_ = now_ns();
  }

 private:
  void take_reply(Connection&, std::string_view frame) override {
    const auto reply = decode_reply(frame);
    if (!reply) return crowd_.tally.fail("palabre: " + reply.refusal().text);
    if (const auto* refusal = std::get_if<Refusal>(&reply->body)) {
      crowd_.tally.fail("palabre refuses: " + refusal->text);
    } else if (std::holds_alternative<reply::Welcome>(reply->body)) {
      is_welcome_ = true;
      ++crowd_.welcomed;
    }
  }

  Crowd& crowd_;
  std::uint64_t said_ns_;
  bool is_welcome_ = false;
};

/// A client's feed connection: the lobby, who comes and goes in it, and the ticks.
class Hearer : public ZmtpDialogue<Dialogue> {
 public:
  explicit Hearer(Crowd& crowd)
      : ZmtpDialogue("SUB"), crowd_(crowd), batches_(make_batch_reader({}, crowd.tally)) {}

  [[nodiscard]] bool is_ready() const override { return has_tick_; }

 private:
  void greeted(Connection& connection) override {
    subscribe(connection, room_topic(kLobby));
    subscribe(connection, notice_topic(kLobby));
    subscribe(connection, kTickTopic);
  }
  bool take(Connection&, const ZmtpReader::Frame& frame) override {
    if (frame.has_more) {
      if (!frame.is_whole()) return false;
      topic_ = frame.body;
      return true;
    }
    if (topic_ == kTickTopic && !has_tick_) {
      has_tick_ = true;
      ++crowd_.hearing;
    }
    return topic_ != room_topic(kLobby) || batches_->take(frame.body, frame.size);
  }

  Crowd& crowd_;
  std::unique_ptr<BatchReader> batches_;
  std::string topic_;
  bool has_tick_ = false;
};

/// One client: both its connections.
struct Member {
  Member(Crowd& crowd, std::size_t index, const CrowdOptions& options)
      : talker(crowd, index),
        hearer(crowd),
        talk(options.talk_port, Connection::Role::publisher, talker),
        feed(options.feed_port, Connection::Role::subscriber, hearer) {}

  Talker talker;
  Hearer hearer;
  Connection talk;
  Connection feed;
};

std::uint64_t resident_kib(int process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string word; status >> word;) {
    std::uint64_t kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib;
  }
  return 0;
}

/// Brings the crowd together and lets its first member speak.
class Gathering {
 public:
  explicit Gathering(const CrowdOptions& options) : options_(options), poller_(crowd_.tally) {}

  /// Returns when every client was welcomed and hears the feed.
  void gather() {
    wait_until(
        [this] { return crowd_.hearing; }, options_.clients,
        [this] {
          while (members_.size() < options_.clients && members_.size() - crowd_.welcomed < options_.at_once) {
            members_.push_back(std::make_unique<Member>(crowd_, members_.size(), options_));
            poller_.add(members_.back()->talk);
            poller_.add(members_.back()->feed);
          }
        });
  }

  /// How long one message took until the last client had it.
  double reach_all_ms(std::uint64_t counter) {
    const auto began = now_ns();
    auto& speaker = *members_.front();
    const request::Post post{std::string(kLobby), kOutbox, {counter}, {std::string(64, 'x')}};
    speaker.talker.say_now(speaker.talk, post);
    poller_.flush(speaker.talk);
    wait_until([this] { return crowd_.tally.delivered; }, counter * options_.clients, [] {});
    return static_cast<double>(now_ns() - began) / 1e6;
  }

 private:
  /// Polls until `count()` is what is wanted, and keeps everybody alive meanwhile.
  template <class Count, class Step>
  void wait_until(Count count, std::uint64_t wanted, Step step) {
    auto seen = count();
    for (auto deadline = now_ns() + kPatience; count() < wanted;) {
      step();
      ping_who_is_silent();
      poller_.poll(kPollNs);
      if (!crowd_.tally.failure.empty()) throw std::runtime_error(crowd_.tally.failure);
      if (count() != seen) deadline = now_ns() + kPatience;
      seen = count();
      if (now_ns() > deadline) {
        throw std::runtime_error("only " + std::to_string(seen) + " of " + std::to_string(wanted) + " came");
      }
    }
  }

  // All ping at the same interval, so who is next in turn is who is silent longest.
  void ping_who_is_silent() {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      auto& member = *members_[turn_ % members_.size()];
      if (!member.talker.is_ready() || member.talker.said_ns() + kPingNs > now_ns()) return;
      member.talker.say_now(member.talk, request::Ping{});
      poller_.flush(member.talk);
      ++turn_;
    }
  }

  CrowdOptions options_;
  Crowd crowd_;
  Poller poller_;
  std::vector<std::unique_ptr<Member>> members_;
  std::size_t turn_ = 0;
};

nlohmann::ordered_json measure(const CrowdOptions& options) {
  Gathering gathering(options);
  const auto kib_before = resident_kib(options.broker_process);
  const auto began = now_ns();
  gathering.gather();
  nlohmann::ordered_json report;
  report["connect_seconds"] = static_cast<double>(now_ns() - began) / 1e9;
  std::vector<double> reach_ms;
  for (std::uint64_t counter = 1; counter <= options.messages; ++counter)
    reach_ms.push_back(gathering.reach_all_ms(counter));
  std::ranges::sort(reach_ms);
  report["reach_ms"] = {{"p50", reach_ms[reach_ms.size() / 2]}, {"max", reach_ms.back()}};
  const auto kib = static_cast<double>(resident_kib(options.broker_process) - kib_before);
  report["kib_a_client"] = kib / static_cast<double>(options.clients);
  return report;
}

int run(const CrowdOptions& options) {
  raise_descriptor_limit(2 * options.clients);
  nlohmann::ordered_json output{{"clients", options.clients}, {"is_good", true}};
  try {
    output.update(measure(options));
  } catch (const std::exception& error) {
    output["is_good"] = false;
    output["failure"] = error.what();
  }
  std::printf("%s\n", output.dump(2).c_str());
  return output["is_good"] ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace palabre::bench

int main(int argc, char** argv) {
  CLI::App app("Connects very many clients to a fresh palabred, and times a message to them all",
               "palabre_crowd");
  palabre::bench::CrowdOptions options;
  app.add_option("--talk", options.talk_port)->capture_default_str();
  app.add_option("--feed", options.feed_port)->capture_default_str();
  app.add_option("--clients", options.clients)->capture_default_str()->check(CLI::Range(1, 15'000));
  app.add_option("--at-once", options.at_once, "HELLOs under way at most")->capture_default_str();
  app.add_option("--messages", options.messages, "Said one after the other")->capture_default_str();
  app.add_option("--broker-process", options.broker_process, "Whose memory is read before and after");
  CLI11_PARSE(app, argc, argv);
  return palabre::bench::run(options);
}
