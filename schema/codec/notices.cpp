#include "schema/codec/notices.hpp"

#include <algorithm>
#include <array>

namespace palabre {
namespace {

constexpr std::array<std::string_view, 13> kNoticeNames{"came",    "went",    "joined",  "left",   "rekeyed",
                                                        "renamed", "invited", "role",    "kicked", "muted",
                                                        "unmuted", "banned",  "unbanned"};
static_assert(kNoticeNames.size() == static_cast<std::size_t>(NoticeKind::unknown));

NoticeKind notice_kind(std::string_view name) {
  return static_cast<NoticeKind>(std::ranges::find(kNoticeNames, name) - kNoticeNames.begin());
}

}  // namespace

std::string_view name_of(NoticeKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < kNoticeNames.size() ? kNoticeNames[index] : "unknown";
}

NoticeKind notice_of(Moderation action) {
  return static_cast<NoticeKind>(static_cast<int>(NoticeKind::invited) + static_cast<int>(action));
}

}  // namespace palabre

namespace palabre::codec {
namespace {

void write_extras(Writer& writer, const NoticeEvent& event) {
  writer.map((event.by.empty() ? 0U : 1U) + (event.reason.empty() ? 0U : 1U) + (event.until ? 1U : 0U) +
             (event.role ? 1U : 0U) + (event.was.empty() ? 0U : 1U));
  if (!event.by.empty()) writer.field("by", event.by);
  if (!event.reason.empty()) writer.field("reason", event.reason);
  if (event.until) writer.field("until", event.until);
  if (event.role) writer.field("role", name_of(*event.role));
  if (!event.was.empty()) writer.field("was", event.was);
}

void read_extras(Row& row, NoticeEvent& event) {
  auto extras = row.extras();
  if (!extras) return;
  if (extras->has("by")) event.by = extras->string("by");
  if (extras->has("reason")) event.reason = extras->string("reason");
  if (extras->has("until")) event.until = extras->id<TimeMs>("until");
  if (extras->has("role")) event.role = role_named(extras->string("role"));
  if (extras->has("was")) event.was = extras->string("was");
}

}  // namespace

void write_notice_fields(Writer& writer, const Notice& notice) {
  writer.field("room", notice.room).field("time", notice.time).add("events").array(notice.events.size());
  for (const auto& event : notice.events) {
    const bool has_extras = event != NoticeEvent{event.kind, event.client, event.name};
    writer.array(has_extras ? 4 : 3).add(name_of(event.kind)).add(event.client).add(event.name);
    if (has_extras) write_extras(writer, event);
  }
}

Notice read_notice(Fields& fields) {
  Notice notice;
  notice.room = fields.room("room");
  notice.time = fields.id<TimeMs>("time");
  notice.events = read_rows<NoticeEvent>(fields, fields.array("events"), "a notice", 3, [](Row& row) {
    const auto kind = notice_kind(row.string());
    const auto client = row.id<ClientNumber>();
    NoticeEvent event{kind, client, row.string()};
    read_extras(row, event);
    return event;
  });
  return notice;
}

void write_audit_entry(Writer& writer, const reply::AuditEntry& entry) {
  writer.array(8).add(entry.number).add(entry.at).add(name_of(entry.action)).add(entry.by).add(entry.name);
  writer.add(entry.role ? name_of(*entry.role) : std::string_view{}).add(entry.until).add(entry.reason);
}

reply::AuditEntry read_audit_entry(Row& row) {
  reply::AuditEntry entry;
  entry.number = row.integer(1);
  entry.at = row.id<TimeMs>();
  entry.action = row.moderation();
  entry.by = row.string();
  entry.name = row.string();
  entry.role = role_named(row.string());
  entry.until = row.id<TimeMs>(0);
  entry.reason = row.string();
  return entry;
}

}  // namespace palabre::codec
