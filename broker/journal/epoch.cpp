#include "broker/journal/epoch.hpp"

#include <SQLiteCpp/Statement.h>
#include <sodium.h>

#include <array>

#include "broker/journal/data_directory.hpp"
#include "broker/journal/execution.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {

Epoch random_epoch() {
  if (sodium_init() < 0) throw StoreUnusable("the system gives no random numbers");
  std::array<unsigned char, limits::kEpochBytes / 2> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::string digits(limits::kEpochBytes + 1, '\0');
  sodium_bin2hex(digits.data(), digits.size(), bytes.data(), bytes.size());
  digits.resize(limits::kEpochBytes);
  return digits;
}

void renew_epoch(SQLite::Database& database) {
  SQLite::Statement statement(database, "UPDATE meta SET value = ? WHERE key = 'epoch'");
  Execution(statement, random_epoch()).run();
}

}  // namespace palabre::broker
