#include "broker/journal/image_reader.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <string>

#include "broker/domain/rooms.hpp"
#include "broker/journal/checksum.hpp"
#include "broker/journal/execution.hpp"
#include "broker/journal/segment_reader.hpp"
#include "broker/journal/stored_act.hpp"
#include "broker/journal/stored_client.hpp"
#include "broker/journal/stored_standing.hpp"

namespace palabre::broker {
namespace {

void require(bool holds, const std::string& what) {
  if (!holds) damaged(what);
}

Epoch read_epoch(SQLite::Database& database) {
  SQLite::Statement statement(database, "SELECT value FROM meta WHERE key = 'epoch'");
  Execution read(statement);
  require(read.next(), "it has no epoch");
  return read.text(0);
}

std::vector<Image::Client> read_clients(SQLite::Database& database) {
  SQLite::Statement statement(database, std::string("SELECT ") + kClientColumns + R"sql(,
      coalesce(recent.last, (SELECT "column" + count - 1 FROM row_index WHERE row_index.client = number
                             ORDER BY "column" DESC LIMIT 1), 0)
    FROM client LEFT JOIN
      (SELECT client, max("column" + count - 1) AS last FROM row_recent GROUP BY client) AS recent
      ON recent.client = number
    ORDER BY number)sql");
  Execution read(statement);
  std::vector<Image::Client> clients;
  while (read.next()) {
    const auto client = stored_client(read);
    clients.push_back({client.client, client.name, client.proof, read.number<Column>(kClientColumnsCount)});
    require(client.client.value == clients.size(), "client numbers have a hole");
    require(is_unchanged(client, read), "client " + std::to_string(client.client.value) + " has changed");
  }
  return clients;
}

void read_acts(SQLite::Database& database, std::vector<Image::Client>& clients) {
  SQLite::Statement statement(database,
                              std::string("SELECT ") + kActColumns + " FROM operator_act ORDER BY number");
  Execution read(statement);
  for (std::int64_t number = 1; read.next(); ++number) {
    const auto act = stored_act(read);
    require(act && read.integer(0) == number, "what the operator did has changed");
    require(act->client && act->client.value <= clients.size(), "the operator did it to nobody");
    auto& client = clients[act->client.value - 1];
    if (act->kind == record::OperatorAct::Kind::ban) client.ban = act->text;
    if (act->kind == record::OperatorAct::Kind::unban) client.ban.reset();
    if (act->kind == record::OperatorAct::Kind::rename) client.renamed.push_back(act->text);
  }
}

std::vector<Image::Room> read_rooms(SQLite::Database& database, SegmentReader& segments) {
  SQLite::Statement statement(database,
                              "SELECT number, name, made_by, made_at, checksum FROM room ORDER BY number");
  Execution read(statement);
  std::vector<Image::Room> rooms;
  while (read.next()) {
    const auto number = read.number<RoomNumber>(0);
    const auto made_by = read.number<ClientNumber>(2);
    rooms.push_back({number, read.text(1), segments.head(number), {}, {}, 0, made_by});
    require(rooms.back().number.value == rooms.size(), "room numbers have a hole");
    require(checksum_of_room(number, rooms.back().name, made_by, read.number<TimeMs>(3)) == read.integer(4),
            "room " + std::to_string(number.value) + " has changed");
  }
  return rooms;
}

void read_members(SQLite::Database& database, Image& image) {
  SQLite::Statement statement(database, "SELECT room, client FROM member ORDER BY room, client");
  Execution read(statement);
  while (read.next()) {
    const auto room = read.number<RoomNumber>(0);
    const auto client = read.number<ClientNumber>(1);
    require(room && room.value <= image.rooms.size() && client && client.value <= image.clients.size(),
            "a member or its room is unknown");
    image.rooms[room.value - 1].members.push_back(client);
  }
}

void read_standings(SQLite::Database& database, Image& image) {
  SQLite::Statement statement(database, std::string("SELECT ") + kStandingColumns + " FROM standing");
  Execution read(statement);
  while (read.next()) {
    const auto [room, client, standing] = stored_standing(read);
    require(room && room.value <= image.rooms.size() && client && client.value <= image.clients.size(),
            "who stands somewhere or his room is unknown");
    image.rooms[room.value - 1].standings.emplace_back(client, standing.value());
  }
}

void read_moderations(SQLite::Database& database, Image& image) {
  SQLite::Statement statement(database, "SELECT room, max(number) FROM moderation GROUP BY room");
  Execution read(statement);
  while (read.next()) {
    const auto room = read.number<RoomNumber>(0);
    require(room && room.value <= image.rooms.size(), "a room where something was done is unknown");
    image.rooms[room.value - 1].moderations = static_cast<std::uint64_t>(read.integer(1));
  }
}

/// Members of a closed room stand somewhere in it: else nobody would know what they may do.
void require_standings(const Image& image) {
  for (const auto& room : image.rooms) {
    if (kind_of_stored(room.name) != RoomKind::closed) continue;
    for (const auto member : room.members) {
      const bool stands = std::ranges::any_of(
          room.standings, [member](const auto& it) { return it.first == member && !it.second.is_banned; });
      require(stands, "a member of room " + std::to_string(room.number.value) + " stands nowhere in it");
    }
  }
}

/// Times never decrease, so the newest message is the last of some room.
TimeMs read_last_time(SegmentReader& segments, const std::vector<Image::Room>& rooms) {
  TimeMs newest;
  for (const Image::Room& room : rooms) newest = std::max(newest, segments.last_at(room.number));
  return newest;
}

}  // namespace

Image read_image(SQLite::Database& database) {
  SegmentReader segments(database);
  Image image;
  image.epoch = read_epoch(database);
  image.clients = read_clients(database);
  read_acts(database, image.clients);
  image.rooms = read_rooms(database, segments);
  read_members(database, image);
  read_standings(database, image);
  read_moderations(database, image);
  require_standings(image);
  image.last_at = read_last_time(segments, image.rooms);
  return image;
}

}  // namespace palabre::broker
