#include "client/terminal_width.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

namespace palabre {
namespace {

constexpr std::size_t kWidthUnknown = 80;

}  // namespace

std::size_t terminal_width(int descriptor) {
  if (::isatty(descriptor) != 1) return 0;
  winsize size{};
  const bool is_known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : kWidthUnknown;
}

}  // namespace palabre
