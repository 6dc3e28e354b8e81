#include "client/line_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace palabre {

void LineReader::read_once() {
  std::array<char, 16 * 1024> bytes{};
  const auto length = ::read(descriptor_, bytes.data(), bytes.size());
  if (length > 0) return take({bytes.data(), static_cast<std::size_t>(length)});
  if (length < 0 && (errno == EINTR || errno == EAGAIN)) return;
  is_at_end_ = true;
  if (!line_.empty()) end_line();
}

void LineReader::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto line_feed = bytes.find('\n');
    const auto piece = bytes.substr(0, line_feed);
    line_ += piece.substr(0, kLineBytesMax - std::min(kLineBytesMax, line_.size()));
    if (line_feed == std::string_view::npos) return;
    end_line();
    bytes.remove_prefix(line_feed + 1);
  }
}

void LineReader::end_line() {
  if (line_.ends_with('\r')) line_.pop_back();
  lines_.push_back(std::exchange(line_, {}));
}

std::optional<std::string> LineReader::next_line() {
  if (lines_.empty()) return std::nullopt;
  auto line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

}  // namespace palabre
