#include "client/message_line.hpp"

#include <algorithm>

#include "client/time_text.hpp"
#include "client/visible_text.hpp"
#include "schema/fingerprint.hpp"

namespace palabre {
namespace {

constexpr std::size_t kTextCellsMin = 20;
constexpr std::size_t kColumnCells = 7;
// A broker that means harm may send a name of any length.
constexpr std::size_t kRawIndentMax = 80;

std::string column_text(Column column) {
  const auto number = std::to_string(column.value) + "  ";
  return std::string(kColumnCells - std::min(kColumnCells, number.size()), ' ') + number;
}

std::string head_of(const event::Message& message, const MessageLayout& layout) {
  const std::string replay = message.is_replay && layout.marks_replay ? " ~" : "  ";
  const std::string room = layout.shows_room ? "[" + visible_line(message.room) + "] " : "";
  return (layout.shows_column ? column_text(message.column) : "") + local_clock(message.at) + replay + room +
         "#" + std::to_string(message.client.value) + " " + visible_line(message.name) + "  ";
}

std::string name_among(const std::vector<NamedClient>& names, ClientNumber client) {
  const auto found = std::ranges::find(names, client, &NamedClient::client);
  return found == names.end() ? std::string{} : found->name;
}

/// What was done to somebody, as it goes on after his name.
std::string_view deed(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::invited: return "was invited as";
    case NoticeKind::role: return "was made";
    case NoticeKind::kicked: return "was sent away";
    case NoticeKind::muted: return "was muted";
    case NoticeKind::unmuted: return "was unmuted";
    case NoticeKind::banned: return "was banned";
    case NoticeKind::unbanned: return "was unbanned";
    default: return "was seen";
  }
}

/// Cut at line feeds alone: a pipe has no width.
std::string raw_behind_gutter(std::string_view text, std::size_t indent) {
  std::string lines;
  for (const char c : text) {
    lines += c;
    if (c == '\n') lines += gutter_of(indent);
  }
  return lines;
}

}  // namespace

std::string message_line(const event::Message& message, const MessageLayout& layout) {
  const auto head = head_of(message, layout);
  const auto head_cells = cells(head);
  if (layout.safety == TextSafety::raw)
    return head + raw_behind_gutter(message.text, std::min(head_cells, kRawIndentMax));
  if (layout.width == 0) return head + visible_line(message.text);

  const auto text = visible_text(message.text);
  if (layout.width >= head_cells + kTextCellsMin) return head + behind_gutter(text, layout.width, head_cells);
  // On a narrow screen the text begins on a row of its own, under the head.
  return behind_gutter(head + "\n" + text, layout.width, kUsualIndent);
}

std::string notice_line(const event::Notice& notice) {
  const auto who = visible_line(notice.what.name) + " (#" + std::to_string(notice.what.client.value) + ")";
  switch (notice.what.kind) {
    case NoticeKind::came: return "-- " + who + " came --";
    case NoticeKind::went: return "-- " + who + " went --";
    case NoticeKind::joined: return "-- " + who + " joined " + visible_line(notice.room) + " --";
    case NoticeKind::left: return "-- " + who + " left " + visible_line(notice.room) + " --";
    case NoticeKind::rekeyed: return "-- " + who + " has another key now, by the operator --";
    case NoticeKind::renamed:
      return "-- " + visible_line(notice.what.was) + " is called " + who + " now, by the operator --";
    case NoticeKind::unknown: return {};
    default: return "-- " + visible_line(notice.room) + ": " + moderation_text(notice.what) + " --";
  }
}

std::string moderation_text(const NoticeEvent& what) {
  auto text = visible_line(what.name) + " " + std::string(deed(what.kind));
  if (what.role) text += " " + std::string(name_of(*what.role));
  if (what.until) text += " until " + local_clock(what.until);
  if (!what.by.empty()) text += " by " + visible_line(what.by);
  if (!what.reason.empty()) text += ": " + visible_line(what.reason);
  return text;
}

std::string whois_line(const reply::Whois& whois) {
  return "#" + std::to_string(whois.client.value) + " " + visible_line(whois.name) +
         (whois.is_online ? "  online  " : "  offline  ") +
         (whois.key.empty() ? "-" : fingerprint_of(whois.key));
}

std::vector<event::Message> messages_of(const reply::Page& page) {
  std::vector<event::Message> messages;
  messages.reserve(page.batch.events.size());
  Sequence sequence = page.batch.first;
  for (const auto& event : page.batch.events) {
    messages.push_back({.room = page.batch.room,
                        .sequence = sequence,
                        .epoch = page.batch.epoch,
                        .client = event.client,
                        .name = name_among(page.batch.names, event.client),
                        .column = event.column,
                        .at = event.at,
                        .text = event.text,
                        .is_replay = true});
    sequence = sequence.next();
  }
  return messages;
}

std::vector<event::Message> messages_of(const reply::Row& row, const Epoch& epoch) {
  std::vector<event::Message> messages;
  messages.reserve(row.cells.size());
  for (const auto& cell : row.cells) {
    messages.push_back({.room = cell.room,
                        .sequence = cell.sequence,
                        .epoch = epoch,
                        .client = row.client,
                        .name = row.name,
                        .column = cell.column,
                        .at = cell.at,
                        .text = cell.text,
                        .is_replay = true});
  }
  return messages;
}

}  // namespace palabre
