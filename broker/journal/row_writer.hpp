#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "broker/domain/segment.hpp"

namespace palabre::broker {

/// Notes in which segment each matrix row goes on: in the order of commits first, and some thousands of
/// notes later all of them in the order of rows. Rows lie apart in the index, so that noting them there at
/// once would write a page for each client in each commit. Within the caller's transaction; throws
/// SQLite::Exception.
class RowWriter {
 public:
  explicit RowWriter(SQLite::Database& database);

  void note(const Segment& segment);
  /// Notes straight in the order of rows: for who fills a store, and brings rows in whatever order.
  void index(const Segment& segment);
  /// To be called once in each transaction that noted something, after the last note.
  void fold_when_due();

 private:
  SQLite::Database& database_;
  SQLite::Statement recent_;
  SQLite::Statement index_;
  SQLite::Statement fold_;
  SQLite::Statement clear_;
};

}  // namespace palabre::broker
