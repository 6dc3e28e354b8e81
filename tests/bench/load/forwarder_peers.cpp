#include <algorithm>

#include "tests/bench/load/forwarder_frame.hpp"
#include "tests/bench/load/peers.hpp"
#include "tests/bench/load/zmtp_dialogue.hpp"

/// What the two forwarders are loaded with: a message is one frame; on the feed it is one frame too (plain),
/// or one of many behind a header (packed).
namespace palabre::bench {
namespace {

class ForwarderPublisher : public ZmtpDialogue<Poster> {
 public:
  ForwarderPublisher(const Options& options, Tally& tally, std::size_t index, std::uint32_t& probes)
      : ZmtpDialogue("DEALER"), tally_(tally), probes_(probes), index_(static_cast<std::uint32_t>(index)) {
    write_zmtp_header(message_, options.bytes);
    payload_place_ = message_.size();
    message_.append(options.bytes, 'x');
  }

  [[nodiscard]] bool is_ready() const override { return is_ready_; }

  void post(Connection& connection, std::size_t messages, std::uint64_t sent_ns) override {
    for (std::size_t i = 0; i < messages; ++i) {
      write_payload(message_.data() + payload_place_, {index_, static_cast<std::uint32_t>(++sent_), sent_ns});
      connection.out() += message_;
    }
    acknowledged_ = sent_;  // a forwarder answers nothing
    tally_.sent += messages;
    tally_.acknowledged += messages;
  }

  void probe(Connection& connection) override {
    write_payload(message_.data() + payload_place_, {kProbe, ++probes_, 0});
    connection.out() += message_;
  }

 private:
  void greeted(Connection&) override { is_ready_ = true; }
  // It answers nothing, so there is nothing to take.
  bool take(Connection&, const ZmtpReader::Frame&) override { return true; }

  Tally& tally_;
  std::uint32_t& probes_;
  std::uint32_t index_;
  std::string message_;
  std::size_t payload_place_ = 0;
  bool is_ready_ = false;
};

class ForwarderSubscriber : public ZmtpDialogue<Dialogue> {
 public:
  explicit ForwarderSubscriber(Tally& tally) : ZmtpDialogue("SUB"), tally_(tally) {}

 protected:
  void greeted(Connection& connection) override { subscribe(connection, ""); }

  Tally& tally_;
};

class PlainSubscriber : public ForwarderSubscriber {
 public:
  PlainSubscriber(const Options& options, Tally& tally, const std::uint32_t& probes)
      : ForwarderSubscriber(tally),
        ledger_(tally, options.publishers),
        bytes_(options.bytes),
        probes_(probes) {}

  [[nodiscard]] bool is_ready() const override { return probes_ > 0 && ledger_.last_probe() == probes_; }

 protected:
  bool take(Connection&, const ZmtpReader::Frame& frame) override {
    if (!frame.is_whole()) return false;
    if (frame.size == bytes_) {
      ledger_.take(frame.body.data());
    } else {
      tally_.fail("forwarder: a frame of another size");
    }
    return true;
  }

 private:
  Ledger ledger_;
  std::size_t bytes_;
  const std::uint32_t& probes_;
};

/// Reads the header of each frame, and the messages behind it only when asked to.
class PackedSubscriber : public ForwarderSubscriber {
 public:
  PackedSubscriber(const Options& options, Tally& tally, const std::uint32_t& probes)
      : ForwarderSubscriber(tally),
        ledger_(tally, options.publishers),
        probes_(probes),
        reads_messages_(options.check != Check::light || options.mode == Mode::delay) {}

  [[nodiscard]] bool is_ready() const override { return next_ == std::uint64_t{probes_} + 1 && probes_ > 0; }

 protected:
  bool take(Connection&, const ZmtpReader::Frame& frame) override {
    if (frame.body.size() < (reads_messages_ ? frame.size : std::min(frame.size, sizeof(PackedHeader))))
      return false;
    if (frame.size < sizeof(PackedHeader)) {
      tally_.fail("forwarder: a frame without a header");
      return true;
    }
    const auto header = read_packed_header(frame.body.data());
    if (next_ != 0 && header.first != next_) tally_.fail("forwarder: a gap or a repeat on the feed");
    next_ = header.first + header.count;
    if (reads_messages_) {
      take_messages(frame.body.substr(sizeof(PackedHeader)), header.count);
    } else {
      tally_.add_frame(header.count, frame.size);
    }
    return true;
  }

 private:
  void take_messages(std::string_view messages, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto size = read_packed_size(messages.data());
      ledger_.take(messages.data() + kPackedSizeBytes);
      messages.remove_prefix(kPackedSizeBytes + size);
    }
    if (!messages.empty()) tally_.fail("forwarder: bytes behind the last message");
  }

  Ledger ledger_;
  const std::uint32_t& probes_;
  bool reads_messages_;
  std::uint64_t next_ = 0;
};

}  // namespace

Peers forwarder_peers(const Options& options, Tally& tally) {
  const auto probes = std::make_shared<std::uint32_t>(0);
  const bool is_packed = options.system == System::packed;
  return {[&options, &tally, probes](std::size_t index) {
            return std::make_unique<ForwarderPublisher>(options, tally, index, *probes);
          },
          [&options, &tally, probes, is_packed]() -> std::unique_ptr<Dialogue> {
            if (is_packed) return std::make_unique<PackedSubscriber>(options, tally, *probes);
            return std::make_unique<PlainSubscriber>(options, tally, *probes);
          }};
}

}  // namespace palabre::bench
