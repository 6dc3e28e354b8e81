#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/events.hpp"
#include "client/moment.hpp"
#include "client/timeline.hpp"
#include "schema/frames.hpp"
#include "schema/messages.hpp"

namespace palabre {

/// The timelines of all followed rooms, the epoch they share, and what is asked for their sake: HEADS,
/// HISTORY, and JOIN where a new epoch knows us no longer. Pure: no socket, thread or clock.
///
/// Only replies decide the epoch; a feed frame of another one may be a late one of the old, so it is dropped
/// and makes HEADS be asked.
class FollowedRooms {
 public:
  /// True when the room was not followed before.
  bool follow(const std::string& room, std::optional<Sequence> from);
  void unfollow(const std::string& room);
  [[nodiscard]] bool is_empty() const { return rooms_.empty(); }
  [[nodiscard]] bool follows(const std::string& room) const { return rooms_.contains(room); }
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool has_private() const;

  /// While true, the application reads too slowly: no HISTORY is asked, and what the feed brings is only
  /// noted, to be fetched later.
  void set_backlogged(bool is_backlogged) { is_backlogged_ = is_backlogged; }

  /// HELLO is being said; its WELCOME names heads.
  void expect_welcome();
  [[nodiscard]] Events welcomed(const reply::Welcome& welcome);
  [[nodiscard]] Events joined(const reply::Joined& joined);
  [[nodiscard]] Events take_batch(const Batch& batch);
  [[nodiscard]] Events take_tick_heads(const Tick& tick);
  /// Heads of private rooms, which no tick names.
  [[nodiscard]] Events take_heads(const Epoch& epoch, const std::vector<RoomHead>& heads);
  /// A room that has begun since the WELCOME: all that is said in it is news. Requires one that is not
  /// followed.
  [[nodiscard]] Events follow_new(const std::string& room);
  /// A private room is ours no longer. Nothing when it was not followed.
  [[nodiscard]] Events shut_out(const std::string& room);
  /// A direct room has another name. Nothing when it was not followed.
  [[nodiscard]] Events rename(const std::string& before, const std::string& now);
  /// Whether a direct room is followed that `heads`, which name all of ours, do not name. It has another name
  /// then, and is asked for under the old one: the answer will tell.
  [[nodiscard]] bool seek_missing_direct_room(const std::vector<RoomHead>& heads);
  void check_epoch(const Epoch& epoch);
  void want_heads() { wants_heads_ = true; }
  /// What the feed brings from now on may be of another store than what it brought.
  void feed_broke();
  void connection_lost();

  /// The request to send now under the id `id`, if any.
  [[nodiscard]] std::optional<Request> next(RequestId id, Moment now);
  [[nodiscard]] std::optional<Moment> next_at() const;
  /// Answers to those; others are ignored.
  [[nodiscard]] std::optional<std::string> room_to_join(RequestId id) const;
  [[nodiscard]] Events heads(RequestId id, const reply::Heads& reply);
  [[nodiscard]] Events page(RequestId id, const reply::Page& page, Moment now);
  [[nodiscard]] Events refused(RequestId id, const Refusal& refusal, Moment now, double jitter);

 private:
  /// One question under way at most, asked again when it stays unanswered.
  struct Question {
    RequestId id;
    Moment ask_at{};
  };

  /// Whether heads are also where a room that has none yet begins. Those of WELCOME are, and of a new epoch.
  enum class Anchoring : std::uint8_t { here, left_to_joined };

  [[nodiscard]] std::optional<Request> next_refill(RequestId id, Moment now);
  [[nodiscard]] Events may_not_join(const std::string& room);
  void adopt(const Epoch& epoch, Events& events);
  void judge(const std::vector<RoomHead>& heads, Anchoring anchoring, Events& events);

  std::map<std::string, Timeline> rooms_;
  std::set<std::string> to_join_;
  Epoch epoch_;
  bool is_backlogged_ = false;
  bool wants_heads_ = false;
  Question heads_;
  Question join_;
  std::string joining_;  ///< which room that is about: it may be followed no more when the answer comes
};

}  // namespace palabre
