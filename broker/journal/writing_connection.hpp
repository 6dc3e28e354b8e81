#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <filesystem>
#include <functional>

#include "broker/journal/sqlite_journal.hpp"

namespace palabre::broker {

/// The one connection that writes, and the only one that checkpoints: SQLite 3.40 can damage a database that
/// two connections checkpoint. Opening it migrates the store. Lives on its journal's thread.
class WritingConnection {
 public:
  WritingConnection(const std::filesystem::path& path, JournalOptions options);
  ~WritingConnection();
  WritingConnection(const WritingConnection&) = delete;
  WritingConnection& operator=(const WritingConnection&) = delete;

  [[nodiscard]] SQLite::Database& database() { return database_; }

  /// Runs `work` in one transaction: all of it is stored, or nothing and the answer is `full`. What else goes
  /// wrong is an SQLite::Exception, after which nothing but closing may be asked of this connection.
  [[nodiscard]] CommitResult transact(const std::function<void()>& work);

 private:
  /// False when there is no space; nothing is stored then.
  [[nodiscard]] bool try_commit(const std::function<void()>& work);
  void roll_back();
  void checkpoint_when_due();

  SQLite::Database database_;
  SQLite::Statement begin_;
  SQLite::Statement commit_;
  SQLite::Statement rollback_;
  bool has_failed_ = false;
  const int log_pages_due_;  ///< from this length on the log is copied into the database
  int log_pages_ = 0;        ///< length of the write-ahead log after the last commit
};

}  // namespace palabre::broker
