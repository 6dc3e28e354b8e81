#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "client/terminal/status.hpp"

namespace palabre::terminal {

/// What the user did at the keyboard.
struct Typed {
  enum class Kind : std::uint8_t {
    line,      ///< `text`, perhaps of several lines when it was pasted
    lock_key,  ///< F4
    end,       ///< end of input: Ctrl-d, or a pipe that ended
  };
  Kind kind = Kind::line;
  std::string text;
};

/// How a line stands out where colours are allowed.
enum class Tone : std::uint8_t {
  normal,
  faint,  ///< history, notices
  loud,   ///< to you; rings too
};

/// Where the chat is shown and typed: in line mode or in plain mode. One thread.
class Screen {
 public:
  Screen() = default;
  virtual ~Screen() = default;
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Text that is safe to show, its rows divided by line feeds. Seen at the next flush().
  virtual void print(const std::string& rows, Tone tone) = 0;
  /// Seen at the next flush().
  virtual void show(const Status& status) = 0;
  /// False when something was put off, to be flushed again after kRedrawPauseMs.
  [[nodiscard]] virtual bool flush() = 0;
  /// Nobody looks any more.
  [[nodiscard]] virtual bool is_closed() const { return false; }

  /// Cells of a row; 0: a message is one line, however long.
  [[nodiscard]] virtual std::size_t width() const = 0;
  virtual void resize() {}
  virtual void suspend() {}

  virtual void read_input() = 0;
  [[nodiscard]] virtual std::optional<Typed> next_typed() = 0;
  /// Ctrl-c: throws away what is half written. False when there was nothing.
  [[nodiscard]] virtual bool clear_input() { return false; }

  static constexpr int kRedrawPauseMs = 40;
};

}  // namespace palabre::terminal
