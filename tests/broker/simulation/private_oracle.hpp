#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

/// The rules of schema/README.md, sections 13 and 15, once more: plain sets of people, written from the page
/// and without a look at the domain. `who` is somebody's first name, whatever he is called.
namespace palabre::broker {

class PrivateOracle {
 public:
  using Names = std::set<std::string>;

  std::string join(const std::string& who, const std::string& room) {
    if (is_direct(room)) return talk(who, room.substr(1));
    if (!rooms_.contains(room)) {
      if (room.substr(0, room.find('/')) != called(who)) return "no_such_room";
      rooms_[room].ranks[who] = kOwner;
      rooms_[room].members = {who};
      return "joined";
    }
    auto& here = rooms_.at(room);
    if (!here.ranks.contains(who)) return "no_such_room";
    here.members.insert(who);
    return "joined";
  }

  std::string leave(const std::string& who, const std::string& room) {
    if (is_direct(room)) return talks_.contains(ends(who, room.substr(1))) ? "not_allowed" : "no_such_room";
    if (!rooms_.contains(room) || !rooms_.at(room).ranks.contains(who)) return "no_such_room";
    if (rooms_.at(room).ranks.at(who) == kOwner) return "not_allowed";
    forget(rooms_.at(room), who);
    return "left";
  }

  std::string post(const std::string& who, const std::string& room, std::uint64_t now) {
    const auto answer = judge(who, room, now);
    if (answer == "stored") said_[who].push_back(place(who, room));
    return answer;
  }
  /// How much `who` has said; the next post has the counter after that.
  [[nodiscard]] std::uint64_t counters_used(const std::string& who) const {
    return said_.contains(who) ? said_.at(who).size() : 0;
  }
  /// What was posted under a counter once is posted under it again, wherever.
  [[nodiscard]] std::string repeat(const std::string& who, const std::string& room,
                                   std::uint64_t counter) const {
    if (said_.at(who).at(counter - 1) == place(who, room)) return "stored";
    return is_direct(room) || may_read(who, room) ? "id_reused" : "no_such_room";
  }

  /// `rank` is the one to give: reader 0, voice 1, moderator 2, owner 3.
  std::string moderate(const std::string& by, const std::string& room, const std::string& action,
                       const std::string& whom, int rank, std::uint64_t mute_end) {
    if (is_direct(room)) return talks_.contains(ends(by, room.substr(1))) ? "not_allowed" : "no_such_room";
    if (!rooms_.contains(room) || !rooms_.at(room).members.contains(by)) return "no_such_room";
    auto& here = rooms_.at(room);
    const int own = here.ranks.at(by);
    if (own < kModerator) return "not_allowed";
    if (!people_.contains(whom)) return "no_such_client";
    if (whom == by) return "not_allowed";
    const bool is_known = here.ranks.contains(whom);
    const bool is_banned = here.banned.contains(whom);
    if (action == "invite" && is_banned) return "not_allowed";
    if ((action == "role" || action == "mute" || action == "unmute") && !is_known) return "no_such_client";
    if (is_done(here, action, whom, rank, mute_end)) return "done";
    const bool is_above = !is_known || here.ranks.at(whom) < own;
    const bool gives = action == "invite" || action == "role";
    if (own != kOwner && (!is_above || (gives && rank >= own))) return "not_allowed";
    if (gives && rank == kOwner && !here.members.contains(whom)) return "not_allowed";
    act(here, by, action, whom, rank, mute_end);
    return "done";
  }

  [[nodiscard]] bool may_read(const std::string& who, const std::string& room) const {
    if (is_direct(room)) return talks_.contains(ends(who, room.substr(1)));
    return rooms_.contains(room) && rooms_.at(room).members.contains(who);
  }
  /// Who hears what `who` says there.
  [[nodiscard]] Names readers(const std::string& who, const std::string& room) const {
    return is_direct(room) ? ends(who, room.substr(1)) : rooms_.at(room).members;
  }
  void meet(const std::string& who) {
    people_.insert(who);
    bearers_[who] = called_[who] = who;
  }

  std::string rename(const std::string& who, const std::string& name) {
    if (called(who) == name) return "not_allowed";
    if (!bearers_.emplace(name, who).second && bearers_.at(name) != who) return "not_allowed";
    called_[who] = name;
    return "done";
  }
  [[nodiscard]] const std::string& called(const std::string& who) const { return called_.at(who); }
  /// All names that are or were somebody's, and whose.
  [[nodiscard]] const std::map<std::string, std::string>& bearers() const { return bearers_; }

 private:
  static constexpr int kReader = 0;
  static constexpr int kVoice = 1;
  static constexpr int kModerator = 2;
  static constexpr int kOwner = 3;

  struct Closed {
    std::map<std::string, int> ranks;  ///< of members and who is invited
    Names members;
    Names banned;
    std::map<std::string, std::uint64_t> mutes;
  };

  static bool is_direct(const std::string& room) { return room.front() == '@'; }
  static Names ends(const std::string& one, const std::string& other) { return {one, other}; }
  /// A closed room by its name, a direct one by who is in it.
  static Names place(const std::string& who, const std::string& room) {
    return is_direct(room) ? ends(who, room.substr(1)) : Names{room};
  }

  std::string judge(const std::string& who, const std::string& room, std::uint64_t now) {
    if (is_direct(room)) return talk(who, room.substr(1)) == "joined" ? "stored" : "no_such_client";
    if (!rooms_.contains(room) || !rooms_.at(room).members.contains(who)) return "no_such_room";
    const auto& here = rooms_.at(room);
    if (here.mutes.contains(who) && here.mutes.at(who) > now) return "muted";
    return here.ranks.at(who) == kReader ? "not_allowed" : "stored";
  }

  std::string talk(const std::string& who, const std::string& other) {
    if (!people_.contains(other)) return "no_such_client";
    talks_.insert(ends(who, other));
    return "joined";
  }
  static void forget(Closed& here, const std::string& who) {
    here.ranks.erase(who);
    here.members.erase(who);
    here.mutes.erase(who);
  }

  /// Whether things are already as the action would make them.
  static bool is_done(const Closed& here, const std::string& action, const std::string& whom, int rank,
                      std::uint64_t mute_end) {
    const bool is_known = here.ranks.contains(whom);
    const bool is_banned = here.banned.contains(whom);
    const auto mute = here.mutes.contains(whom) ? here.mutes.at(whom) : 0;
    if (action == "invite") return is_known;
    if (action == "kick") return !is_known;
    if (action == "ban") return is_banned;
    if (action == "unban") return !is_banned;
    if (action == "role") return here.ranks.at(whom) == rank;
    return mute == (action == "mute" ? mute_end : 0);
  }

  static void act(Closed& here, const std::string& by, const std::string& action, const std::string& whom,
                  int rank, std::uint64_t mute_end) {
    if (action == "kick" || action == "ban") forget(here, whom);
    if (action == "ban") here.banned.insert(whom);
    if (action == "unban") here.banned.erase(whom);
    if (action == "invite" || action == "role") here.ranks[whom] = rank;
    if (action == "mute") here.mutes[whom] = mute_end;
    if (action == "unmute") here.mutes.erase(whom);
    if (action != "role" || rank != kOwner) return;
    here.ranks[by] = kModerator;
    here.mutes.erase(by);
  }

  Names people_;
  std::map<std::string, std::string> called_;
  std::map<std::string, std::string> bearers_;
  std::map<std::string, Closed> rooms_;
  std::set<Names> talks_;
  std::map<std::string, std::vector<Names>> said_;  ///< where, by counter
};

}  // namespace palabre::broker
