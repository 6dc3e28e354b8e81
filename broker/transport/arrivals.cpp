#include "broker/transport/arrivals.hpp"

namespace palabre::broker {

void Arrivals::add(ClientNumber client, ConnectionId connection, std::string_view request) {
  group_of(client).requests.push_back({connection, Bytes(request)});
}

Arrivals::Group& Arrivals::group_of(ClientNumber client) {
  if (client.value >= group_of_.size()) group_of_.resize(client.value + 1);
  auto& group = group_of_[client.value];
  if (group == 0) {
    if (used_ == groups_.size()) groups_.emplace_back();
    groups_[used_].client = client;
    group = static_cast<std::uint32_t>(++used_);
  }
  return groups_[group - 1];
}

}  // namespace palabre::broker
