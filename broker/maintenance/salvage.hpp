#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "broker/journal/execution.hpp"

namespace palabre::broker {

/// Reads as many rows of a table as a damaged file still gives. Where SQLite fails it looks for the next key
/// behind the damage: in steps that double, then between the last two.
class Salvage {
 public:
  /// `columns` begins with the key, an integer from 0 on.
  Salvage(SQLite::Database& database, const std::string& columns, const std::string& table,
          const std::string& key)
      : statement_(database,
                   "SELECT " + columns + " FROM " + table + " WHERE " + key + " >= ? ORDER BY " + key) {}

  /// Calls `take` with each row, by rising keys. False when some rows could not be looked at.
  template <class Take>
  bool read_all(Take take) {
    bool is_whole = true;
    for (std::optional<std::int64_t> next = 0; next; next = readable_after(*next)) {
      if (read_from(*next, take)) return is_whole;
      is_whole = false;
    }
    return false;
  }

 private:
  static constexpr auto kKeyMax = std::numeric_limits<std::int64_t>::max();

  /// False when SQLite failed; `next` is then the first key that was not read.
  template <class Take>
  bool read_from(std::int64_t& next, Take& take) {
    try {
      Execution rows(statement_, next);
      while (rows.next()) {
        const auto key = rows.integer(0);
        if (key < next) continue;  // a tree out of order
        next = key + 1;
        take(rows);
      }
      return true;
    } catch (const SQLite::Exception&) {
      return false;
    }
  }

  bool is_readable(std::int64_t key) {
    try {
      Execution rows(statement_, key);
      (void)rows.next();
      return true;
    } catch (const SQLite::Exception&) {
      return false;
    }
  }

  std::optional<std::int64_t> readable_after(std::int64_t unreadable) {
    std::int64_t readable = 0;
    for (std::int64_t step = 1;; step *= 2) {
      if (step > (kKeyMax - unreadable) / 2) return std::nullopt;
      readable = unreadable + step;
      if (is_readable(readable)) break;
      unreadable = readable;
    }
    while (readable - unreadable > 1) {
      const auto middle = unreadable + (readable - unreadable) / 2;
      (is_readable(middle) ? readable : unreadable) = middle;
    }
    return readable;
  }

  SQLite::Statement statement_;
};

}  // namespace palabre::broker
