#pragma once

#include <unistd.h>

#include <deque>
#include <optional>
#include <string>

#include "client/line_reader.hpp"
#include "client/line_writer.hpp"
#include "client/terminal/screen.hpp"
#include "client/terminal_width.hpp"

namespace palabre::terminal {

/// For pipes, screen readers and terminals that cannot move the cursor: one message a line, nothing is
/// redrawn, and a change of state is a line too.
class PlainScreen final : public Screen {
 public:
  ~PlainScreen() override { written_.flush(); }

  void print(const std::string& rows, Tone /*tone*/) override { written_.add(rows); }
  void show(const Status& status) override;
  bool flush() override {
    written_.flush();
    return true;
  }
  [[nodiscard]] bool is_closed() const override { return written_.is_closed(); }
  /// On a terminal, which would wrap a long message itself, rows have a gutter here too.
  [[nodiscard]] std::size_t width() const override { return terminal_width(STDOUT_FILENO); }
  void read_input() override { lines_.read_once(); }
  std::optional<Typed> next_typed() override;

 private:
  LineReader lines_{0};
  LineWriter written_;
  bool has_told_end_ = false;
  std::optional<Status> shown_;
};

}  // namespace palabre::terminal
