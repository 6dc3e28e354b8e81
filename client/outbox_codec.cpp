#include "client/outbox_codec.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

namespace palabre {
namespace {

constexpr std::string_view kMagic = "palabre outbox 1\n";
constexpr std::array<unsigned char, crypto_shorthash_KEYBYTES> kChecksumKey{};
constexpr std::size_t kHeadBytes = sizeof(std::uint32_t) + crypto_shorthash_BYTES;

enum class Kind : unsigned char { standing = 1, pending, posted, began, stored, refused };

/// Little-endian on every machine, so that a home on a shared disk may be used from several.
template <class Integer>
void put(std::string& bytes, Integer value) {
  for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xff);
}

void put(std::string& bytes, std::string_view text) {
  put(bytes, static_cast<std::uint32_t>(text.size()));
  bytes += text;
}

class Payload {
 public:
  explicit Payload(Kind kind) { put(bytes_, static_cast<unsigned char>(kind)); }

  template <class Tag, class Representation>
  Payload& add(Number<Tag, Representation> number) {
    return add(std::uint64_t{number.value});
  }
  Payload& add(std::uint64_t number) {
    put(bytes_, number);
    return *this;
  }
  Payload& add(std::string_view text) {
    put(bytes_, text);
    return *this;
  }

  [[nodiscard]] std::string framed() const;

 private:
  std::string bytes_;
};

std::string checksum_of(std::string_view payload) {
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(payload.data()), payload.size(),
                   kChecksumKey.data());
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::string Payload::framed() const {
  std::string record;
  put(record, static_cast<std::uint32_t>(bytes_.size()));
  return record + checksum_of(bytes_) + bytes_;
}

/// Reads what Payload wrote; what is missing is noted, and read as 0 or nothing.
class PayloadReader {
 public:
  explicit PayloadReader(std::string_view bytes) : rest_(bytes) {}

  template <class Integer>
  Integer integer() {
    std::uint64_t value = 0;
    const auto bytes = take(sizeof(Integer));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return static_cast<Integer>(value);
  }
  template <class Id>
  Id id() {
    return {integer<std::uint64_t>()};
  }
  std::string text() { return std::string(take(integer<std::uint32_t>())); }

  std::string_view take(std::size_t count) {
    is_whole_ = is_whole_ && count <= rest_.size();
    const auto taken = rest_.substr(0, is_whole_ ? count : 0);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  [[nodiscard]] bool is_used_up() const { return is_whole_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool is_whole_ = true;
};

KeptPosts read_standing(PayloadReader& reader) {
  KeptPosts posts;
  posts.name = reader.text();
  posts.run = reader.id<RunId>();
  posts.outbox = reader.id<OutboxId>();
  posts.next_counter = reader.id<Counter>();
  posts.last = reader.id<Counter>();
  posts.refused = reader.integer<std::uint64_t>();
  posts.texts = TextsDigest(reader.integer<std::uint64_t>());
  return posts;
}

// In braces arguments are read in the order in which they stand.
KeptPosts::Post read_pending(PayloadReader& reader) {
  return {reader.id<Counter>(), reader.text(), reader.text(), reader.id<OutboxId>(), reader.id<Counter>()};
}

std::optional<KeptRecord> read_record(Kind kind, PayloadReader& reader) {
  switch (kind) {
    case Kind::posted: return kept::Posted{reader.id<Counter>(), reader.text(), reader.text()};
    case Kind::began: return kept::Began{reader.id<OutboxId>(), reader.id<Counter>()};
    case Kind::stored: return kept::Stored{reader.id<Counter>()};
    case Kind::refused: return kept::Refused{reader.id<Counter>()};
    default: return std::nullopt;
  }
}

/// False when the record says nothing that may be there.
bool take(DecodedOutbox& decoded, std::string_view payload) {
  PayloadReader reader(payload);
  const auto kind = static_cast<Kind>(reader.integer<unsigned char>());
  if (kind == Kind::pending) {
    auto post = read_pending(reader);
    if (reader.is_used_up()) decoded.posts.pending.push_back(std::move(post));
    return reader.is_used_up();
  }
  const auto record = read_record(kind, reader);
  if (!record || !reader.is_used_up()) return false;
  decoded.posts.apply(*record);
  return true;
}

/// The payload of the record at the front, taken off; nothing when it is not whole.
std::optional<std::string_view> take_payload(std::string_view& file) {
  PayloadReader reader(file);
  const auto length = reader.integer<std::uint32_t>();
  const auto checksum = reader.take(crypto_shorthash_BYTES);
  const auto payload = reader.take(length);
  if (!reader.is_whole() || checksum_of(payload) != checksum) return std::nullopt;
  file.remove_prefix(kHeadBytes + payload.size());
  return payload;
}

std::string encode(const kept::Posted& one) {
  return Payload(Kind::posted).add(one.ticket).add(one.room).add(one.text).framed();
}
std::string encode(const kept::Began& one) {
  return Payload(Kind::began).add(one.outbox).add(one.from).framed();
}
std::string encode(const kept::Stored& one) { return Payload(Kind::stored).add(one.through).framed(); }
std::string encode(const kept::Refused& one) { return Payload(Kind::refused).add(one.ticket).framed(); }

}  // namespace

std::string encode_kept(const KeptRecord& record) {
  return std::visit([](const auto& one) { return encode(one); }, record);
}

std::string encode_kept(const KeptPosts& posts) {
  Payload standing(Kind::standing);
  standing.add(posts.name).add(posts.run).add(posts.outbox).add(posts.next_counter).add(posts.last);
  standing.add(posts.refused).add(posts.texts.value());
  auto file = std::string(kMagic) + standing.framed();
  for (const auto& [ticket, room, text, outbox, counter] : posts.pending) {
    file += Payload(Kind::pending).add(ticket).add(room).add(text).add(outbox).add(counter).framed();
  }
  return file;
}

std::optional<DecodedOutbox> decode_outbox(std::string_view file) {
  if (!file.starts_with(kMagic)) return std::nullopt;
  auto rest = file.substr(kMagic.size());
  const auto standing = take_payload(rest);
  if (!standing) return std::nullopt;
  PayloadReader reader(*standing);
  if (reader.integer<unsigned char>() != static_cast<unsigned char>(Kind::standing)) return std::nullopt;
  DecodedOutbox decoded{read_standing(reader), file.size() - rest.size()};
  if (!reader.is_used_up()) return std::nullopt;
  while (const auto payload = take_payload(rest)) {
    if (!take(decoded, *payload)) break;
    decoded.bytes = file.size() - rest.size();
  }
  return decoded;
}

}  // namespace palabre
