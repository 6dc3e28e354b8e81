#include "broker/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace palabre::broker {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::critical: break;
  }
  return spdlog::level::critical;
}

}  // namespace

std::optional<std::uint64_t> LogRate::take(std::string_view event, Moment now) {
  auto& kind = kinds_[event];
  if (now < kind.next) {
    ++kind.unwritten;
    return std::nullopt;
  }
  kind.next = now + kPause;
  return std::exchange(kind.unwritten, 0);
}

Log::Log(std::string_view format, const std::string& level, WallClock clock)
    : is_json_(format == "json"), clock_(std::move(clock)) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("palabred"));
  spdlog::set_pattern("%v");
  spdlog::set_level(spdlog::level::from_str(level));
}

void Log::write(LogEntry entry) {
  const auto level = level_of(entry.level);
  if (!spdlog::should_log(level)) return;
  const auto unwritten = rate_.with(
      [&entry](LogRate& rate) { return rate.take(entry.event, std::chrono::steady_clock::now()); });
  if (!unwritten) return;
  if (*unwritten > 0) {
    entry.message += fmt::format(" (and {} more since the last such line)", *unwritten);
    entry.fields.emplace_back("unwritten", *unwritten);
  }
  const auto line = is_json_ ? json_line(entry, clock_()) : text_line(entry);
  spdlog::log(level, spdlog::string_view_t(line));
}

}  // namespace palabre::broker
