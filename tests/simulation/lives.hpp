#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/events.hpp"
#include "tests/simulation/planted_bug.hpp"
#include "tests/support/memory_journal.hpp"

namespace palabre::broker::simulation {

/// The broker's store from its beginning, or from when a copy was put back, until the next one is.
struct Life {
  enum class Beginning : std::uint8_t {
    new_store,
    restored,   ///< as `palabred restore` does: a copy gets a new epoch
    bare_copy,  ///< somebody copied the files: the epoch is the old one
  };
  Beginning beginning = Beginning::new_store;
  Epoch epoch;                              ///< under which it is to be served
  std::vector<StoredMessage> before = {};   ///< what the copy holds that was put back
  broker::MemoryJournal::Store store = {};  ///< as it was in the end
};

/// The broker's disk, and all the lives it has had: what users are told is compared with the life in which
/// they were told it.
class Lives {
 public:
  explicit Lives(PlantedBug bug);

  [[nodiscard]] broker::MemoryJournal& disk() { return disk_; }
  void back_up();
  /// Requires a broker that has ended, and a backup. It stays, to be put back once more.
  void put_back(Life::Beginning beginning);
  [[nodiscard]] bool has_backup() const { return backup_.has_value(); }

  /// The number of the present life, from 0.
  [[nodiscard]] std::size_t present() const { return lives_.size() - 1; }
  [[nodiscard]] const Epoch& epoch() const { return lives_.back().epoch; }
  /// Whether the store went back under its old epoch since that life.
  [[nodiscard]] bool went_back_since(std::size_t life) const;
  /// The last sequence, at this moment, of the room that this user calls so; 0 when there is none.
  [[nodiscard]] Sequence head_of(const std::string& user, const std::string& room) const;
  /// Whether the present store has these messages of one room where this user was handed them.
  [[nodiscard]] bool hold(const std::string& user, std::span<const event::Message> messages) const;
  /// All lives, the last one as it is now.
  [[nodiscard]] std::vector<Life> all() const;

 private:
  const PlantedBug bug_;
  broker::MemoryJournal disk_;
  std::vector<Life> lives_;
  std::optional<broker::MemoryJournal::Store> backup_;
  std::optional<broker::MemoryJournal::Store> older_backup_;
};

}  // namespace palabre::broker::simulation
