#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>

#include <filesystem>
#include <map>
#include <vector>

#include "broker/domain/records.hpp"
#include "broker/journal/data_directory.hpp"
#include "broker/journal/fact_writer.hpp"
#include "broker/journal/row_writer.hpp"
#include "broker/journal/segment_packer.hpp"
#include "broker/journal/segment_writer.hpp"
#include "schema/messages.hpp"

namespace palabre::broker {

/// A new store that is filled with what is left of an old one, in one transaction. First it is told of all
/// cells that will come, so that it knows their new columns; then they may come room by room. Throws
/// SQLite::Exception, and StoreUnusable when the folder is in use.
class RepairedStore {
 public:
  explicit RepairedStore(const std::filesystem::path& folder);

  /// This cell of the old store will come.
  void expect(ClientNumber client, Column column);
  /// A row of the old store's outbox_index; by rising columns of each client. After all cells.
  void expect_id(ClientNumber client, Column column, OutboxId outbox, Counter counter);

  void write(const record::Registered& client);
  void write(const record::RoomMade& room);
  void write(const record::Joined& member);
  void write(const record::StandingChanged& standing);
  void write(const record::Moderated& done);
  void write(const record::OperatorAct& act);
  /// The next message of the room, with its old column.
  void write(RoomNumber room, const Event& event);
  /// Stores what was written so far; the next message begins another segment.
  void flush();
  /// After all messages.
  void write_ids();
  void commit();

 private:
  struct Id {
    Column column;  ///< in the old store
    OutboxId outbox;
    Counter counter;
  };
  struct Row {
    std::vector<Column> columns;  ///< old ones; the new column of each is its place, from 1
    std::vector<Id> ids;          ///< where each stretch of ids began
    bool is_sorted = false;
  };

  void write_ids(ClientNumber client, const Row& row);

  DataDirectory directory_;
  SQLite::Database database_;
  SQLite::Transaction transaction_;
  FactWriter facts_;
  SegmentWriter segments_;
  RowWriter rows_index_;
  SegmentPacker packer_;
  std::map<ClientNumber, Row> rows_;
  std::map<RoomNumber, Sequence> heads_;
};

}  // namespace palabre::broker
