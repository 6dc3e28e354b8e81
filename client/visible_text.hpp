#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Others' text made harmless for a terminal. Pure.
///
/// What could act on a terminal or hide itself is replaced by a mark that can be read: control characters as
/// ^[ or ^G, all others as <U+202E>: bidirectional controls, line separators, tags, unassigned and private
/// characters, blanks that pretend to be letters, joiners and combining characters with nothing to join.
/// Bytes that are no UTF-8 become <0xFF>.
namespace palabre {

/// Keeps line feeds; a tab becomes spaces.
[[nodiscard]] std::string visible_text(std::string_view text);
/// The same on one line: a line feed becomes a mark too.
[[nodiscard]] std::string visible_line(std::string_view text);

/// How many cells of a terminal row visible text takes; at least, never less than, what terminals use.
[[nodiscard]] std::size_t cells(std::string_view visible);

/// Visible text cut into rows of at most `width` cells: at line feeds, then after spaces, then between
/// graphemes, and within those that are wider than a row. A character wider than `width` gets a row of its
/// own.
[[nodiscard]] std::vector<std::string> wrap(std::string_view visible, std::size_t width);

/// Visible text as rows of `width` - `indent` cells, divided by line feeds, all but the first behind a gutter
/// that ends at cell `indent`. So no row of it can look like the beginning of another line. With a width of 0
/// it stays as it is.
[[nodiscard]] std::string behind_gutter(std::string_view visible, std::size_t width, std::size_t indent);
/// The gutter itself: "   | ".
[[nodiscard]] std::string gutter_of(std::size_t indent);

/// The indent of lines that say where theirs is not.
inline constexpr std::size_t kUsualIndent = 4;

}  // namespace palabre
