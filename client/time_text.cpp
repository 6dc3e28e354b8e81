#include "client/time_text.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace palabre {
namespace {

std::time_t seconds_of(TimeMs at) { return static_cast<std::time_t>(at.value / 1000); }

std::string formatted(const char* format, const std::tm& fields) {
  std::array<char, 80> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &fields)};
}

std::tm local_fields(TimeMs at) {
  const auto seconds = seconds_of(at);
  std::tm fields{};
  localtime_r(&seconds, &fields);
  return fields;
}

}  // namespace

std::string local_clock(TimeMs at) { return formatted("%H:%M", local_fields(at)); }

std::string local_date(TimeMs at) {
  const auto fields = local_fields(at);
  return formatted("%A ", fields) + std::to_string(fields.tm_mday) + formatted(" %B %Y", fields);
}

std::string utc_text(TimeMs at) {
  const auto seconds = seconds_of(at);
  std::tm fields{};
  gmtime_r(&seconds, &fields);
  std::array<char, 8> milliseconds{};
  std::snprintf(milliseconds.data(), milliseconds.size(), ".%03uZ", static_cast<unsigned>(at.value % 1000));
  return formatted("%Y-%m-%dT%H:%M:%S", fields) + milliseconds.data();
}

}  // namespace palabre
