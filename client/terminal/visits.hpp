#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "client/events.hpp"
#include "client/moment.hpp"

namespace palabre::terminal {

/// Decides which comings and goings are worth a line. A script that posts one message comes and goes within a
/// moment; telling of both would bury what people say. So who comes is told of a little later, and not at all
/// when gone again by then. Pure.
class Visits {
 public:
  static constexpr std::chrono::milliseconds kShortVisit{2'000};

  /// The notice when it is to be told at once.
  [[nodiscard]] std::optional<event::Notice> take(const event::Notice& notice);
  /// Who came long enough ago to be told of now.
  [[nodiscard]] std::vector<event::Notice> due(Moment now);

 private:
  struct Arrival {
    event::Notice notice;
    std::optional<Moment> seen;  ///< when due() first met it
  };
  std::map<ClientNumber, Arrival> arrivals_;
};

}  // namespace palabre::terminal
