#pragma once

#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/simulation/account.hpp"
#include "tests/simulation/lives.hpp"

namespace palabre::broker::simulation {

/// What the checks stop with.
struct Breach : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void require(bool holds, const std::string& sentence) {
  if (!holds) throw Breach(sentence);
}

/// The store at the end of one of its lives, found to be whole: rows and rooms without a hole, everything as
/// its sender posted it, once and in order, and all there that a copy brought.
class StoredLife {
 public:
  /// Throws a Breach. `life` and `accounts` must live on.
  StoredLife(const Life& life, std::span<const Account* const> accounts);

  [[nodiscard]] const Epoch& epoch() const { return life_.epoch; }
  /// Null when it is not stored.
  [[nodiscard]] const StoredMessage* find(std::string_view text) const;
  /// Whether the copy had it with which this life began.
  [[nodiscard]] bool began_with(std::string_view text) const { return copied_.contains(text); }
  using Timeline = std::vector<const StoredMessage*>;
  /// Of the room that this user calls so; null when there is none.
  [[nodiscard]] const Timeline* timeline_of(const std::string& user, const std::string& room) const;
  [[nodiscard]] const Image& image() const { return life_.store.image; }
  [[nodiscard]] const std::string& name_of(ClientNumber client) const;

 private:
  using ByName = std::unordered_map<std::string_view, const Account*>;
  void take(const StoredMessage& message, const ByName& accounts);
  void require_posted(const StoredMessage& message, const std::string& room, const Account& sender);
  void require_whole_rows() const;
  void require_copied();

  const Life& life_;
  std::unordered_map<std::string_view, const StoredMessage*> places_;
  std::unordered_map<std::string_view, const StoredMessage*> copied_;
  std::vector<Timeline> timelines_;
  std::map<ClientNumber, std::uint32_t> columns_;
  std::map<std::pair<std::string, unsigned>, std::size_t> last_of_run_;
};

}  // namespace palabre::broker::simulation
