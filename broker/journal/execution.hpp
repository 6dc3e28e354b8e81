#pragma once

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "broker/journal/data_directory.hpp"
#include "broker/journal/journal_failure.hpp"
#include "broker/journal/place.hpp"
#include "schema/ids.hpp"

namespace palabre::broker {

/// Bytes that are no text, for a BLOB column.
struct Blob {
  const std::string& bytes;
};

/// One use of a kept statement: binds the values in their order, steps, and resets at the end, because a
/// statement left in the middle would hold its read transaction and keep the write-ahead log from ever
/// starting anew. Bound text must live as long as this object.
class Execution {
 public:
  template <class... Values>
  explicit Execution(SQLite::Statement& statement, const Values&... values) : statement_(statement) {
    int place = 0;
    (bind(++place, values), ...);
  }
  ~Execution() { statement_.tryReset(); }
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;

  void run() { statement_.exec(); }
  /// Goes to the next row of the answer; false when there is none.
  [[nodiscard]] bool next() { return statement_.executeStep(); }

  /// A number of the current row; NULL, as max() of nothing, is 0.
  template <class Kind>
  [[nodiscard]] Kind number(int place) const {
    return Kind{static_cast<decltype(Kind::value)>(statement_.getColumn(place).getInt64())};
  }
  [[nodiscard]] std::int64_t integer(int place) const { return statement_.getColumn(place).getInt64(); }
  [[nodiscard]] Place place(int column) const { return Place(statement_.getColumn(column).getInt64()); }
  /// The bytes of a BLOB, valid until the next row.
  [[nodiscard]] std::string_view bytes(int place) const {
    const auto column = statement_.getColumn(place);
    return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
  }
  [[nodiscard]] std::string text(int place) const { return statement_.getColumn(place).getString(); }

 private:
  template <class Tag, class Representation>
  void bind(int place, Number<Tag, Representation> number) {
    statement_.bind(place, static_cast<std::int64_t>(number.value));
  }
  void bind(int place, Place key) { statement_.bind(place, key.value); }
  void bind(int place, std::int64_t number) { statement_.bind(place, number); }
  void bind(int place, const std::string& text) { statement_.bindNoCopy(place, text); }
  void bind(int place, Blob blob) {
    statement_.bindNoCopy(place, blob.bytes.data(), static_cast<int>(blob.bytes.size()));
  }

  SQLite::Statement& statement_;
};

/// Does `work`; what SQLite throws in it comes out as JournalFailure.
template <class Work>
decltype(auto) or_journal_failure(Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const SQLite::Exception& error) {
    throw JournalFailure(std::string("the store failed: ") + error.what());
  }
}

/// Does `work` at start; what SQLite throws in it comes out as StoreUnusable.
template <class Work>
auto or_store_unusable(const std::filesystem::path& database, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const SQLite::Exception& error) {
    throw StoreUnusable("cannot open the store " + database.string() + ": " + error.what());
  }
}

}  // namespace palabre::broker
