#include "broker/journal/fact_writer.hpp"

#include "broker/journal/checksum.hpp"
#include "broker/journal/execution.hpp"
#include "broker/journal/stored_act.hpp"
#include "broker/journal/stored_client.hpp"

namespace palabre::broker {

FactWriter::FactWriter(SQLite::Database& database)
    : registered_(database,
                  "INSERT INTO client (number, name, token, key, invite, registered_at, checksum) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?)"),
      client_(database, std::string("SELECT ") + kClientColumns + " FROM client WHERE number = ?"),
      key_bound_(database, "UPDATE client SET token = ?, key = ?, checksum = ? WHERE number = ?"),
      act_(database, "INSERT INTO operator_act (act, client, text, at, checksum) VALUES (?, ?, ?, ?, ?)"),
      room_made_(database,
                 "INSERT INTO room (number, name, made_by, made_at, checksum) VALUES (?, ?, ?, ?, ?)"),
      joined_(database, "INSERT INTO member (room, client, joined_at) VALUES (?, ?, ?)"),
      left_(database, "DELETE FROM member WHERE room = ? AND client = ?"),
      standing_changed_(
          database,
          "INSERT OR REPLACE INTO standing (room, client, role, muted_until, is_banned, checksum) "
          "VALUES (?, ?, ?, ?, ?, ?)"),
      standing_ended_(database, "DELETE FROM standing WHERE room = ? AND client = ?"),
      moderated_(
          database,
          "INSERT INTO moderation (room, number, at, by, action, client, role, until, reason, checksum) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      ids_(database,
           R"sql(INSERT INTO outbox_index (client, "column", outbox, counter) VALUES (?, ?, ?, ?))sql") {}

void FactWriter::insert(const record::Registered& registered) {
  const auto& [client, name, proof, at] = registered;
  Execution(registered_, client, name, Blob{proof.token}, Blob{proof.key}, proof.invite, at,
            checksum_of(registered))
      .run();
}

void FactWriter::insert(const record::KeyBound& bound) {
  record::Registered client;
  {
    Execution read(client_, bound.client);
    if (!read.next()) damaged("a client is missing");
    client = stored_client(read);
  }
  client.proof.key = bound.key;
  if (bound.voids_token) client.proof.token.clear();
  Execution(key_bound_, Blob{client.proof.token}, Blob{bound.key}, checksum_of(client), bound.client).run();
}

void FactWriter::insert(const record::OperatorAct& act) {
  const auto name = name_of(act.kind);
  Execution(act_, name, act.client, act.text, act.at, checksum_of(act)).run();
}

void FactWriter::insert(const record::RoomMade& made) {
  const auto& [room, name, by, at] = made;
  Execution(room_made_, room, name, by, at, checksum_of_room(room, name, by, at)).run();
}

void FactWriter::insert(const record::Joined& joined) {
  Execution(joined_, joined.room, joined.client, joined.at).run();
}

void FactWriter::insert(const record::Left& left) { Execution(left_, left.room, left.client).run(); }

void FactWriter::insert(const record::StandingChanged& changed) {
  const auto& [room, client, standing] = changed;
  if (!standing) return Execution(standing_ended_, room, client).run();
  const std::int64_t is_banned = standing->is_banned ? 1 : 0;
  Execution(standing_changed_, room, client, static_cast<std::int64_t>(standing->role), standing->muted_until,
            is_banned, checksum_of(changed))
      .run();
}

void FactWriter::insert(const record::Moderated& done) {
  const std::int64_t role = done.role ? static_cast<std::int64_t>(*done.role) : -1;
  Execution(moderated_, done.room, static_cast<std::int64_t>(done.number), done.at, done.by,
            static_cast<std::int64_t>(done.action), done.client, role, done.until, done.reason,
            checksum_of(done))
      .run();
}

void FactWriter::begin_ids(ClientNumber client, Column column, OutboxId outbox, Counter counter) {
  Execution(ids_, client, column, outbox, counter).run();
}

}  // namespace palabre::broker
