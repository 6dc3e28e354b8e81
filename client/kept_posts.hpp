#pragma once

#include <deque>
#include <string>
#include <variant>
#include <vector>

#include "client/texts_digest.hpp"
#include "schema/ids.hpp"

namespace palabre {

/// What becomes of an outbox that outlives its program, one by one, in the order in which it happens. A post
/// is known by its ticket, which counts on from run to run.
namespace kept {

struct Posted {
  Counter ticket;
  std::string room;
  std::string text;
};
/// The posts from this ticket on that have no fate yet, and those to come, count 1, 2, 3 … in `outbox`.
struct Began {
  OutboxId outbox;
  Counter from;
};
/// All posts up to this one that were not refused are stored.
struct Stored {
  Counter through;
};
struct Refused {
  Counter ticket;
};

}  // namespace kept

using KeptRecord = std::variant<kept::Posted, kept::Began, kept::Stored, kept::Refused>;

/// Where an outbox stands: what is not settled yet, under which ids the broker may know it, and where it goes
/// on. Pure.
struct KeptPosts {
  struct Post {
    Counter ticket;
    std::string room;
    std::string text;
    OutboxId outbox;
    Counter counter;
  };

  std::string name;  ///< whose posts they are
  RunId run;
  OutboxId outbox;  ///< 0: none was begun
  Counter next_counter{1};
  Counter last;  ///< the ticket of the last post
  std::uint64_t refused = 0;
  TextsDigest texts;         ///< of all posts up to the last
  std::deque<Post> pending;  ///< by ticket

  void apply(const KeptRecord& record);

 private:
  void take(const kept::Posted& posted);
  void take(const kept::Began& began);
  void take(const kept::Stored& stored);
  void take(const kept::Refused& refused);
};

}  // namespace palabre
