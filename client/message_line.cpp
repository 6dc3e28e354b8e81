#include "client/message_line.hpp"

#include <algorithm>

#include "client/time_text.hpp"
#include "client/visible_text.hpp"

namespace palabre {
namespace {

constexpr std::size_t kTextCellsMin = 20;
constexpr std::size_t kNarrowIndent = 4;
constexpr std::size_t kColumnCells = 7;

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

std::string gutter_for(std::size_t cells_before) {
  constexpr std::string_view kBar = "| ";
  return std::string(cells_before - kBar.size(), ' ') + std::string(kBar);
}

std::string name_among(const std::vector<NamedClient>& names, ClientNumber client) {
  const auto found = std::ranges::find(names, client, &NamedClient::client);
  return found == names.end() ? std::string{} : found->name;
}

std::string with_gutter(std::string_view text, const std::string& gutter) {
  std::string lines;
  for (const char c : text) {
    lines += c;
    if (c == '\n') lines += gutter;
  }
  return lines;
}

}  // namespace

std::string message_line(const event::Message& message, const MessageLayout& layout) {
  const auto head = head_of(message, layout);
  const auto head_cells = cells(head);
  if (layout.safety == TextSafety::raw) return head + with_gutter(message.text, gutter_for(head_cells));
  if (layout.width == 0) return head + visible_line(message.text);

  // On a narrow screen the text begins on a row of its own, under the head.
  const bool is_narrow = layout.width < head_cells + kTextCellsMin;
  const auto indent = is_narrow ? kNarrowIndent : head_cells;
  const auto text_cells = std::max(kTextCellsMin, layout.width - std::min(layout.width, indent));
  std::string line = is_narrow ? head + "\n" + gutter_for(indent) : head;
  bool is_first = true;
  for (const auto& row : wrap(visible_text(message.text), text_cells)) {
    if (!is_first) line += "\n" + gutter_for(indent);
    line += row;
    is_first = false;
  }
  return line;
}

std::string notice_line(const event::Notice& notice) {
  const auto who = visible_line(notice.what.name) + " (#" + std::to_string(notice.what.client.value) + ")";
  switch (notice.what.kind) {
    case NoticeKind::came: return "-- " + who + " came --";
    case NoticeKind::went: return "-- " + who + " went --";
    case NoticeKind::joined: return "-- " + who + " joined " + visible_line(notice.room) + " --";
    case NoticeKind::left: return "-- " + who + " left " + visible_line(notice.room) + " --";
    case NoticeKind::unknown: break;
  }
  return {};
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
