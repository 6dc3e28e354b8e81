#include <initializer_list>

#include "tests/bench/load/peers.hpp"

/// The protocol of Redis: PUBLISH and SUBSCRIBE for fan-out, RPUSH or XADD for what is to be stored.
namespace palabre::bench {
namespace {

constexpr std::string_view kChannel = "lobby";

std::string bulk(std::string_view text) {
  return '$' + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

std::string array(std::initializer_list<std::string_view> words) {
  std::string all = '*' + std::to_string(words.size()) + "\r\n";
  for (const auto word : words) all += bulk(word);
  return all;
}

class RedisPublisher : public Poster {
 public:
  RedisPublisher(const Options& options, Tally& tally, std::size_t index)
      : tally_(tally),
        index_(static_cast<std::uint32_t>(index)),
        receivers_(options.mode == Mode::stored ? std::string() : std::to_string(options.subscribers)),
        message_(command_of(options)),
        payload_place_(message_.size() - options.bytes - 2) {}

  void begin(Connection& connection) override { connection.out() += array({"PING"}); }

  std::size_t read(Connection&, std::string_view bytes) override {
    std::size_t used = 0;
    while (used < bytes.size()) {
      const auto end = bytes.find("\r\n", used);
      if (end == std::string_view::npos) break;
      const auto line = bytes.substr(used, end - used);
      used = end + 2;
      if (line.starts_with('$')) {  // XADD answers with an id
        if (bytes.find("\r\n", used) == std::string_view::npos) return used - line.size() - 2;
        used = bytes.find("\r\n", used) + 2;
      }
      take_reply(line);
    }
    return used;
  }

  [[nodiscard]] bool is_ready() const override { return is_ready_; }

  void post(Connection& connection, std::size_t messages, std::uint64_t sent_ns) override {
    for (std::size_t i = 0; i < messages; ++i) {
      write_payload(message_.data() + payload_place_, {index_, static_cast<std::uint32_t>(++sent_), sent_ns});
      connection.out() += message_;
    }
    tally_.sent += messages;
  }

 private:
  static std::string command_of(const Options& options) {
    const std::string text(options.bytes, 'x');
    if (options.mode != Mode::stored) return array({"PUBLISH", kChannel, text});
    if (options.redis_store == RedisStore::xadd) return array({"XADD", kChannel, "*", "t", text});
    return array({"RPUSH", kChannel, text});
  }

  void take_reply(std::string_view line) {
    if (!is_ready_) {
      is_ready_ = line == "+PONG";
      if (!is_ready_) tally_.fail("redis says: " + std::string(line));
      return;
    }
    const bool is_number = line.starts_with(':');
    if (!is_number && !line.starts_with('$')) tally_.fail("redis says: " + std::string(line));
    if (is_number && !receivers_.empty() && line.substr(1) != receivers_) {
      tally_.fail("redis sent a message to " + std::string(line.substr(1)) + " of " + receivers_);
    }
    ++acknowledged_;
    ++tally_.acknowledged;
  }

  Tally& tally_;
  std::uint32_t index_;
  std::string receivers_;  ///< how many a PUBLISH must reach; empty when that is not the question
  std::string message_;
  std::size_t payload_place_;
  bool is_ready_ = false;
};

class RedisSubscriber : public Dialogue {
 public:
  RedisSubscriber(const Options& options, Tally& tally)
      : tally_(tally),
        ledger_(tally, options.publishers),
        confirmation_("*3\r\n" + bulk("subscribe") + bulk(kChannel) + ":1\r\n"),
        head_("*3\r\n" + bulk("message") + bulk(kChannel) + '$' + std::to_string(options.bytes) + "\r\n"),
        bytes_(options.bytes) {}

  void begin(Connection& connection) override { connection.out() += array({"SUBSCRIBE", kChannel}); }

  std::size_t read(Connection&, std::string_view bytes) override {
    if (!is_ready_) {
      if (bytes.size() < confirmation_.size()) return 0;
      is_ready_ = bytes.starts_with(confirmation_);
      if (!is_ready_) tally_.fail("redis says: " + std::string(bytes));
      return confirmation_.size();
    }
    const std::size_t message_bytes = head_.size() + bytes_ + 2;
    std::size_t used = 0;
    for (; bytes.size() - used >= message_bytes; used += message_bytes) {
      const auto message = bytes.substr(used, message_bytes);
      if (!message.starts_with(head_) || !message.ends_with("\r\n")) tally_.fail("redis: a torn message");
      ledger_.take(message.data() + head_.size());
    }
    return used;
  }

  [[nodiscard]] bool is_ready() const override { return is_ready_; }

 private:
  Tally& tally_;
  Ledger ledger_;
  std::string confirmation_;
  std::string head_;  ///< what is before the text of each message
  std::size_t bytes_;
  bool is_ready_ = false;
};

}  // namespace

Peers redis_peers(const Options& options, Tally& tally) {
  return {[&options, &tally](std::size_t index) {
            return std::make_unique<RedisPublisher>(options, tally, index);
          },
          [&options, &tally] { return std::make_unique<RedisSubscriber>(options, tally); }};
}

}  // namespace palabre::bench
