#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "client/events.hpp"
#include "schema/messages.hpp"

/// Messages as lines for people. Pure but for the time zone.
namespace palabre {

enum class TextSafety : std::uint8_t {
  visible,  ///< for a terminal: see visible_text.hpp
  raw,      ///< for a pipe
};

struct MessageLayout {
  std::size_t width = 0;  ///< cells of a row; 0: a message is one line and never wrapped
  TextSafety safety = TextSafety::visible;
  bool shows_room = false;
  bool shows_column = false;
  bool marks_replay = false;
};

/// "14:05  #3 alice  text", where asked for with "[room] " before the number, with "~" before that when
/// replayed, and with the column first of all. Further rows stand under the text behind a gutter, so that
/// none of them can look like somebody else's message.
[[nodiscard]] std::string message_line(const event::Message& message, const MessageLayout& layout);

/// "-- alice (#3) came --"; empty for kinds that we do not know.
[[nodiscard]] std::string notice_line(const event::Notice& notice);
/// "bob was sent away by alice: off topic".
[[nodiscard]] std::string moderation_text(const NoticeEvent& what);

/// "#3 alice  online  eagle cactus spider …"; a dash for who has no key.
[[nodiscard]] std::string whois_line(const reply::Whois& whois);

/// The messages of a page or a row, as if they had come as events.
[[nodiscard]] std::vector<event::Message> messages_of(const reply::Page& page);
[[nodiscard]] std::vector<event::Message> messages_of(const reply::Row& row, const Epoch& epoch);

}  // namespace palabre
