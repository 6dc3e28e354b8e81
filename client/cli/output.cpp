#include "client/cli/output.hpp"

#include <unistd.h>

#include "client/terminal_width.hpp"
#include "client/time_text.hpp"
#include "client/visible_text.hpp"

namespace palabre::cli {

Output::Output() : is_terminal_(::isatty(STDOUT_FILENO) == 1) {}

std::size_t Output::width() const { return terminal_width(STDOUT_FILENO); }

void Output::show(std::string_view text) { line(behind_gutter(visible_line(text), width(), kUsualIndent)); }

MessageOutput::MessageOutput(Output& output, OutputFormat format, MessageLayout layout)
    : output_(output), format_(format), layout_(layout) {
  layout_.width = output.width();
  layout_.safety = output.is_terminal() ? TextSafety::visible : TextSafety::raw;
}

void MessageOutput::print(const event::Message& message) {
  if (format_ == OutputFormat::json) return output_.line(json_line(message, output_.json_characters()));
  if (auto date = local_date(message.at); output_.is_terminal() && date != date_) {
    output_.line("-- " + date + " --");
    date_ = std::move(date);
  }
  output_.line(message_line(message, layout_));
}

}  // namespace palabre::cli
