#include "client/cli/since.hpp"

#include <charconv>

#include "schema/limits.hpp"

namespace palabre::cli {
namespace {

std::optional<std::chrono::milliseconds> unit_of(std::string_view letter) {
  using namespace std::chrono_literals;
  if (letter == "s") return 1s;
  if (letter == "m") return 1min;
  if (letter == "h") return 1h;
  if (letter == "d") return 24h;
  return std::nullopt;
}

}  // namespace

std::optional<Since> read_since(std::string_view text) {
  if (text == "all") return Sequence{1};
  std::uint64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || number == 0 || number > limits::kIntegerMax) return std::nullopt;
  if (stop == end) return Sequence{number};
  const auto unit = unit_of({stop, static_cast<std::size_t>(end - stop)});
  constexpr std::uint64_t kUnitsMax = 1'000'000;  // days even: far before the first message
  if (!unit || number > kUnitsMax) return std::nullopt;
  return *unit * static_cast<std::chrono::milliseconds::rep>(number);
}

std::string complain_about_since(const std::string& text) {
  if (read_since(text)) return {};
  return "say all, a sequence such as 17, or an age such as 90s, 10m, 2h or 3d";
}

Answer<Sequence> first_sequence(Connection& connection, const std::string& room, const Since& since,
                                std::chrono::milliseconds timeout) {
  if (const auto* sequence = std::get_if<Sequence>(&since)) return *sequence;
  const auto now = connection.welcome.time.value;
  const auto age = static_cast<std::uint64_t>(std::get<Age>(since).count());
  const TimeMs oldest{now > age ? now - age : 0};
  auto answer = connection.client->history({.room = room, .from = {}, .since = oldest, .count = 1}, timeout);
  if (auto* problem = std::get_if<Problem>(&answer)) return std::move(*problem);
  const auto& page = std::get<reply::Page>(answer);
  return page.batch.events.empty() ? page.head.next() : page.batch.first;
}

}  // namespace palabre::cli
