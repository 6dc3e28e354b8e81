#include <cstring>

#include "tests/bench/load/peers.hpp"

/// The text protocol of NATS: CONNECT, PUB, SUB, MSG, PING, PONG.
namespace palabre::bench {
namespace {

constexpr std::string_view kSubject = "lobby";
constexpr std::string_view kConnect =
    "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"load\",\"version\":\"1\",\"protocol\":1}\r\n"
    "PING\r\n";

/// Handles the line at the beginning of `bytes`; returns how many bytes it was, 0 when its end is missing.
std::size_t read_line(Connection& connection, std::string_view bytes, Tally& tally, bool& has_pong) {
  const auto end = bytes.find("\r\n");
  if (end == std::string_view::npos) return 0;
  const auto line = bytes.substr(0, end);
  if (line.starts_with("PING")) {
    connection.out() += "PONG\r\n";
  } else if (line.starts_with("PONG")) {
    has_pong = true;
  } else if (!line.starts_with("INFO")) {
    tally.fail("nats says: " + std::string(line));
  }
  return end + 2;
}

class NatsPublisher : public Poster {
 public:
  NatsPublisher(const Options& options, Tally& tally, std::size_t index)
      : tally_(tally), index_(static_cast<std::uint32_t>(index)), bytes_(options.bytes) {
    message_ = "PUB " + std::string(kSubject) + ' ' + std::to_string(bytes_) + "\r\n";
    payload_place_ = message_.size();
    message_ += std::string(bytes_, 'x') + "\r\n";
  }

  void begin(Connection& connection) override { connection.out() += kConnect; }

  std::size_t read(Connection& connection, std::string_view bytes) override {
    std::size_t used = 0;
    while (const auto line = read_line(connection, bytes.substr(used), tally_, is_ready_)) used += line;
    return used;
  }

  [[nodiscard]] bool is_ready() const override { return is_ready_; }

  void post(Connection& connection, std::size_t messages, std::uint64_t sent_ns) override {
    for (std::size_t i = 0; i < messages; ++i) {
      write_payload(message_.data() + payload_place_, {index_, static_cast<std::uint32_t>(++sent_), sent_ns});
      connection.out() += message_;
    }
    acknowledged_ = sent_;  // nats answers nothing
    tally_.sent += messages;
    tally_.acknowledged += messages;
  }

 private:
  Tally& tally_;
  std::uint32_t index_;
  std::size_t bytes_;
  std::string message_;
  std::size_t payload_place_ = 0;
  bool is_ready_ = false;
};

class NatsSubscriber : public Dialogue {
 public:
  NatsSubscriber(const Options& options, Tally& tally)
      : tally_(tally),
        ledger_(tally, options.publishers),
        head_("MSG " + std::string(kSubject) + " 1 " + std::to_string(options.bytes) + "\r\n"),
        bytes_(options.bytes) {}

  void begin(Connection& connection) override {
    connection.out() += kConnect;
    connection.out() += "SUB " + std::string(kSubject) + " 1\r\nPING\r\n";
  }

  std::size_t read(Connection& connection, std::string_view bytes) override {
    const std::size_t message_bytes = head_.size() + bytes_ + 2;
    std::size_t used = 0;
    while (true) {
      const auto left = bytes.substr(used);
      if (left.size() >= message_bytes && left.starts_with(head_)) {
        if (left[message_bytes - 2] != '\r' || left[message_bytes - 1] != '\n')
          tally_.fail("nats: a torn message");
        ledger_.take(left.data() + head_.size());
        used += message_bytes;
      } else if (left.starts_with("MSG")) {
        if (left.size() >= message_bytes) tally_.fail("nats: a message of another size");
        return used;
      } else {
        bool has_pong = false;
        const auto line = read_line(connection, left, tally_, has_pong);
        if (line == 0) return used;
        // The first PONG answers the PING behind CONNECT, the second the one behind SUB.
        pongs_ += has_pong ? 1 : 0;
        used += line;
      }
    }
  }

  [[nodiscard]] bool is_ready() const override { return pongs_ >= 2; }

 private:
  Tally& tally_;
  Ledger ledger_;
  std::string head_;
  std::size_t bytes_;
  int pongs_ = 0;
};

}  // namespace

Peers nats_peers(const Options& options, Tally& tally) {
  return {[&options, &tally](std::size_t index) {
            return std::make_unique<NatsPublisher>(options, tally, index);
          },
          [&options, &tally] { return std::make_unique<NatsSubscriber>(options, tally); }};
}

}  // namespace palabre::bench
