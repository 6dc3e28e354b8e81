#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "client/cli/json_lines.hpp"
#include "client/events.hpp"
#include "client/line_writer.hpp"
#include "client/message_line.hpp"

namespace palabre::cli {

/// Standard output for results, and what kind of place it leads to.
class Output {
 public:
  Output();

  [[nodiscard]] bool is_terminal() const { return is_terminal_; }
  [[nodiscard]] std::size_t width() const;  ///< cells of a row; 0 when it is no terminal
  [[nodiscard]] JsonCharacters json_characters() const {
    return is_terminal_ ? JsonCharacters::ascii : JsonCharacters::utf8;
  }

  /// A line as it is.
  void line(std::string_view text) { lines_.add(text); }
  /// A line for people, with words of others in it.
  void show(std::string_view text);
  /// False once nobody reads any more.
  bool flush() { return lines_.flush(); }

 private:
  bool is_terminal_;
  LineWriter lines_;
};

enum class OutputFormat : std::uint8_t { text, json };

/// Messages as JSON lines, or as lines for people with a date line at each change of day on a terminal.
class MessageOutput {
 public:
  MessageOutput(Output& output, OutputFormat format, MessageLayout layout);
  void print(const event::Message& message);

 private:
  Output& output_;
  OutputFormat format_;
  MessageLayout layout_;
  std::string date_;
};

}  // namespace palabre::cli
