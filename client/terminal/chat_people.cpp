#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <utility>

#include "client/terminal/chat.hpp"
#include "client/time_text.hpp"
#include "schema/room_names.hpp"
#include "schema/text.hpp"

namespace palabre::terminal {
namespace {

constexpr std::uint64_t kMuteUsualMs = 10 * 60 * 1000;
constexpr std::size_t kAuditLines = 20;

/// The first word of what was typed, and the rest.
std::pair<std::string, std::string> split(const std::string& text) {
  const auto end = text.find(' ');
  if (end == std::string::npos) return {text, {}};
  const auto rest = text.find_first_not_of(' ', end);
  return {text.substr(0, end), rest == std::string::npos ? std::string{} : text.substr(rest)};
}

/// 90s, 10m, 2h or 1d in milliseconds; nothing when it is none of those.
std::optional<std::uint64_t> read_duration(std::string_view text) {
  static const std::map<char, std::uint64_t> kUnits{
      {'s', 1'000}, {'m', 60'000}, {'h', 3'600'000}, {'d', 86'400'000}};
  if (text.empty()) return std::nullopt;
  const auto unit = kUnits.find(text.back());
  std::uint32_t count = 0;
  const auto* const end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (unit == kUnits.end() || error != std::errc{} || stop != end || count == 0) return std::nullopt;
  return count * unit->second;
}

std::string entry_line(const reply::AuditEntry& entry) {
  const NoticeEvent what{
      notice_of(entry.action), {}, entry.name, entry.by, entry.reason, entry.until, entry.role};
  return local_date(entry.at) + " " + local_clock(entry.at) + " " + moderation_text(what);
}

}  // namespace

void Chat::msg(const std::string& argument) {
  const auto [name, text] = split(argument);
  if (!is_name(name)) return complain("/msg takes a name and a text, such as /msg bob hello");
  if (text.empty()) return join(direct_room(name));
  say_in(direct_room(name), text);
}

void Chat::moderate(Moderation action, const std::string& argument) {
  auto [name, reason] = split(argument);
  if (!is_name(name)) return complain("a name is wanted first, such as bob");
  request::Moderate wanted{room_, action, name, std::nullopt, 0, {}};
  if (action == Moderation::role) {
    const auto [role, rest] = split(reason);
    wanted.role = role_named(role);
    if (!wanted.role) return complain("a role is wanted: reader, voice, moderator or owner");
    reason = rest;
  }
  if (action == Moderation::mute) {
    const auto [time, rest] = split(reason);
    const auto duration = read_duration(time);
    wanted.for_ms = duration.value_or(kMuteUsualMs);
    if (duration) reason = rest;
  }
  if (const auto refusal = refuse_reason(reason)) return complain(refusal->text);
  wanted.reason = reason;
  if (!can_ask()) return;
  const auto answer = client_.moderate(wanted, kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&answer)) complain(*problem);
}

void Chat::invite(const std::string& argument) { moderate(Moderation::invite, argument); }
void Chat::role(const std::string& argument) { moderate(Moderation::role, argument); }
void Chat::kick(const std::string& argument) { moderate(Moderation::kick, argument); }
void Chat::mute(const std::string& argument) { moderate(Moderation::mute, argument); }
void Chat::unmute(const std::string& argument) { moderate(Moderation::unmute, argument); }
void Chat::ban(const std::string& argument) { moderate(Moderation::ban, argument); }
void Chat::unban(const std::string& argument) { moderate(Moderation::unban, argument); }

void Chat::audit(const std::string& argument) {
  const auto count = read_count(argument, kAuditLines);
  if (!count || !can_ask()) return;
  std::vector<reply::AuditEntry> entries;
  for (request::Audit wanted{room_, 1}; wanted.from != 0;) {
    auto answer = client_.audit(wanted, kAnswerWait);
    if (const auto* problem = std::get_if<Problem>(&answer)) return complain(*problem);
    auto& part = std::get<reply::Audit>(answer);
    std::ranges::move(part.entries, std::back_inserter(entries));
    wanted.from = part.next;
  }
  const auto first = entries.size() > *count ? entries.size() - *count : 0;
  for (std::size_t place = first; place < entries.size(); ++place)
    print(entry_line(entries[place]), Tone::normal);
  tell(room_ + ": " + std::to_string(entries.size()) + " things were done to people");
}

void Chat::happened(const event::RoomRenamed& renamed) {
  const auto& [before, now] = renamed;
  marks_.rename(before, now);
  completion_.room_renamed(before, now);
  if (rooms_.erase(before) > 0) rooms_.insert(now);
  if (rooms_in_history_.erase(before) > 0) rooms_in_history_.insert(now);
  if (room_ != before) return;
  room_ = now;
  tell(before + " is " + now + " now, and you are still there");
}

void Chat::happened(const event::NameChanged& changed) {
  welcome_.name = changed.now;
  gate_.set_own_name(changed.now);
  tell_of_new_name();
}

void Chat::tell_of_new_name() {
  // The key, or the token, is kept under the name that was said.
  tell("the operator calls you " + welcome_.name + " now; start with --name " + settings_.name +
       " as before");
}

void Chat::happened(const event::ShutOut& shut_out) {
  if (rooms_.erase(shut_out.room) == 0) return;
  // What is being typed was meant for a few, and would be read by all.
  was_moved_ = was_moved_ || room_ == shut_out.room;
  leave_for_another(shut_out.room);
  tell("you are no longer in " + shut_out.room + ", and are in " + room_);
}

}  // namespace palabre::terminal
