#include "broker/session/registry.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace palabre::broker {

std::shared_ptr<Session> Registry::find(ClientNumber client) const {
  return sessions_.with([client](const Sessions& sessions) {
    const auto found = sessions.find(client);
    return found == sessions.end() ? nullptr : found->second;
  });
}

bool Registry::has_room_for(ClientNumber client) const {
  return sessions_.with(
      [&](const Sessions& sessions) { return sessions.size() < sessions_max_ || sessions.contains(client); });
}

bool Registry::open(ClientNumber client) {
  if (find(client)) return true;
  if (!has_room_for(client)) return false;
  try {
    auto session = std::make_shared<Session>(client, tools_, take_rates(client));
    sessions_.with([&](Sessions& sessions) { sessions.emplace(client, std::move(session)); });
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

void Registry::close(ClientNumber client) {
  auto session = sessions_.with([client](Sessions& sessions) {
    auto node = sessions.extract(client);
    return node ? std::move(node.mapped()) : nullptr;
  });
  // Outside the lock, and here rather than in whichever thread drops the last pointer: the router must never
  // join.
  if (!session) return;
  session->finish_departed();
  keep_rates(client, session->rates());
}

std::optional<SessionRates> Registry::take_rates(ClientNumber client) {
  auto node = left_.extract(client);
  return node ? std::optional(node.mapped()) : std::nullopt;
}

void Registry::keep_rates(ClientNumber client, const SessionRates& rates) {
  const auto now = std::chrono::steady_clock::now();
  left_.insert_or_assign(client, rates);
  if (left_.size() <= left_max_) return;
  std::erase_if(left_, [now](const auto& one) { return one.second.are_full(now); });
  left_max_ = std::max(kLeftMin, 2 * left_.size());
}

void Registry::close_all() {
  auto sessions = sessions_.with([](Sessions& all) { return std::exchange(all, {}); });
  for (auto& [client, session] : sessions) session->finish();
}

GroupPush Registry::deliver(ClientNumber client, std::span<RequestFrame> requests) {
  const auto session = find(client);
  return session ? session->deliver(requests) : GroupPush{0, Push::closed};
}

void Registry::vanished(ClientNumber client, ConnectionId connection) {
  if (const auto session = find(client)) session->vanished(connection);
}

}  // namespace palabre::broker
