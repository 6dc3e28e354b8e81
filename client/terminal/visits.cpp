#include "client/terminal/visits.hpp"

namespace palabre::terminal {

std::optional<event::Notice> Visits::take(const event::Notice& notice) {
  if (notice.what.kind == NoticeKind::came) {
    arrivals_.insert_or_assign(notice.what.client, Arrival{notice, {}});
    return std::nullopt;
  }
  const bool was_short = notice.what.kind == NoticeKind::went && arrivals_.erase(notice.what.client) > 0;
  return was_short ? std::nullopt : std::optional(notice);
}

std::vector<event::Notice> Visits::due(Moment now) {
  std::vector<event::Notice> due;
  for (auto& [client, arrival] : arrivals_) {
    if (!arrival.seen) arrival.seen = now;
    if (now - *arrival.seen >= kShortVisit) due.push_back(arrival.notice);
  }
  for (const auto& notice : due) arrivals_.erase(notice.what.client);
  return due;
}

}  // namespace palabre::terminal
