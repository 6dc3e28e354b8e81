#include "broker/journal/left_state.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include <fstream>
#include <string>
#include <system_error>

#include "broker/journal/data_directory.hpp"
#include "broker/journal/epoch.hpp"
#include "broker/journal/execution.hpp"

namespace palabre::broker {
namespace {

constexpr const char* kClosed = "closed";
constexpr const char* kOpenOnDisk = "open, flushed";
/// Followed by the boot in which it was opened.
constexpr const char* kOpenInMemory = "open, not flushed, boot ";

/// Another one after each start of the machine; empty where the system does not tell.
std::string boot() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id;
}

std::string open_with(Durability durability) {
  return durability == Durability::disk ? kOpenOnDisk : kOpenInMemory + boot();
}

std::string read(SQLite::Database& database) {
  SQLite::Statement statement(database, "SELECT value FROM meta WHERE key = 'left'");
  Execution left(statement);
  return left.next() ? left.text(0) : kClosed;
}

void write(SQLite::Database& database, const std::string& left) {
  SQLite::Statement statement(database, "UPDATE meta SET value = ? WHERE key = 'left'");
  Execution(statement, left).run();
}

/// The machine went down since, and took along what it had not written yet.
bool may_have_lost(const std::string& left) {
  return left.starts_with(kOpenInMemory) && (boot().empty() || left != kOpenInMemory + boot());
}

}  // namespace

bool has_log(const std::filesystem::path& database) {
  std::error_code missing;
  const auto bytes = std::filesystem::file_size(database.string() + "-wal", missing);
  return !missing && bytes > 0;
}

bool is_left_open(SQLite::Database& database) { return read(database) != kClosed; }

void take_over(SQLite::Database& database, const std::filesystem::path& path, bool has_log,
               Durability durability) {
  const auto left = read(database);
  if (left != kClosed && !has_log && !may_have_lost(left)) {
    throw StoreUnusable("the store " + path.string() + " was not closed and its log, " + path.string() +
                        "-wal, is gone: what was stored last is missing ('palabred repair' saves the rest)");
  }
  try {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    if (may_have_lost(left)) renew_epoch(database);
    write(database, open_with(durability));
    transaction.commit();
    // The note must be where it survives the log.
    database.exec("PRAGMA wal_checkpoint");
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() != SQLITE_FULL) throw;
  }
}

void note_closed(SQLite::Database& database) { write(database, kClosed); }

}  // namespace palabre::broker
