#include "tests/bench/load/batch_readers.hpp"

#include <map>

#include "schema/frames.hpp"
#include "tests/bench/load/msgpack_cursor.hpp"

namespace palabre::bench {
namespace {

/// Sees that each batch begins where the one before ended.
class Continuity {
 public:
  explicit Continuity(Tally& tally) : tally_(tally) {}

  void take(std::uint64_t first, std::uint64_t count) {
    if (next_ != 0 && first != next_) {
      tally_.fail("palabre: sequence " + std::to_string(first) + " came where " + std::to_string(next_) +
                  " was due");
    }
    next_ = first + count;
  }

 private:
  Tally& tally_;
  std::uint64_t next_ = 0;
};

struct BatchHeader {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

/// Reads only until both numbers were met: the names behind them may be many.
BatchHeader read_header(MsgpackCursor& cursor) {
  BatchHeader header;
  for (auto keys = cursor.map(); keys > 0 && cursor.is_good(); --keys) {
    const auto key = cursor.text();
    if (key == "first") {
      header.first = cursor.number();
    } else if (key == "count") {
      header.count = cursor.number();
    } else {
      cursor.skip();
    }
    if (header.first != 0 && header.count != 0) break;
  }
  return header;
}

class HeaderReader : public BatchReader {
 public:
  explicit HeaderReader(Tally& tally) : tally_(tally), continuity_(tally) {}

  bool take(std::string_view body, std::size_t size) override {
    MsgpackCursor cursor(body);
    const auto header = read_header(cursor);
    if (!cursor.is_good() || header.count == 0) {
      if (body.size() < size) return false;
      tally_.fail("palabre: a batch without first or count");
      return true;
    }
    continuity_.take(header.first, header.count);
    tally_.add_frame(header.count, size);
    return true;
  }

 private:
  Tally& tally_;
  Continuity continuity_;
};

/// Finds each text in the batch, to know when it was sent.
class TextReader : public BatchReader {
 public:
  TextReader(Tally& tally, std::size_t publishers)
      : tally_(tally), continuity_(tally), ledger_(tally, publishers) {}

  bool take(std::string_view body, std::size_t size) override {
    if (body.size() < size) return false;
    MsgpackCursor header_cursor(body);
    const auto header = read_header(header_cursor);
    continuity_.take(header.first, header.count);
    MsgpackCursor cursor(body);
    cursor.skip();
    for (std::uint64_t i = 0; i < header.count && cursor.is_good(); ++i) {
      auto fields = cursor.array();
      cursor.number();
      cursor.number();
      const auto text = cursor.text();
      for (; fields > 3; --fields) cursor.skip();
      if (text.size() >= kPayloadBytesMin) ledger_.take(text.data());
    }
    if (!cursor.is_good() || !cursor.is_at_end()) tally_.fail("palabre: a batch that is no batch");
    return true;
  }

 private:
  Tally& tally_;
  Continuity continuity_;
  Ledger ledger_;
};

/// Decodes everything with the library, and checks each publisher's columns too.
class DecodingReader : public BatchReader {
 public:
  DecodingReader(Tally& tally, std::size_t publishers)
      : tally_(tally), continuity_(tally), ledger_(tally, publishers) {}

  bool take(std::string_view body, std::size_t size) override {
    if (body.size() < size) return false;
    const auto batch = decode_batch(body);
    if (!batch) {
      tally_.fail("palabre: " + batch.refusal().text);
      return true;
    }
    continuity_.take(batch->first.value, batch->events.size());
    for (const auto& event : batch->events) {
      auto& last = columns_[event.client];
      if (last && event.column != last.next()) tally_.fail("palabre: a hole in a row");
      last = event.column;
      if (event.text.size() >= kPayloadBytesMin) ledger_.take(event.text.data());
    }
    return true;
  }

 private:
  Tally& tally_;
  Continuity continuity_;
  Ledger ledger_;
  std::map<ClientNumber, Column> columns_;
};

}  // namespace

std::unique_ptr<BatchReader> make_batch_reader(const Options& options, Tally& tally) {
  if (options.check == Check::full) return std::make_unique<DecodingReader>(tally, options.publishers);
  if (options.check == Check::texts || options.mode == Mode::delay) {
    return std::make_unique<TextReader>(tally, options.publishers);
  }
  return std::make_unique<HeaderReader>(tally);
}

}  // namespace palabre::bench
