#pragma once

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "client/client.hpp"
#include "client/moment.hpp"
#include "schema/messages.hpp"

namespace palabre {

/// Which call of the application: counts from 1. 0 is the client's own.
using CallNumber = Number<struct CallTag, std::uint64_t>;

/// How a call ended.
struct Finished {
  CallNumber call;
  Answer<Reply> answer;
};

/// The application's requests until each is answered or its time is over. Those that a new connection
/// interrupted, that were turned away for a while or whose answer got lost are sent again. A LEAVE waits for
/// the answers to all posts before it, which it would else overtake when they are sent again; and a JOIN or
/// LEAVE waits until those before it are sent. Pure.
class PendingCalls {
 public:
  /// `last_post` is the newest post at this time.
  void add(CallNumber call, Request request, Moment deadline, Counter last_post);

  /// The next request to send now under the id `id`, in the order in which they were added. `unanswered` is
  /// the oldest post without an answer, if there is one.
  [[nodiscard]] std::optional<Request> next(RequestId id, Moment now, std::optional<Counter> unanswered);
  [[nodiscard]] bool awaits(RequestId id) const;
  /// Which room the request joins; nothing when it is another one.
  [[nodiscard]] std::optional<std::string> room_to_join(RequestId id) const;
  [[nodiscard]] std::optional<Finished> answered(RequestId id, Reply reply);
  /// Ends the call, unless the refusal says when to try again.
  [[nodiscard]] std::optional<Finished> refused(RequestId id, const Refusal& refusal, Moment now,
                                                double jitter);
  void connection_lost();

  /// Ends the calls whose time is over; without an answer to give they get `otherwise`.
  [[nodiscard]] std::vector<Finished> expire(Moment now, const Problem& otherwise);
  [[nodiscard]] std::vector<Finished> end_all(const Problem& problem);

  /// When next() may have something unless a post is answered before, if ever; and when expire() will.
  [[nodiscard]] std::optional<Moment> next_at(std::optional<Counter> unanswered) const;
  [[nodiscard]] std::optional<Moment> expires_at() const;

 private:
  struct Call {
    CallNumber number;
    Request request;
    Moment deadline;
    Counter last_post;
    RequestId id;                      ///< of the sending under way, 0: none
    Moment send_at{};                  ///< when to send (again)
    std::optional<Refusal> refusal{};  ///< the last one, when it said to try again
  };

  [[nodiscard]] std::vector<std::size_t> sendable(std::optional<Counter> unanswered) const;

  std::vector<Call> calls_;
};

}  // namespace palabre
