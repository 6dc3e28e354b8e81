#include "broker/journal/migrations.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "broker/domain/records.hpp"
#include "broker/journal/data_directory.hpp"
#include "broker/journal/epoch.hpp"
#include "broker/journal/execution.hpp"
#include "broker/journal/first_version.hpp"
#include "broker/journal/second_version.hpp"

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

/// Version 2: cells are packed. A row a message in three trees cost ten times as much to store
/// (BENCHMARKS.md).
constexpr const char* kSecondShape = R"sql(
-- Consecutive messages of a room, packed as they were published: what one commit stored. `place` is the room's
-- number times 2^40 plus the first sequence. `events` is msgpack, `time` what its times count from
-- (schema/README.md, section 6); `last_at` is the time of the last one.
CREATE TABLE segment (
  place    INTEGER NOT NULL PRIMARY KEY,
  count    INTEGER NOT NULL,
  time     INTEGER NOT NULL,
  last_at  INTEGER NOT NULL,
  events   BLOB    NOT NULL
) STRICT;

-- The matrix by its rows: `count` cells of a client from `column` on are in the segment at `place`.
CREATE TABLE row_index (
  client    INTEGER NOT NULL,
  "column"  INTEGER NOT NULL,
  count     INTEGER NOT NULL,
  place     INTEGER NOT NULL,
  PRIMARY KEY (client, "column")
) STRICT, WITHOUT ROWID;

-- The ids that clients gave their posts. From `column` to the client's next row here, counters rise with the
-- columns from `counter` on. A program that posts alone under its name makes one row, however much it posts.
CREATE TABLE outbox_index (
  client    INTEGER NOT NULL,
  "column"  INTEGER NOT NULL,
  outbox    INTEGER NOT NULL,
  counter   INTEGER NOT NULL,
  PRIMARY KEY (client, "column"),
  UNIQUE (client, outbox, counter)
) STRICT, WITHOUT ROWID;
)sql";

/// Version 3: a commit writes one page for all rows that go on, where row_index takes one for each; and what
/// people read has checksums.
constexpr const char* kThirdShape = R"sql(
-- What row_index does not know yet, in the order of commits; from time to time all of it is moved there.
CREATE TABLE row_recent (
  number    INTEGER NOT NULL PRIMARY KEY,
  client    INTEGER NOT NULL,
  "column"  INTEGER NOT NULL,
  count     INTEGER NOT NULL,
  place     INTEGER NOT NULL
) STRICT;

-- Of all other columns of the row (broker/journal/checksum.hpp).
ALTER TABLE segment ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE client  ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE room    ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;

-- How the store was left (broker/journal/left_state.hpp).
INSERT INTO meta (key, value) VALUES ('left', 'closed');
)sql";

/// Version 4: an identity may be proven by the key of its connections.
constexpr const char* kFourthShape = R"sql(
-- The public key, empty when there is none; and which invitation the client came with, 0 for none.
ALTER TABLE client ADD COLUMN key    BLOB    NOT NULL DEFAULT x'';
ALTER TABLE client ADD COLUMN invite INTEGER NOT NULL DEFAULT 0;
)sql";

/// Version 5: closed rooms know who stands where in them, and what was done to whom; and what the operator
/// decides about people.
constexpr const char* kFifthShape = R"sql(
-- Who is a member of a closed room, invited or banned. `role` counts from 0, the reader; a mute lasts until a time.
CREATE TABLE standing (
  room         INTEGER NOT NULL,
  client       INTEGER NOT NULL,
  role         INTEGER NOT NULL,
  muted_until  INTEGER NOT NULL,
  is_banned    INTEGER NOT NULL,
  checksum     INTEGER NOT NULL,
  PRIMARY KEY (room, client)
) STRICT, WITHOUT ROWID;

-- Only ever grows. `role` is the one given, -1 for none; `until` is the end of a mute, 0 for none.
CREATE TABLE moderation (
  room      INTEGER NOT NULL,
  number    INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  by        INTEGER NOT NULL,
  action    INTEGER NOT NULL,
  client    INTEGER NOT NULL,
  role      INTEGER NOT NULL,
  until     INTEGER NOT NULL,
  reason    TEXT    NOT NULL,
  checksum  INTEGER NOT NULL,
  PRIMARY KEY (room, number)
) STRICT, WITHOUT ROWID;

-- What the operator did, in order: `act` is ban, unban, add, rebind or rename, `text` the reason, the key or the new
-- name. A client is banned when the last of its bans and unbans is a ban.
CREATE TABLE operator_act (
  number    INTEGER NOT NULL PRIMARY KEY,
  act       TEXT    NOT NULL,
  client    INTEGER NOT NULL,
  text      TEXT    NOT NULL,
  at        INTEGER NOT NULL,
  checksum  INTEGER NOT NULL
) STRICT;
)sql";

void make_first(SQLite::Database& database) { database.exec(kFirstShape); }

void make_second(SQLite::Database& database) {
  database.exec(kSecondShape);
  pack_messages(database);
  database.exec("DROP TABLE message");
}

void make_third(SQLite::Database& database) {
  database.exec(kThirdShape);
  write_checksums(database);
}

void make_fourth(SQLite::Database& database) { database.exec(kFourthShape); }

void make_fifth(SQLite::Database& database) { database.exec(kFifthShape); }

/// Version 6: `client.name` is what somebody registered under. What he is called is the `text` of the last
/// operator_act about him whose `act` is rename; an older program would take that for damage.
void make_sixth(SQLite::Database& /*database*/) {}

/// Step n brings version n to version n + 1. Steps are only ever added.
constexpr std::array kSteps{make_first, make_second, make_third, make_fourth, make_fifth, make_sixth};
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

void fill_new_store(SQLite::Database& database) {
  set_pragma(database, "application_id", kApplicationId);
  SQLite::Statement epoch(database, "INSERT INTO meta (key, value) VALUES ('epoch', ?)");
  Execution(epoch, random_epoch()).run();
  SQLite::Statement lobby(
      database, "INSERT INTO room (number, name, made_by, made_at) VALUES (?, ?, 0, unixepoch() * 1000)");
  Execution(lobby, kLobby, std::string(kLobbyName)).run();
  write_checksums(database);
}

/// The store's version, 0 for an empty file. Throws StoreUnusable for what this program cannot read.
int checked_version(SQLite::Database& database, const std::filesystem::path& path) {
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
  return version;
}

}  // namespace

void migrate(SQLite::Database& database, const std::filesystem::path& path) {
  const int version = checked_version(database, path);
  if (version == kVersion) return;
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  for (const auto step : std::span(kSteps).subspan(static_cast<std::size_t>(version))) step(database);
  if (version == 0) fill_new_store(database);
  set_pragma(database, "user_version", kVersion);
  transaction.commit();
}

void require_current_store(SQLite::Database& database, const std::filesystem::path& path) {
  const int version = checked_version(database, path);
  if (version == kVersion) return;
  throw StoreUnusable(path.string() + " is of store version " + std::to_string(version) +
                      ": palabred brings it to version " + std::to_string(kVersion) + " when it serves it");
}

}  // namespace palabre::broker
