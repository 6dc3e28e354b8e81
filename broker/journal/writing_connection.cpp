#include "broker/journal/writing_connection.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <string>
#include <system_error>

#include "broker/journal/execution.hpp"
#include "broker/journal/left_state.hpp"
#include "broker/journal/migrations.hpp"
#include "broker/journal/quick_check.hpp"

namespace palabre::broker {
namespace {

/// Nobody else writes, but a person's shell or backup may hold a lock for a moment.
constexpr int kBusyTimeoutMs = 5000;
/// Readers that overlap without a pause keep the log from starting anew. From so many times the length at
/// which it is copied (64 MiB) the checkpoint waits for them to step aside once.
constexpr int kRestartFactor = 16;

SQLite::Database opened(const std::filesystem::path& path, JournalOptions options) {
  const bool has_log = broker::has_log(path);
  SQLite::Database database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, kBusyTimeoutMs);
  refuse_broken_pages(database, path);
  migrate(database, path);
  refuse_wrong_counts(database, path);
  if (database.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal") {
    throw StoreUnusable(path.string() + " is on a file system that cannot keep a write-ahead log");
  }
  take_over(database, path, has_log, options.durability);
  database.exec(options.durability == Durability::disk ? "PRAGMA synchronous = FULL"
                                                       : "PRAGMA synchronous = OFF");
  // Each active client has its own last page in two trees; 32 MiB keep those of a few thousand at hand.
  database.exec("PRAGMA cache_size = -32768");
  // What a long reading made of the log is given back to the disk afterwards.
  database.exec("PRAGMA journal_size_limit = 67108864");
  if (options.pages_max != 0) database.exec("PRAGMA max_page_count = " + std::to_string(options.pages_max));
  return database;
}

bool is_lack_of_space(const SQLite::Exception& error, sqlite3* handle) {
  if (error.getErrorCode() == SQLITE_FULL) return true;
  // The log's index is grown by another path, which does not tell a full disk apart.
  return error.getExtendedErrorCode() == SQLITE_IOERR_SHMSIZE && sqlite3_system_errno(handle) == ENOSPC;
}

/// Writes zeros to where the log will grow to before its first checkpoint. Flushing a file that grows takes
/// twice as long, for its length has to be flushed, too; and SQLite ends the log where a frame has no valid
/// checksum. Whoever opens the file must not be the one who holds SQLite's locks on it: those are on other
/// files.
void grow_log(const std::filesystem::path& database, int log_pages) {
  // The last commit before a checkpoint may be a large one.
  const auto bytes = 2 * static_cast<std::uintmax_t>(log_pages) * (4096 + 24) + 32;
  const auto spare_bytes = 16 * bytes;
  const auto path = database.string() + "-wal";
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  if (failure || size >= bytes || std::filesystem::space(path, failure).available < spare_bytes) return;
  std::ofstream log(path, std::ios::binary | std::ios::app);
  const std::string zeros(64 * 1024, '\0');
  for (auto written = size; log && written < bytes; written += zeros.size()) {
    log.write(zeros.data(), static_cast<std::streamsize>(zeros.size()));
  }
}

int note_log_pages(void* log_pages, sqlite3*, const char*, int pages) {
  *static_cast<int*>(log_pages) = pages;
  return SQLITE_OK;
}

}  // namespace

WritingConnection::WritingConnection(const std::filesystem::path& path, JournalOptions options)
    : database_(opened(path, options)),
      begin_(database_, "BEGIN IMMEDIATE"),
      commit_(database_, "COMMIT"),
      rollback_(database_, "ROLLBACK"),
      log_pages_due_(options.log_pages) {
  // Takes the place of SQLite's automatic checkpoint, which would swallow a failing flush of the database.
  sqlite3_wal_hook(database_.getHandle(), &note_log_pages, &log_pages_);
  if (options.durability == Durability::disk) {
    // The first reading makes the file.
    (void)database_.execAndGet("SELECT count(*) FROM meta");
    grow_log(path, log_pages_due_);
  }
}

WritingConnection::~WritingConnection() {
  if (has_failed_) return;
  try {
    note_closed(database_);
  } catch (const SQLite::Exception&) {
    // Without the note the next start wants to see the log, and finds it.
  }
}

CommitResult WritingConnection::transact(const std::function<void()>& work) {
  try {
    if (!try_commit(work)) return CommitResult::full;
    checkpoint_when_due();
    return CommitResult::committed;
  } catch (const SQLite::Exception&) {
    // A flush that failed may succeed when tried again and yet have lost its pages. So the log, which has
    // them all, must not be folded in and deleted at closing: the restart does that, writing the pages anew.
    has_failed_ = true;
    sqlite3_db_config(database_.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    throw;
  }
}

bool WritingConnection::try_commit(const std::function<void()>& work) {
  try {
    Execution(begin_).run();
    work();
    Execution(commit_).run();
    return true;
  } catch (const SQLite::Exception& error) {
    const bool is_full = is_lack_of_space(error, database_.getHandle());
    roll_back();
    if (!is_full) throw;
    return false;
  }
}

void WritingConnection::roll_back() {
  // Some errors roll back by themselves.
  if (sqlite3_get_autocommit(database_.getHandle()) == 0) Execution(rollback_).run();
}

void WritingConnection::checkpoint_when_due() {
  if (log_pages_ < log_pages_due_) return;
  const int mode =
      log_pages_ < kRestartFactor * log_pages_due_ ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART;
  const int result = sqlite3_wal_checkpoint_v2(database_.getHandle(), nullptr, mode, nullptr, nullptr) & 0xff;
  // Without space or with readers in the way the log stays for now; everything committed is safe in it.
  if (result == SQLITE_OK || result == SQLITE_BUSY || result == SQLITE_FULL) return;
  throw SQLite::Exception(database_.getHandle(), result);
}

}  // namespace palabre::broker
