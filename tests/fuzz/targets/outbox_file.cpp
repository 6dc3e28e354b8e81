#include "client/outbox_codec.hpp"

#include <string>

#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {
namespace {

/// Records from bytes: the first byte of each says of what kind it is.
void add_records(std::string& file, std::string_view script) {
  for (std::uint64_t number = 1; !script.empty(); ++number) {
    const auto kind = static_cast<unsigned char>(script[0]) % 4;
    const auto text = std::string(script.substr(1, static_cast<unsigned char>(script[0]) / 4U));
    script.remove_prefix(1 + text.size());
    switch (kind) {
      case 0: file += encode_kept(kept::Posted{{number}, "lobby", text}); break;
      case 1: file += encode_kept(kept::Began{{number * text.size()}, {number / 2}}); break;
      case 2: file += encode_kept(kept::Stored{{number / 2}}); break;
      default: file += encode_kept(kept::Refused{{number / 3}}); break;
    }
  }
}

void read_twice(std::string_view file) {
  const auto decoded = decode_outbox(file);
  if (!decoded) return;
  demand(decoded->bytes <= file.size(), "no more than the file is read");
  const auto anew = encode_kept(decoded->posts);
  const auto again = decode_outbox(anew);
  demand(again.has_value() && again->bytes == anew.size(), "a file written anew is whole");
  demand(encode_kept(again->posts) == anew, "a file written anew says the same");
}

}  // namespace

/// An outbox file of any bytes, and one of right records in an order that nobody would write.
void take(std::string_view input) {
  read_twice(input);
  auto file = encode_kept(KeptPosts{});
  add_records(file, input);
  demand(decode_outbox(file).has_value(), "a file with a right beginning is one");
  read_twice(file);
}

}  // namespace palabre::fuzz
