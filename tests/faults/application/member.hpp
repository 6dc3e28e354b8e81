#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "tests/faults/application/journal_file.hpp"

namespace palabre::faults {

/// Whoever gets no answer for so long asks again later.
inline constexpr std::chrono::seconds kAnswerPatience{3};

/// What all members of a process are to do: work; stop posting and say when all is answered; read to the end
/// and go.
enum class Stage : int { working, quiet, ending };

struct MemberOptions {
  std::string server;
  std::string name;
  std::string secret_key;  ///< with an invitation
  std::string life;        ///< in every id, so that those of a second run under the same name are other ones
  std::vector<std::string> rooms{"lobby", "tea", "ops", "dev", "news", "music"};
  std::vector<std::string> closed_rooms{"ada/council", "gus/garden"};
  std::vector<std::string> people;  ///< all names, in the order that makes them neighbours and guests
  double posts_per_second = 10;
  std::size_t text_bytes_max = 4000;
  bool refills = false;               ///< goes back in the rooms' past again and again
  std::chrono::seconds patience{30};  ///< for what is still due at the end
  std::uint64_t seed = 1;
  std::filesystem::path journal;
};

/// One identity and what it does all day: posts, reads, joins, leaves and reads again, with the client
/// library as any application uses it, and writes all of it down. It talks in private with both its
/// neighbours. Who has a closed room invites five guests and sends them away again, one at a time; all others
/// try to get in, too. Lives on a thread of its own.
class Member {
 public:
  Member(MemberOptions options, const std::atomic<Stage>& stage);

  /// Until the stage is `ending` and everything due was read, or patience is over.
  void run();

 private:
  using Clock = std::chrono::steady_clock;

  void begin();
  void work();
  void read_the_past();
  void become_quiet();
  void end();

  void post_one();
  void wander();
  void moderate_one();
  void accept_invitations();
  void read_row();
  void follow(const std::string& room);
  void end_following(const std::string& room);
  void take_events(Clock::time_point until);
  void take_all_events();
  void take(const ClientEvent& event);
  void note(const event::Message& message);
  template <class Other>
  void note(const Other&) {}
  void note(const event::Stored& stored);
  void note(const event::PostRefused& refused);
  void note(const event::PostDelayed& delayed);
  void note(const event::CaughtUp& caught_up);
  void note(const event::Notice& notice);
  void note(const event::ShutOut& shut_out);
  void note(const event::Link& link);
  void note(const event::EpochChanged& changed);
  void note(const event::StoreWentBack& back);

  [[nodiscard]] std::optional<std::map<std::string, Sequence>> heads();
  [[nodiscard]] std::string next_text(const std::string& id);
  [[nodiscard]] std::string room_to_post_in();
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);
  [[nodiscard]] Clock::duration about(double seconds);

  MemberOptions options_;
  const std::atomic<Stage>& stage_;
  std::mt19937_64 random_;
  JournalFile journal_;
  Client client_;
  std::vector<std::string> rooms_;  ///< that it wanders between; the first is never left
  std::string own_room_;            ///< closed; empty: none
  std::vector<std::string> guests_;
  ClientNumber self_;
  std::uint64_t posted_ = 0;
  std::map<Counter, std::string> under_way_;  ///< the ids of posts whose fate is not known
  std::map<std::string, Sequence> last_;      ///< of each followed room: the last message handed over
  std::set<std::string> invitations_;         ///< not followed up yet
  std::map<ClientNumber, Column> row_from_;   ///< of each matrix row: where its last columns begin
};

}  // namespace palabre::faults
