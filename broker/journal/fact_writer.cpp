#include "broker/journal/fact_writer.hpp"

#include "broker/journal/checksum.hpp"
#include "broker/journal/execution.hpp"

namespace palabre::broker {

FactWriter::FactWriter(SQLite::Database& database)
    : registered_(database,
                  "INSERT INTO client (number, name, token, registered_at, checksum) VALUES (?, ?, ?, ?, ?)"),
      room_made_(database,
                 "INSERT INTO room (number, name, made_by, made_at, checksum) VALUES (?, ?, ?, ?, ?)"),
      joined_(database, "INSERT INTO member (room, client, joined_at) VALUES (?, ?, ?)"),
      left_(database, "DELETE FROM member WHERE room = ? AND client = ?"),
      ids_(database,
           R"sql(INSERT INTO outbox_index (client, "column", outbox, counter) VALUES (?, ?, ?, ?))sql") {}

void FactWriter::insert(const record::Registered& registered) {
  const auto& [client, name, token, at] = registered;
  Execution(registered_, client, name, Blob{token}, at, checksum_of_client(client, name, token, at)).run();
}

void FactWriter::insert(const record::RoomMade& made) {
  const auto& [room, name, by, at] = made;
  Execution(room_made_, room, name, by, at, checksum_of_room(room, name, by, at)).run();
}

void FactWriter::insert(const record::Joined& joined) {
  Execution(joined_, joined.room, joined.client, joined.at).run();
}

void FactWriter::insert(const record::Left& left) { Execution(left_, left.room, left.client).run(); }

void FactWriter::begin_ids(ClientNumber client, Column column, OutboxId outbox, Counter counter) {
  Execution(ids_, client, column, outbox, counter).run();
}

}  // namespace palabre::broker
