#pragma once

#include <cstdint>
#include <string>

#include "client/events.hpp"
#include "schema/messages.hpp"

/// The JSON that scripts rely on: one object on one line, keys in a fixed order, beginning with "v":1.
namespace palabre::cli {

/// On a terminal everything but ASCII is escaped, so that others' text cannot act on it; the value stays the
/// same.
enum class JsonCharacters : std::uint8_t { utf8, ascii };

[[nodiscard]] std::string json_line(const event::Message& message,
                                    JsonCharacters characters = JsonCharacters::utf8);
[[nodiscard]] std::string json_line(const event::Stored& stored);
[[nodiscard]] std::string json_line(const reply::ClientEntry& client,
                                    JsonCharacters characters = JsonCharacters::utf8);
/// With `key` and `fingerprint` when there is a key.
[[nodiscard]] std::string json_line(const reply::Whois& whois,
                                    JsonCharacters characters = JsonCharacters::utf8);
[[nodiscard]] std::string json_line(const reply::RoomEntry& room);
[[nodiscard]] std::string json_line(const NamedClient& self);
[[nodiscard]] std::string json_line(const reply::AuditEntry& entry,
                                    JsonCharacters characters = JsonCharacters::utf8);

/// What `ping` measured.
struct RoundTrip {
  std::string server;
  double milliseconds = 0;
  TimeMs broker_time;
  Epoch epoch;
};
[[nodiscard]] std::string json_line(const RoundTrip& round_trip);

}  // namespace palabre::cli
