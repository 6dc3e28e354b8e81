#include "broker/journal/image_reader.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <string>

#include "broker/journal/execution.hpp"

namespace palabre::broker {
namespace {

void require(bool holds, const std::string& what) {
  if (!holds) throw JournalFailure("the store is damaged: " + what);
}

Epoch read_epoch(SQLite::Database& database) {
  SQLite::Statement statement(database, "SELECT value FROM meta WHERE key = 'epoch'");
  Execution read(statement);
  require(read.next(), "it has no epoch");
  return read.text(0);
}

std::vector<Image::Client> read_clients(SQLite::Database& database) {
  SQLite::Statement statement(database, R"sql(
    SELECT number, name, token, (SELECT max("column") FROM message WHERE message.client = client.number)
    FROM client ORDER BY number)sql");
  Execution read(statement);
  std::vector<Image::Client> clients;
  while (read.next()) {
    clients.push_back({read.number<ClientNumber>(0), read.text(1), read.text(2), read.number<Column>(3)});
    require(clients.back().number.value == clients.size(), "client numbers have a hole");
  }
  return clients;
}

std::vector<Image::Room> read_rooms(SQLite::Database& database) {
  SQLite::Statement statement(database, R"sql(
    SELECT number, name, (SELECT max(sequence) FROM message WHERE message.room = room.number)
    FROM room ORDER BY number)sql");
  Execution read(statement);
  std::vector<Image::Room> rooms;
  while (read.next()) {
    rooms.push_back({read.number<RoomNumber>(0), read.text(1), read.number<Sequence>(2), {}});
    require(rooms.back().number.value == rooms.size(), "room numbers have a hole");
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

/// Times never decrease, so the newest message is the last of some room.
TimeMs read_last_time(SQLite::Database& database, const std::vector<Image::Room>& rooms) {
  SQLite::Statement statement(database, "SELECT at FROM message WHERE room = ? AND sequence = ?");
  TimeMs newest;
  for (const Image::Room& room : rooms) {
    Execution read(statement, room.number, room.head);
    if (read.next()) newest = std::max(newest, read.number<TimeMs>(0));
  }
  return newest;
}

}  // namespace

Image read_image(SQLite::Database& database) {
  Image image;
  image.epoch = read_epoch(database);
  image.clients = read_clients(database);
  image.rooms = read_rooms(database);
  read_members(database, image);
  image.last_at = read_last_time(database, image.rooms);
  return image;
}

}  // namespace palabre::broker
