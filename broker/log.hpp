#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "broker/domain/ports.hpp"
#include "broker/log_lines.hpp"
#include "broker/threads/guarded.hpp"
#include "broker/threads/moment.hpp"

namespace palabre::broker {

/// Two lines a second for each kind of event, so that nobody fills the disk by making things happen. Pure.
class LogRate {
 public:
  /// How many of this kind were not written since the last one that was; nothing when this one is not
  /// either.
  [[nodiscard]] std::optional<std::uint64_t> take(std::string_view event, Moment now);

 private:
  static constexpr auto kPause = std::chrono::milliseconds(500);
  struct Kind {
    Moment next{};
    std::uint64_t unwritten = 0;
  };
  std::map<std::string_view, Kind> kinds_;
};

/// Where the broker says on standard error what happened. Any thread may write.
class Log {
 public:
  /// `format` is text or json, `level` the least that is written.
  Log(std::string_view format, const std::string& level, WallClock clock);

  void write(LogEntry entry);

  [[nodiscard]] bool is_json() const { return is_json_; }

 private:
  const bool is_json_;
  const WallClock clock_;
  Guarded<LogRate> rate_;
};

}  // namespace palabre::broker
