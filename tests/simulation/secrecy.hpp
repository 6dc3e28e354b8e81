#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schema/messages.hpp"
#include "tests/simulation/feed_network.hpp"
#include "tests/support/memory_journal.hpp"

namespace palabre::broker::simulation {

/// Hears all that leaves the broker and knows from its disk who may hear what (invariant I8): what is said in
/// private rooms goes to their members, whom it is said of does not learn more than that, and the feed
/// carries none of it.
class Secrecy {
 public:
  explicit Secrecy(broker::MemoryJournal& disk) : disk_(disk) {}

  void hear(const std::string& user, const Bytes& frame);
  void hear(const FeedNetwork::Frame& frame);
  /// Another copy is on the disk.
  void begin_anew() { now_ = before_ = {}; }
  [[nodiscard]] const std::optional<std::string>& breach() const { return breach_; }

 private:
  /// When: a message goes out after its commit. An answer may rest on the picture before the last one.
  enum class Since : std::uint8_t { this_commit, last_commit };

  void look();
  void check(const std::string& user, const reply::Said& said);
  void check(const std::string& user, const reply::Page& page);
  void check(const std::string& user, const reply::Noticed& noticed);
  void check_heads(const std::string& user, const std::vector<RoomHead>& heads);
  [[nodiscard]] bool was_there_for(const std::string& user, const std::string& room,
                                   const NoticeEvent& event) const;
  void require_reader(const std::string& user, const std::string& room, Since since);
  void require_open(std::string_view room);
  void require_of_room(const std::string& user, const Batch& batch);
  [[nodiscard]] bool is_elsewhere(broker::RoomNumber room, const std::string& text) const;
  void note(std::string sentence);

  broker::MemoryJournal& disk_;
  std::size_t commits_ = 0;
  broker::Image now_;
  broker::Image before_;
  std::optional<std::string> breach_;
};

}  // namespace palabre::broker::simulation
