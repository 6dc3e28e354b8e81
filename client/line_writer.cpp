#include "client/line_writer.hpp"

#include <unistd.h>

#include <cerrno>

namespace palabre {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;

}  // namespace

void LineWriter::add(std::string_view text) {
  waiting_ += text;
  waiting_ += '\n';
  if (waiting_.size() >= kBufferBytes) flush();
}

bool LineWriter::flush() {
  std::string_view rest = waiting_;
  while (!rest.empty() && !is_closed_) {
    const auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      is_closed_ = true;
    }
  }
  waiting_.clear();
  return !is_closed_;
}

}  // namespace palabre
