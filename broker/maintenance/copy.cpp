#include "broker/maintenance/copy.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Database.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "broker/journal/data_directory.hpp"
#include "broker/journal/epoch.hpp"
#include "broker/journal/execution.hpp"
#include "broker/journal/left_state.hpp"
#include "broker/journal/migrations.hpp"

namespace palabre::broker {
namespace {

/// Made by us, so that it is its owner's only from the beginning.
void make_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    throw StoreUnusable("cannot make " + path.string() + ": " + std::generic_category().message(errno));
  }
  ::close(descriptor);
}

/// All pages in one step, which reads one state of the store, whatever is stored meanwhile.
void copy_store(const std::filesystem::path& from, const std::filesystem::path& to) {
  SQLite::Database source(from.string(), SQLite::OPEN_READONLY);
  require_current_store(source, from);
  SQLite::Database target(to.string(), SQLite::OPEN_READWRITE);
  target.exec("PRAGMA synchronous = FULL");
  SQLite::Backup(target, source).executeStep(-1);
  // The copy is whole by itself: one file, no log.
  target.exec("PRAGMA journal_mode = DELETE");
  note_closed(target);
}

}  // namespace

void back_up_store(const std::filesystem::path& database, const std::filesystem::path& to) {
  make_file(to);
  try {
    or_store_unusable(database, [&] { copy_store(database, to); });
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(to, ignored);
    throw;
  }
}

void restore_store(const std::filesystem::path& backup, const std::filesystem::path& data) {
  const DataDirectory directory(data);
  const auto path = directory.database_path();
  if (std::filesystem::file_size(path) > 0) {
    throw StoreUnusable("there is a store in " + data.string() + " already: move it away first");
  }
  // Nobody serves it before it has its new epoch, whenever this is broken off.
  const auto unfinished = directory.path() / "palabre.restoring";
  std::filesystem::remove(unfinished);
  back_up_store(backup, unfinished);
  or_store_unusable(unfinished, [&] {
    SQLite::Database restored(unfinished.string(), SQLite::OPEN_READWRITE);
    restored.exec("PRAGMA synchronous = FULL");
    renew_epoch(restored);
  });
  std::filesystem::rename(unfinished, path);
  flush_directory(directory.path());
}

}  // namespace palabre::broker
