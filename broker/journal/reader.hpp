#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <filesystem>
#include <vector>

#include "broker/journal/segment_reader.hpp"

namespace palabre::broker {

/// One read-only connection to the store with its statements. Lives on one thread at a time. A page or a row
/// comes from one statement, so it shows one state of the store.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  [[nodiscard]] SegmentReader& segments() { return segments_; }
  /// As Archive's.
  [[nodiscard]] std::vector<record::Moderated> moderations(RoomNumber room, std::uint64_t number,
                                                           std::size_t count);

 private:
  SQLite::Database database_;
  SegmentReader segments_;
  SQLite::Statement moderations_;
};

}  // namespace palabre::broker
