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

}  // namespace

/// A feed message of each kind from any bytes, as a client reads it, and a stored segment's events.
void take(std::string_view input) {
  read_twice<Batch>(input, decode_batch);
  read_twice<Tick>(input, decode_tick);
  read_twice<Notice>(input, decode_notice);
  if (input.empty()) return;
  const auto count = static_cast<std::size_t>(static_cast<unsigned char>(input[0]));
  const auto events = unpack(input.substr(1), count, TimeMs{1});
  demand(!events || events->size() == count, "as many events as were asked for");
}

}  // namespace palabre::fuzz
