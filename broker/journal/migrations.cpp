#include "broker/journal/migrations.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <sodium.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "broker/domain/records.hpp"
#include "broker/journal/data_directory.hpp"
#include "broker/journal/execution.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

/// "pala" in ASCII: tells our files from other SQLite databases.
constexpr int kApplicationId = 0x70616c61;

/// Version 1. Numbers are given by the domain, never by the database, so nothing here counts by itself.
/// Foreign keys are left out: the domain decides what refers to what, and checking it again would cost a seek
/// for each message. Times are milliseconds since 1970 and never decrease from one message to the next.
constexpr const char* kFirstShape = R"sql(
-- What there is one of. 'epoch': which life of the store this is.
CREATE TABLE meta (
  key    TEXT NOT NULL PRIMARY KEY,
  value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Identities; `token` is a hash, the secret itself is nowhere.
CREATE TABLE client (
  number         INTEGER NOT NULL PRIMARY KEY,
  name           TEXT    NOT NULL UNIQUE,
  token          BLOB    NOT NULL,
  registered_at  INTEGER NOT NULL
) STRICT;

-- `made_by` is 0 for the lobby, which nobody made.
CREATE TABLE room (
  number   INTEGER NOT NULL PRIMARY KEY,
  name     TEXT    NOT NULL UNIQUE,
  made_by  INTEGER NOT NULL,
  made_at  INTEGER NOT NULL
) STRICT;

-- Who is in which room now; leaving deletes.
CREATE TABLE member (
  room       INTEGER NOT NULL,
  client     INTEGER NOT NULL,
  joined_at  INTEGER NOT NULL,
  PRIMARY KEY (room, client)
) STRICT, WITHOUT ROWID;

-- The matrix: one row here is one cell there, kept where its key is, so that a matrix row is read in one stretch.
CREATE TABLE message (
  client    INTEGER NOT NULL,
  "column"  INTEGER NOT NULL,
  room      INTEGER NOT NULL,
  sequence  INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  outbox    INTEGER NOT NULL,
  counter   INTEGER NOT NULL,
  text      TEXT    NOT NULL,
  PRIMARY KEY (client, "column"),
  -- A room's timeline, and its head by one seek.
  UNIQUE (room, sequence),
  -- A post is stored once, for ever. Counters rise in an outbox, so the index grows at its ends only.
  UNIQUE (client, outbox, counter)
) STRICT, WITHOUT ROWID;
)sql";

/// Step n brings version n to version n + 1. Steps are only ever added.
constexpr std::array kSteps{kFirstShape};
constexpr int kVersion = kSteps.size();

int pragma(SQLite::Database& database, const std::string& name) {
  return database.execAndGet("PRAGMA " + name).getInt();
}

void set_pragma(SQLite::Database& database, const std::string& name, int value) {
  database.exec("PRAGMA " + name + " = " + std::to_string(value));
}

bool is_empty(SQLite::Database& database) {
  return database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
}

std::string random_epoch() {
  if (sodium_init() < 0) throw StoreUnusable("the system gives no random numbers");
  std::array<unsigned char, limits::kEpochBytes / 2> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::string digits(limits::kEpochBytes + 1, '\0');
  sodium_bin2hex(digits.data(), digits.size(), bytes.data(), bytes.size());
  digits.resize(limits::kEpochBytes);
  return digits;
}

void fill_new_store(SQLite::Database& database) {
  set_pragma(database, "application_id", kApplicationId);
  SQLite::Statement epoch(database, "INSERT INTO meta (key, value) VALUES ('epoch', ?)");
  Execution(epoch, random_epoch()).run();
  SQLite::Statement lobby(
      database, "INSERT INTO room (number, name, made_by, made_at) VALUES (?, ?, 0, unixepoch() * 1000)");
  Execution(lobby, kLobby, std::string(kLobbyName)).run();
}

}  // namespace

void migrate(SQLite::Database& database, const std::filesystem::path& path) {
  const int application = pragma(database, "application_id");
  const int version = pragma(database, "user_version");
  const bool is_new = application == 0 && version == 0 && is_empty(database);
  if ((!is_new && application != kApplicationId) || version < 0) {
    throw StoreUnusable(path.string() + " is not a palabre store");
  }
  if (version > kVersion) {
    throw StoreUnusable(path.string() + " was written by a newer palabred (store version " +
                        std::to_string(version) + ", this one knows up to " + std::to_string(kVersion) + ")");
  }
  if (version == kVersion) return;
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  for (const char* step : std::span(kSteps).subspan(static_cast<std::size_t>(version))) database.exec(step);
  if (is_new) fill_new_store(database);
  set_pragma(database, "user_version", kVersion);
  transaction.commit();
}

}  // namespace palabre::broker
