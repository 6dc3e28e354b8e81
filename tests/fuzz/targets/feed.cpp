#include "schema/frames.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {
namespace {

template <class Message>
void read_twice(std::string_view input, Result<Message> (*decode)(std::string_view)) {
  const auto decoded = decode(input);
  if (!decoded) return;
  const auto again = decode(encode(*decoded));
  demand(again.ok(), "a feed message that was taken is taken again");
  demand(*again == *decoded, "a feed message keeps its meaning");
}

void unpack_as_many_as_asked(std::string_view input) {
  if (input.empty()) return;
  const auto count = static_cast<std::size_t>(static_cast<unsigned char>(input[0]));
  const auto events = unpack(input.substr(1), count, TimeMs{1});
  demand(!events || events->size() == count, "as many events as were asked for");
}

}  // namespace

/// A feed message from any bytes, as a client reads it, or a stored segment's events: the first byte says of
/// what kind.
void take(std::string_view input) {
  if (input.empty()) return;
  const auto frame = input.substr(1);
  switch (static_cast<unsigned char>(input[0]) % 4) {
    case 0: return read_twice<Batch>(frame, decode_batch);
    case 1: return read_twice<Tick>(frame, decode_tick);
    case 2: return read_twice<Notice>(frame, decode_notice);
    default: return unpack_as_many_as_asked(frame);
  }
}

}  // namespace palabre::fuzz
