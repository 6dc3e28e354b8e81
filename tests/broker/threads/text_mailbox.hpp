#pragma once

#include <cstddef>
#include <string>

#include "broker/threads/mailbox.hpp"

namespace palabre::broker {

struct LengthOf {
  std::size_t operator()(const std::string& text) const { return text.size(); }
};
using TextMailbox = Mailbox<std::string, LengthOf>;

}  // namespace palabre::broker
