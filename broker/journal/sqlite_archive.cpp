#include "broker/journal/sqlite_archive.hpp"

#include <type_traits>
#include <utility>
#include <vector>

#include "broker/journal/execution.hpp"
#include "broker/journal/pool.hpp"
#include "broker/journal/reader.hpp"

namespace palabre::broker {
namespace {

std::vector<std::unique_ptr<Reader>> open_readers(const std::filesystem::path& path, std::size_t count) {
  std::vector<std::unique_ptr<Reader>> readers;
  for (std::size_t i = 0; i < count; ++i) readers.push_back(std::make_unique<Reader>(path));
  return readers;
}

/// Archive over a few readers; see open_archive().
class SqliteArchive final : public Archive {
 public:
  SqliteArchive(const std::filesystem::path& path, std::size_t readers)
      : readers_(open_readers(path, readers)) {}

  std::vector<StoredEvent> page(RoomNumber room, Sequence from, std::size_t count) override {
    return borrowed([&](SegmentReader& segments) { return segments.page(room, from, count); });
  }
  Sequence head(RoomNumber room) override {
    return borrowed([&](SegmentReader& segments) { return segments.head(room); });
  }
  Sequence first_since(RoomNumber room, TimeMs time) override {
    return borrowed([&](SegmentReader& segments) { return segments.first_since(room, time); });
  }
  std::vector<StoredCell> row(ClientNumber client, Column from, std::size_t count) override {
    return borrowed([&](SegmentReader& segments) { return segments.row(client, from, count); });
  }
  Column columns(ClientNumber client) override {
    return borrowed([&](SegmentReader& segments) { return segments.columns(client); });
  }
  std::vector<record::Moderated> moderations(RoomNumber room, std::uint64_t number,
                                             std::size_t count) override {
    return or_journal_failure([&] {
      return readers_.with([&](Reader& reader) { return reader.moderations(room, number, count); });
    });
  }
  std::optional<StoredCell> cell(ClientNumber client, Column column) override {
    auto cells = row(client, column, 1);
    if (cells.empty() || cells.front().column != column) return std::nullopt;
    return std::move(cells.front());
  }

 private:
  template <class Work>
  std::invoke_result_t<Work, SegmentReader&> borrowed(Work&& work) {
    return or_journal_failure(
        [&] { return readers_.with([&work](Reader& reader) { return work(reader.segments()); }); });
  }

  Pool<Reader> readers_;
};

}  // namespace

std::unique_ptr<Archive> open_archive(const DataDirectory& directory, std::size_t readers) {
  return or_store_unusable(directory.database_path(), [&] {
    return std::make_unique<SqliteArchive>(directory.database_path(), readers);
  });
}

}  // namespace palabre::broker
