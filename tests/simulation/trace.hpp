#pragma once

#include <string>
#include <string_view>

#include "client/events.hpp"

/// What went over the wire and what a user was told, as lines for people who look into one seed.
namespace palabre::broker::simulation {

[[nodiscard]] std::string line_of_request(std::string_view frame);
[[nodiscard]] std::string line_of_reply(std::string_view frame);
[[nodiscard]] std::string line_of_feed(std::string_view topic, std::string_view body);
[[nodiscard]] std::string line_of(const ClientEvent& event);

}  // namespace palabre::broker::simulation
