#include "client/cli/talk.hpp"

#include <string>

#include "client/exit_status.hpp"

namespace palabre::cli {

int fail(const Problem& problem) {
  say(sentence_of(problem));
  return status_of(problem);
}

void say_link(const event::Link& link, std::size_t under_way) {
  if (link.state == event::LinkState::lost && under_way == 0) say("connection lost, trying again");
  if (link.state == event::LinkState::lost && under_way > 0) {
    say("connection lost, trying again; " + std::to_string(under_way) + " unknown, asking again");
  }
  if (link.state == event::LinkState::refused) say(link.text);
}

}  // namespace palabre::cli
