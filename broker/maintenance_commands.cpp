#include "broker/maintenance_commands.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "broker/journal/data_directory.hpp"
#include "broker/maintenance/check.hpp"
#include "broker/maintenance/copy.hpp"
#include "broker/maintenance/repair.hpp"

namespace palabre::broker {
namespace {

constexpr int kDamaged = 1;

void say(const std::string& line) { std::printf("%s\n", line.c_str()); }

std::string counted(std::uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

template <class Report>
std::string contents(const Report& report) {
  return fmt::format("{}, {}, {}", counted(report.messages, "message"), counted(report.rooms, "room"),
                     counted(report.clients, "client"));
}

int check_database(const std::filesystem::path& database) {
  const auto report = check_store(database);
  for (const auto& damage : report.damages) say("damaged: " + damage);
  if (report.damages_not_named > 0) say(fmt::format("and {} more", report.damages_not_named));
  say(fmt::format("{}: {}: {}", database.string(), contents(report),
                  report.is_sound() ? "sound" : "DAMAGED"));
  return report.is_sound() ? EXIT_SUCCESS : kDamaged;
}

std::filesystem::path existing_database(const std::filesystem::path& data_dir) {
  auto database = database_in(data_dir);
  if (!std::filesystem::exists(database)) throw StoreUnusable("there is no store in " + data_dir.string());
  return database;
}

}  // namespace

int check(const std::filesystem::path& data_dir) { return check_database(existing_database(data_dir)); }

int back_up(const std::filesystem::path& data_dir, const std::filesystem::path& to) {
  back_up_store(existing_database(data_dir), to);
  return check_database(to);
}

int restore(const std::filesystem::path& data_dir, const std::filesystem::path& from) {
  restore_store(from, data_dir);
  say("restored under a new epoch");
  return check(data_dir);
}

int repair(const std::filesystem::path& data_dir, const std::filesystem::path& to) {
  const auto database = existing_database(data_dir);
  // Nobody may write to it meanwhile.
  const DataDirectory locked(data_dir);
  const auto report = repair_store(database, to);
  for (const auto& loss : report.losses) say("lost: " + loss);
  say(fmt::format("saved in {} under a new epoch: {}", to.string(), contents(report)));
  return check(to);
}

}  // namespace palabre::broker
