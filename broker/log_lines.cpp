#include "broker/log_lines.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <utf8proc.h>

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

namespace palabre::broker {
namespace {

constexpr std::array<std::string_view, 5> kLevels{"debug", "info", "warning", "error", "critical"};

/// Those that draw something; not what moves the cursor, turns the direction of writing or ends a line.
bool is_visible(utf8proc_int32_t code_point) {
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return false;
    default: return true;
  }
}

std::string escape_of(utf8proc_int32_t code_point) {
  if (code_point == '\n') return "\\n";
  if (code_point == '\t') return "\\t";
  return code_point < 0x80 ? fmt::format("\\x{:02x}", code_point) : fmt::format("\\u{{{:x}}}", code_point);
}

std::string visible(std::string_view text) {
  std::string line;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t code_point = 0;
    const auto length =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &code_point);
    const auto size = length > 0 ? static_cast<std::size_t>(length) : 1;
    if (length <= 0) {
      line += fmt::format("\\x{:02x}", bytes[at]);
    } else if (code_point == '\\') {
      line += "\\\\";
    } else {
      line += is_visible(code_point) ? std::string(text.substr(at, size)) : escape_of(code_point);
    }
    at += size;
  }
  return line;
}

std::string rfc3339(TimeMs at) {
  const std::chrono::sys_seconds second(std::chrono::seconds(at.value / 1000));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(second), at.value % 1000);
}

}  // namespace

std::string_view name_of(LogLevel level) { return kLevels.at(static_cast<std::size_t>(level)); }

std::string text_line(const LogEntry& entry) {
  return fmt::format("palabred: {}: {}", name_of(entry.level), visible(entry.message));
}

std::string json_line(const LogEntry& entry, TimeMs at) {
  using Json = nlohmann::ordered_json;
  Json json{{"time", rfc3339(at)},
            {"level", name_of(entry.level)},
            {"event", entry.event},
            {"message", entry.message}};
  for (const auto& [name, value] : entry.fields)
    std::visit([&json, key = std::string(name)](const auto& one) { json[key] = one; }, value);
  // ASCII alone, so that nothing in it can move a terminal's cursor either.
  constexpr int kOneLine = -1;
  constexpr bool kAsciiAlone = true;
  return json.dump(kOneLine, ' ', kAsciiAlone, Json::error_handler_t::replace);
}

}  // namespace palabre::broker
