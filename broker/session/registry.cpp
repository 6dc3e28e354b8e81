#include "broker/session/registry.hpp"

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
    auto session = std::make_shared<Session>(client, tools_);
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
  if (session) session->finish_departed();
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
