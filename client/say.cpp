#include "client/say.hpp"

#include <unistd.h>

#include <iostream>
#include <string>

#include "client/terminal_width.hpp"
#include "client/visible_text.hpp"

namespace palabre {

void say(std::string_view sentence) {
  const auto line = "palabre: " + visible_line(sentence);
  std::cerr << behind_gutter(line, terminal_width(STDERR_FILENO), kUsualIndent) << std::endl;
}

}  // namespace palabre
