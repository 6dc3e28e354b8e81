#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <random>

#include "broker/journal/journal_failure.hpp"
#include "broker/maintenance/check.hpp"
#include "tests/broker/journal/store_fixture.hpp"
#include "tests/support/people.hpp"

/// Single bytes of a store that have changed, anywhere: nothing wrong is ever served.
namespace palabre::broker {
namespace {

constexpr std::uint64_t kMessages = 400;

/// PALABRE_FLIPS says how many bytes are tried, one after the other.
int trials() {
  const char* given = std::getenv("PALABRE_FLIPS");
  return given == nullptr ? 200 : std::stoi(given);
}

/// All that clients can get of a store.
struct Served {
  std::vector<std::string> lines;
  friend bool operator==(const Served&, const Served&) = default;
};

Served all_of(const OpenStore& store) {
  Served served;
  const auto image = store.journal->load();
  for (const auto& client : image.clients) {
    served.lines.push_back("client " + client.name + " " + client.proof.token +
                           std::to_string(client.columns.value));
  }
  for (const auto& room : image.rooms) {
    served.lines.push_back("room " + room.name + std::to_string(room.head.value));
    for (const auto& [client, column, at, text] : store.archive->page(room.number, {1}, 1000)) {
      served.lines.push_back(std::to_string(client.value) + "." + std::to_string(column.value) + " @" +
                             std::to_string(at.value) + " " + text);
    }
  }
  for (const auto client : {kAlice, kBob}) {
    for (const auto& cell : store.archive->row(client, {1}, 1000)) {
      served.lines.push_back(std::to_string(cell.column.value) + " " + std::to_string(cell.room.value) + "/" +
                             std::to_string(cell.sequence.value) + " " + cell.text);
    }
  }
  return served;
}

class FlippedByteTest : public StoreTest {
 protected:
  FlippedByteTest() {
    OpenStore store =
        open({.durability = Durability::memory}, {registered(kAlice, "alice"), registered(kBob, "bob"),
                                                  record::RoomMade{kTea, "tea", kAlice, {1000}}});
    MessageWriter writer;
    for (std::uint64_t i = 1; i <= kMessages; ++i) {
      commit(store, {writer.write(i % 3 == 0 ? kBob : kAlice, i % 5 == 0 ? kTea : kLobby,
                                  "message " + std::to_string(i) + std::string(i % 90, 'x'))});
    }
  }

  /// A copy of the store with one byte changed.
  [[nodiscard]] std::filesystem::path flipped(std::uint64_t place, char mask) const {
    auto copied = temporary() / "flipped";
    std::filesystem::remove_all(copied);
    std::filesystem::copy(data(), copied);
    std::fstream file(database_in(copied), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(place));
    const auto byte = static_cast<char>(file.get() ^ mask);
    file.seekp(static_cast<std::streamoff>(place));
    file.put(byte);
    return copied;
  }
  /// What a broker serves of it; nothing when it refuses to.
  [[nodiscard]] static std::optional<Served> served_of(const std::filesystem::path& folder) {
    try {
      return all_of(OpenStore(folder));
    } catch (const StoreUnusable&) {
      return std::nullopt;
    } catch (const JournalFailure&) {
      return std::nullopt;
    }
  }
};

TEST_F(FlippedByteTest, is_refused_or_makes_no_difference) {
  const auto whole = all_of(open());
  ASSERT_GT(whole.lines.size(), 2 * kMessages);
  const auto bytes = std::filesystem::file_size(database_in(data()));
  std::mt19937_64 dice(20'261'122);
  int refused = 0;
  for (int trial = 0; trial < trials(); ++trial) {
    const auto place = dice() % bytes;
    const auto served = served_of(flipped(place, static_cast<char>(1U << dice() % 8)));
    if (!served) {
      ++refused;
    } else {
      EXPECT_EQ(*served, whole) << "byte " << place;
    }
  }
  // The others are in space that is free, in ids, members and what only 'palabred check' compares.
  EXPECT_GT(refused, trials() / 3);
  RecordProperty("refused", refused);
}

}  // namespace
}  // namespace palabre::broker
