#include <algorithm>
#include <variant>

#include "tests/bench/load/batch_readers.hpp"
#include "tests/bench/load/msgpack_cursor.hpp"
#include "tests/bench/load/palabre_dialogue.hpp"
#include "tests/bench/load/peers.hpp"
#include "tests/bench/load/room_listener.hpp"

/// The protocol of schema/README.md: HELLO and POST on the talk port, batches on the feed.
namespace palabre::bench {
namespace {

/// msgpack for what is posted: the library's writer makes a string of each text first.
class PostWriter {
 public:
  explicit PostWriter(std::string& out) : out_(out) {}

  void text(std::string_view text) {
    text_header(text.size());
    out_ += text;
  }
  void text_header(std::size_t size) {
    if (size < 32) {
      out_ += static_cast<char>(0xa0 | size);
    } else if (size < 256) {
      out_ += '\xd9';
      big_endian(size, 1);
    } else {
      out_ += '\xda';
      big_endian(size, 2);
    }
  }
  void number(std::uint64_t number) {
    out_ += '\xcf';
    big_endian(number, 8);
  }
  void map(std::size_t keys) { out_ += static_cast<char>(0x80 | keys); }
  void array(std::size_t elements) {
    out_ += '\xdc';
    big_endian(elements, 2);
  }

 private:
  void big_endian(std::uint64_t number, unsigned width) {
    for (unsigned shift = 8 * width; shift > 0; shift -= 8) out_ += static_cast<char>(number >> (shift - 8));
  }

  std::string& out_;
};

class PalabrePublisher : public TalkDialogue<Poster> {
 public:
  PalabrePublisher(const Options& options, Tally& tally, std::size_t index, const CurveKeys* keys)
      : TalkDialogue("load-" + std::to_string(index), keys),
        tally_(tally),
        index_(static_cast<std::uint32_t>(index)),
        publishers_(options.publishers),
        rooms_(options.rooms),
        texts_max_(options.texts_a_post),
        checks_all_(options.check == Check::full),
        outbox_(now_ns() % limits::kIntegerMax + index),
        padding_(options.bytes - kPayloadBytesMin, 'x') {}

  [[nodiscard]] bool is_ready() const override { return has_welcome_ && joins_due_ == 0; }

  void post(Connection& connection, std::size_t messages, std::uint64_t sent_ns) override {
    while (messages > 0) {
      const auto texts = std::min(messages, texts_max_);
      write_post(connection.out(), texts, sent_ns);
      messages -= texts;
      tally_.sent += texts;
    }
  }

 private:
  /// So that this one's share of the rooms exists; the talk stays in the lobby.
  void join_rooms(Connection& connection) {
    for (std::size_t room = index_; room < rooms_; room += publishers_, ++joins_due_)
      say(connection, request::Join{"room-" + std::to_string(room)});
  }

  void write_post(std::string& out, std::size_t texts, std::uint64_t sent_ns) {
    frame_.clear();
    PostWriter writer(frame_);
    writer.map(6);
    writer.text("type");
    writer.text("post");
    writer.text("request");
    writer.number(next_request().value);
    writer.text("room");
    writer.text(kLobby);
    writer.text("outbox");
    writer.number(outbox_);
    writer.text("counter");
    writer.number(sent_ + 1);
    writer.text("texts");
    writer.array(texts);
    for (std::size_t i = 0; i < texts; ++i) {
      writer.text_header(kPayloadBytesMin + padding_.size());
      const auto place = frame_.size();
      frame_.resize(place + kPayloadBytesMin);
      write_payload(frame_.data() + place, {index_, static_cast<std::uint32_t>(++sent_), sent_ns});
      frame_ += padding_;
    }
    write(out, frame_);
  }

  void take_reply(Connection& connection, std::string_view frame) override {
    if (!is_ready() || checks_all_) return decode(connection, frame);
    MsgpackCursor cursor(frame);
    std::uint64_t acks = 0;
    std::uint64_t counter = 0;
    for (auto keys = cursor.map(); keys > 0 && cursor.is_good(); --keys) {
      if (cursor.text() != "acks") {
        cursor.skip();
        continue;
      }
      acks = cursor.array();
      cursor.array();
      counter = cursor.number();
      break;
    }
    if (acks == 0 || !cursor.is_good()) return decode(connection, frame);
    count(acks, counter);
  }

  /// The schema's own way, for what is not the ordinary acknowledgement.
  void decode(Connection& connection, std::string_view frame) {
    const auto reply = decode_reply(frame);
    if (!reply) return tally_.fail("palabre: " + reply.refusal().text);
    if (std::holds_alternative<reply::Welcome>(reply->body)) {
      has_welcome_ = true;
      join_rooms(connection);
    } else if (std::holds_alternative<reply::Joined>(reply->body)) {
      --joins_due_;
    } else if (const auto* refusal = std::get_if<Refusal>(&reply->body)) {
      tally_.fail("palabre refuses: " + refusal->text);
    } else if (const auto* stored = std::get_if<reply::Stored>(&reply->body)) {
      for (const auto& ack : stored->acks) count(1, ack.counter.value);
    }
  }

  void count(std::uint64_t acks, std::uint64_t first) {
    if (first != acknowledged_ + 1) {
      tally_.fail("palabre: the acknowledgement of message " + std::to_string(first) + " came where " +
                  std::to_string(acknowledged_ + 1) + " was due");
    }
    acknowledged_ += acks;
    tally_.acknowledged += acks;
  }

  Tally& tally_;
  std::uint32_t index_;
  std::size_t publishers_;
  std::size_t rooms_;
  std::size_t texts_max_;
  bool checks_all_;
  std::uint64_t outbox_;
  std::string padding_;
  std::string frame_;
  bool has_welcome_ = false;
  std::size_t joins_due_ = 0;
};

}  // namespace

Peers palabre_peers(const Options& options, Tally& tally) {
  // A key for each publisher; subscribers share the first one's, which is registered when they come.
  auto keys = std::make_shared<std::vector<CurveKeys>>();
  if (!options.invitation.empty())
    for (std::size_t i = 0; i < options.publishers; ++i)
      keys->push_back({broker_key(options.invitation), make_curve_pair()});
  const auto key_of = [keys](std::size_t index) { return keys->empty() ? nullptr : &(*keys)[index]; };
  const auto opening =
      options.check == Check::light && options.mode != Mode::delay ? Opening::beginning : Opening::whole;
  return {[&options, &tally, key_of](std::size_t index) {
            return std::make_unique<PalabrePublisher>(options, tally, index, key_of(index));
          },
          [&options, &tally, key_of, opening] {
            return std::make_unique<RoomListener>(std::string(kLobby), make_batch_reader(options, tally),
                                                  key_of(0), opening);
          }};
}

}  // namespace palabre::bench
