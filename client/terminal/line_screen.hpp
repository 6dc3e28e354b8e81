#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/moment.hpp"
#include "client/terminal/screen.hpp"

namespace palabre::terminal {

/// Line mode: GNU readline edits the last rows of the terminal, everything else appears above them. The
/// prompt is the status. At most one lives at a time, because readline has one state per process.
class LineScreen final : public Screen {
 public:
  using Completer = std::function<std::vector<std::string>(std::string_view line, std::size_t start)>;

  LineScreen(bool uses_colours, Completer completer);
  ~LineScreen() override;

  void print(const std::string& rows, Tone tone) override;
  void show(const Status& status) override;
  bool flush() override;
  [[nodiscard]] std::size_t width() const override;
  void resize() override;
  void suspend() override;
  void read_input() override;
  std::optional<Typed> next_typed() override;
  bool clear_input() override;

 private:
  friend struct ReadlineCalls;

  void end_input();
  void write_waiting();
  void redraw();

  bool uses_colours_;
  Completer completer_;
  std::deque<Typed> typed_;
  std::string waiting_;        ///< rows to print above the input line
  std::string wanted_prompt_;  ///< what the prompt should say
  std::string shown_prompt_;
  Moment last_redraw_{};
  bool rings_ = false;
  bool has_ended_ = false;
};

}  // namespace palabre::terminal
