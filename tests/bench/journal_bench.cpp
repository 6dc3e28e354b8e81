#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "broker/journal/data_directory.hpp"
#include "broker/journal/segment_packer.hpp"
#include "broker/journal/sqlite_journal.hpp"

/// What it costs to store messages in the real schema on a real file: messages a commit × durability × how
/// many clients sent them in turn.
namespace palabre::broker {
namespace {

constexpr std::uint32_t kClients = 1000;

/// A store in a folder of its own under $TMPDIR, gone afterwards.
class Store {
 public:
  explicit Store(Durability durability)
      : path_(std::filesystem::temp_directory_path() / ("palabre-bench-" + std::to_string(std::rand()))),
        directory_(path_),
        journal_(open_journal(directory_, {.durability = durability})) {}
  ~Store() {
    journal_.reset();
    std::filesystem::remove_all(path_);
  }
  [[nodiscard]] Journal& journal() { return *journal_; }

 private:
  std::filesystem::path path_;
  DataDirectory directory_;
  std::unique_ptr<Journal> journal_;
};

/// The n-th message, from 0, when so many clients take turns.
record::Cells cell(std::uint64_t n, std::uint64_t clients) {
  const auto column = n / clients + 1;
  return {{static_cast<std::uint32_t>(n % clients + 1)},
          {static_cast<std::uint32_t>(column)},
          kLobby,
          {n + 1},
          {1'760'000'000'000},
          {99},
          {column},
          column > 1,
          {std::string(64, 'x')}};
}

void BM_commit(benchmark::State& run) {
  Store store(run.range(1) == 0 ? Durability::disk : Durability::memory);
  std::vector<Record> people;
  for (std::uint32_t client = 1; client <= kClients; ++client) {
    people.emplace_back(
        record::Registered{{client}, "client-" + std::to_string(client), {TokenHash(32, 't')}, {1}});
  }
  (void)store.journal().commit(people, {});
  const auto clients = static_cast<std::uint64_t>(run.range(2));
  std::uint64_t sequence = 0;
  SegmentPacker packer;
  std::vector<Record> records;
  for (auto _ : run) {
    records.clear();
    for (std::int64_t i = 0; i < run.range(0); ++i, ++sequence) {
      auto cells = cell(sequence, clients);
      packer.add(cells);
      records.emplace_back(std::move(cells));
    }
    if (store.journal().commit(records, packer.take()) != CommitResult::committed) {
      run.SkipWithError("the disk is full");
    }
  }
  run.SetItemsProcessed(static_cast<std::int64_t>(sequence));
}
BENCHMARK(BM_commit)
    ->ArgsProduct({{1, 100, 1000}, {0, 1}, {4, 1000}})
    ->ArgNames({"messages", "memory", "clients"})
    ->UseRealTime();

}  // namespace
}  // namespace palabre::broker

BENCHMARK_MAIN();
