#include "client/outbox_codec.hpp"

#include <sodium.h>

#include <array>
#include <string>

#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {
namespace {

/// A right beginning, and records from bytes in an order that nobody would write: the first byte of each says
/// of what kind it is.
std::string with_right_records(std::string_view script) {
  auto file = encode_kept(KeptPosts{});
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
  return file;
}

std::string checksum_of(std::string_view payload) {
  constexpr std::array<unsigned char, crypto_shorthash_KEYBYTES> kKey{};
  std::string checksum(crypto_shorthash_BYTES, '\0');
  crypto_shorthash(reinterpret_cast<unsigned char*>(checksum.data()),
                   reinterpret_cast<const unsigned char*>(payload.data()), payload.size(), kKey.data());
  return checksum;
}

/// Records of any bytes with right checksums; the first byte of each is its length.
std::string with_right_checksums(std::string_view script) {
  std::string file = "palabre outbox 1\n";
  while (!script.empty()) {
    const auto payload = script.substr(1, static_cast<unsigned char>(script[0]));
    script.remove_prefix(1 + payload.size());
    file += static_cast<char>(payload.size());
    file += std::string(3, '\0') + checksum_of(payload);
    file += payload;
  }
  return file;
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

/// An outbox file of any bytes, one of records that look right, and one of right records. The first byte says
/// which.
void take(std::string_view input) {
  if (input.empty()) return;
  const auto rest = input.substr(1);
  switch (static_cast<unsigned char>(input[0]) % 4) {
    case 0: return read_twice(rest);
    case 1: return read_twice(with_right_checksums(rest));
    default: {
      const auto file = with_right_records(rest);
      demand(decode_outbox(file).has_value(), "a file with a right beginning is one");
      read_twice(file);
    }
  }
}

}  // namespace palabre::fuzz
