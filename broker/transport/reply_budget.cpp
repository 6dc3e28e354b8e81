#include "broker/transport/reply_budget.hpp"

#include <algorithm>

#include "broker/transport/tcp_connection.hpp"

namespace palabre::broker {

void ReplyBudget::open(ConnectionId connection, int descriptor) {
  const auto before = bytes_acknowledged(descriptor);
  flows_.insert_or_assign(connection, Flow{descriptor, 0, before, before});
}

bool ReplyBudget::has_room(ConnectionId connection) {
  const auto found = flows_.find(connection);
  if (found == flows_.end()) return true;
  auto& flow = found->second;
  const auto is_near = [&] { return flow.before + flow.sent < flow.arrived + bytes_max_; };
  if (is_near()) return true;
  // Asked only when so much was sent since it was last known to be near. A descriptor that has changed hands
  // may answer anything: nobody gets the reply then.
  flow.arrived = std::max(flow.arrived, bytes_acknowledged(flow.descriptor));
  return is_near();
}

void ReplyBudget::sent(ConnectionId connection, std::uint64_t bytes) {
  if (const auto found = flows_.find(connection); found != flows_.end()) found->second.sent += bytes;
}

}  // namespace palabre::broker
