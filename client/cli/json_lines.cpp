#include "client/cli/json_lines.hpp"

#include <nlohmann/json.hpp>

#include "client/time_text.hpp"
#include "schema/fingerprint.hpp"

namespace palabre::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& json, JsonCharacters characters = JsonCharacters::utf8) {
  return json.dump(-1, ' ', characters == JsonCharacters::ascii, Json::error_handler_t::replace);
}

}  // namespace

std::string json_line(const event::Message& message, JsonCharacters characters) {
  return line_of({{"v", 1},
                  {"room", message.room},
                  {"sequence", message.sequence.value},
                  {"epoch", message.epoch},
                  {"client", message.client.value},
                  {"name", message.name},
                  {"column", message.column.value},
                  {"at", utc_text(message.at)},
                  {"text", message.text},
                  {"replay", message.is_replay}},
                 characters);
}

std::string json_line(const event::Stored& stored) {
  return line_of({{"v", 1},
                  {"room", stored.room},
                  {"sequence", stored.sequence.value},
                  {"client", stored.client.value},
                  {"column", stored.column.value},
                  {"at", utc_text(stored.at)}});
}

std::string json_line(const reply::ClientEntry& client, JsonCharacters characters) {
  return line_of(
      {{"v", 1}, {"client", client.client.value}, {"name", client.name}, {"online", client.is_online}},
      characters);
}

std::string json_line(const reply::Whois& whois, JsonCharacters characters) {
  Json json{{"v", 1}, {"client", whois.client.value}, {"name", whois.name}, {"online", whois.is_online}};
  if (!whois.key.empty()) {
    json["key"] = text_of(whois.key);
    json["fingerprint"] = fingerprint_of(whois.key);
  }
  return line_of(json, characters);
}

std::string json_line(const reply::RoomEntry& room) {
  return line_of({{"v", 1}, {"room", room.room}, {"head", room.head.value}, {"members", room.members}});
}

std::string json_line(const reply::AuditEntry& entry, JsonCharacters characters) {
  Json json{{"v", 1},
            {"number", entry.number},
            {"at", utc_text(entry.at)},
            {"action", name_of(entry.action)},
            {"by", entry.by},
            {"name", entry.name}};
  if (entry.role) json["role"] = name_of(*entry.role);
  if (entry.until) json["until"] = utc_text(entry.until);
  if (!entry.reason.empty()) json["reason"] = entry.reason;
  return line_of(json, characters);
}

std::string json_line(const NamedClient& self) {
  return line_of({{"v", 1}, {"client", self.client.value}, {"name", self.name}});
}

std::string json_line(const RoundTrip& round_trip) {
  return line_of({{"v", 1},
                  {"server", round_trip.server},
                  {"round_trip_ms", round_trip.milliseconds},
                  {"time", utc_text(round_trip.broker_time)},
                  {"epoch", round_trip.epoch}});
}

}  // namespace palabre::cli
