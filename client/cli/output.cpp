#include "client/cli/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include "client/cli/json_lines.hpp"
#include "client/time_text.hpp"

namespace palabre::cli {
namespace {

constexpr std::size_t kWidthUnknown = 80;

}  // namespace

Output::Output() : is_terminal_(::isatty(STDOUT_FILENO) == 1) {}

std::size_t Output::width() const {
  if (!is_terminal_) return 0;
  winsize size{};
  const bool is_known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : kWidthUnknown;
}

MessageOutput::MessageOutput(Output& output, OutputFormat format, MessageLayout layout)
    : output_(output), format_(format), layout_(layout) {
  layout_.width = output.width();
  layout_.safety = output.is_terminal() ? TextSafety::visible : TextSafety::raw;
}

void MessageOutput::print(const event::Message& message) {
  if (format_ == OutputFormat::json) {
    const auto characters = output_.is_terminal() ? JsonCharacters::ascii : JsonCharacters::utf8;
    return output_.line(json_line(message, characters));
  }
  if (auto date = local_date(message.at); output_.is_terminal() && date != date_) {
    output_.line("-- " + date + " --");
    date_ = std::move(date);
  }
  output_.line(message_line(message, layout_));
}

}  // namespace palabre::cli
