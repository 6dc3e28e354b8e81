#include "broker/session/reads.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

std::vector<NamedClient> names_in(const Directory& directory, const std::vector<Event>& events) {
  std::set<ClientNumber> clients;
  for (const auto& event : events) clients.insert(event.client);
  std::vector<NamedClient> names;
  // A message may be newer than this picture, never older than its sender.
  for (const auto client : clients)
    names.push_back({client, directory.has(client) ? directory.at(client).name : ""});
  return names;
}

std::optional<Role> role_in(const Directory& directory, RoomNumber room, ClientNumber client) {
  const auto* standings = room ? directory.at(room).standings.get() : nullptr;
  if (standings == nullptr) return std::nullopt;
  const auto found = standings->find(client);
  return found == standings->end() ? std::nullopt : std::optional(found->second.role);
}

std::size_t bounded(std::uint64_t count, std::size_t max) { return std::min<std::uint64_t>(count, max); }

}  // namespace

Reply Reads::answer(ClientNumber client, const request::History& wanted) const {
  const auto book = directory();
  const auto room = book->find_room(client, wanted.room);
  if (!room) return refuse(RefusalCode::no_such_room);
  reply::Page page;
  page.batch.epoch = book->epoch();
  page.batch.room = book->name_for(client, room);
  page.batch.first =
      wanted.since ? archive_.first_since(room, *wanted.since) : wanted.from.value_or(Sequence{1});
  for (auto& stored : archive_.page(room, page.batch.first, bounded(wanted.count, limits::kEventsMax))) {
    page.batch.events.push_back({stored.client, stored.column, std::move(stored.text), stored.at});
  }
  page.head = archive_.head(room);
  page.batch.names = names_in(*directory(), page.batch.events);
  return page;
}

Reply Reads::answer(ClientNumber client, const request::Row& wanted) const {
  const auto book = directory();
  if (!book->has(wanted.client)) return refuse(RefusalCode::no_such_client);
  reply::Row row{wanted.client, book->at(wanted.client).name, {}, {}, {}};
  const auto cells = archive_.row(wanted.client, wanted.from, bounded(wanted.count, limits::kEventsMax));
  row.columns = archive_.columns(wanted.client);
  const auto names = directory();
  for (const auto& cell : cells) {
    row.next = cell.column;
    // Stored a moment ago, in a room that is not in the picture yet: the row may end earlier than it does.
    if (!names->has(cell.room)) return row;
    row.next = cell.column < row.columns ? cell.column.next() : Column{};
    if (!names->may_read(client, cell.room)) continue;
    row.cells.push_back({cell.column, names->name_for(client, cell.room), cell.sequence, cell.text, cell.at});
  }
  return row;
}

Reply Reads::answer(ClientNumber client, const request::Heads&) const {
  const auto book = directory();
  reply::Heads heads{book->epoch(), {}};
  for (const auto room : book->at(client).rooms)
    heads.rooms.push_back({book->name_for(client, room), archive_.head(room)});
  return heads;
}

Reply Reads::answer(ClientNumber client, const request::Rooms&) const {
  const auto book = directory();
  reply::Rooms rooms;
  for (RoomNumber room{1}; book->has(room); room = room.next()) {
    if (book->at(room).kind == RoomKind::direct || !book->may_read(client, room)) continue;
    rooms.rooms.push_back({book->at(room).name, archive_.head(room), book->at(room).members.size()});
  }
  return rooms;
}

Reply Reads::answer(ClientNumber asker, const request::Who& wanted) const {
  const auto book = directory();
  const auto room = wanted.room ? book->find_room(asker, *wanted.room) : RoomNumber{};
  if (wanted.room && !room) return refuse(RefusalCode::no_such_room);
  const auto listed_from = [&](ClientNumber client) {
    if (room) return book->at(room).members.next(client);
    return book->has(client) ? client : ClientNumber{};
  };
  reply::Who who;
  const auto count = bounded(wanted.count, limits::kWhoClientsMax);
  auto client = listed_from(wanted.from);
  for (; client && who.clients.size() < count; client = listed_from(client.next())) {
    who.clients.push_back(
        {client, book->at(client).name, book->at(client).is_online, role_in(*book, room, client)});
  }
  who.next = client;
  return who;
}

Reply Reads::answer(ClientNumber client, const request::Ping&) const {
  const auto book = directory();
  reply::Pong pong{clock_(), book->epoch(), {}};
  for (const auto room : book->at(client).rooms) {
    if (book->at(room).kind == RoomKind::open) continue;  // the feed's ticks name those
    pong.rooms.push_back({book->name_for(client, room), archive_.head(room)});
  }
  return pong;
}

Reply Reads::answer(ClientNumber client, const request::Audit& wanted) const {
  const auto book = directory();
  const auto room = book->find_room(client, wanted.room);
  if (!room) return refuse(RefusalCode::no_such_room);
  reply::Audit audit{wanted.room, {}, 0};
  const auto count = bounded(wanted.count, limits::kEventsMax);
  // One more tells whether there is more.
  for (const auto& done : archive_.moderations(room, wanted.from, count + 1)) {
    if (audit.entries.size() == count) {
      audit.next = done.number;
      break;
    }
    audit.entries.push_back({done.number, done.at, done.action, book->at(done.by).name,
                             book->at(done.client).name, done.role, done.until, done.reason});
  }
  return audit;
}

Reply Reads::answer(ClientNumber, const request::Whois& wanted) const {
  const auto book = directory();
  const auto client = book->find_client(wanted.name);
  if (!client) return refuse(RefusalCode::no_such_client, "nobody has that name");
  const auto& known = book->at(client);
  return reply::Whois{client, known.name, known.is_online, known.key};
}

}  // namespace palabre::broker
