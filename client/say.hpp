#pragma once

#include <string_view>

namespace palabre {

/// Says a sentence to the person at the terminal: "palabre: …" on standard error. It may be a broker's, so it
/// is made harmless as a message is.
void say(std::string_view sentence);

}  // namespace palabre
