#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "broker/domain/records.hpp"

namespace palabre::broker {

/// Stores what is no message: who there is, which rooms, who is in them, and where the ids of posts begin
/// anew. Within the caller's transaction; throws SQLite::Exception.
class FactWriter {
 public:
  explicit FactWriter(SQLite::Database& database);

  void insert(const record::Registered& registered);
  void insert(const record::KeyBound& bound);
  void insert(const record::OperatorAct& act);
  void insert(const record::RoomMade& made);
  void insert(const record::Joined& joined);
  void insert(const record::Left& left);
  void insert(const record::StandingChanged& changed);
  void insert(const record::Moderated& done);
  /// From this column on, counters rise with the columns.
  void begin_ids(ClientNumber client, Column column, OutboxId outbox, Counter counter);

 private:
  SQLite::Statement registered_;
  SQLite::Statement client_;
  SQLite::Statement key_bound_;
  SQLite::Statement act_;
  SQLite::Statement room_made_;
  SQLite::Statement joined_;
  SQLite::Statement left_;
  SQLite::Statement standing_changed_;
  SQLite::Statement standing_ended_;
  SQLite::Statement moderated_;
  SQLite::Statement ids_;
};

}  // namespace palabre::broker
