#pragma once

#include <deque>
#include <optional>
#include <string>

#include "client/line_reader.hpp"
#include "client/terminal/screen.hpp"

namespace palabre::terminal {

/// For pipes, screen readers and terminals that cannot move the cursor: one message a line, nothing is
/// redrawn, and a change of state is a line too.
class PlainScreen final : public Screen {
 public:
  void print(const std::string& rows, Tone tone) override;
  void show(const Status& status) override;
  bool flush() override;
  [[nodiscard]] bool is_closed() const override { return is_closed_; }
  [[nodiscard]] std::size_t width() const override { return 0; }
  void read_input() override { lines_.read_once(); }
  std::optional<Typed> next_typed() override;

 private:
  LineReader lines_{0};
  bool has_told_end_ = false;
  std::optional<Status> shown_;
  std::string waiting_;
  bool is_closed_ = false;
};

}  // namespace palabre::terminal
