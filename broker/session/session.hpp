#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "broker/domain/commands.hpp"
#include "broker/domain/ports.hpp"
#include "broker/session/memory_watch.hpp"
#include "broker/session/reading_threads.hpp"
#include "broker/session/reads.hpp"
#include "broker/session/session_rates.hpp"
#include "broker/threads/mailbox.hpp"
#include "broker/threads/moment.hpp"

namespace palabre::broker {

/// What every session works with; outlives all of them.
struct SessionTools {
  Mailbox<Command, CommandBytes>& recorder;
  Replies& replies;
  const Reads& reads;
  ReadingThreads& reading;
  const MemoryWatch& memory;
  struct Waiting {
    std::size_t requests;
    std::size_t bytes = 4 * 1024 * 1024;  ///< one request may wait in any case
  };
  Waiting waiting_max;
  IdentityLimits per_identity = {};
  SpareRate* spare = nullptr;  ///< what all may post beyond their own rates
};

/// A request as it came, and where its answer goes.
struct RequestFrame {
  ConnectionId connection;
  Bytes bytes;
};

/// The thread of one registered identity, named session-N: reads that client's requests in the order they
/// came, from all its connections, and answers each, or hands it to the recorder with all others that waited.
/// It owns no socket; with other threads it shares the rate that is for all, and what is known of memory.
class Session {
 public:
  /// Starts the thread; throws std::system_error when the machine has none left. `rates` are those that the
  /// client's last session left.
  Session(ClientNumber client, const SessionTools& tools, const std::optional<SessionRates>& rates = {});
  /// Finishes what was taken and ends the thread.
  ~Session() { finish(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Takes as many requests, from the front, as the mailbox has space for, in number and in bytes. Never
  /// waits. Called by the router only.
  GroupPush deliver(std::span<RequestFrame> requests);
  /// The connection is gone without a word.
  void vanished(ConnectionId connection);
  /// Takes nothing more, answers what was taken, and joins the thread. Called by the greeter, or by who ends
  /// the broker when the greeter has ended.
  void finish();
  /// As finish, for a client that has left: reads that it sent behind its GOODBYE are refused, so that the
  /// greeter does not wait for them.
  void finish_departed();
  /// Requires that it has finished.
  [[nodiscard]] const SessionRates& rates() const { return rates_; }

 private:
  struct Vanished {
    ConnectionId connection;
  };
  using Item = std::variant<RequestFrame, Vanished>;
  /// Where an outbox goes on, once what was refused is sent again.
  struct Refused {
    OutboxId outbox;
    Counter counter;
    Moment until;  ///< by then all that was under way behind it has come
  };

  void run();
  void handle(RequestFrame frame);
  void handle(Vanished vanished);

  void answer(const Origin& origin, request::Hello& hello);
  void answer(const Origin& origin, request::Post& post);
  [[nodiscard]] bool is_behind_refused(const request::Post& post);
  void hand_on(const Origin& origin, request::Post post);
  void wait_for_turn(std::size_t bytes);
  void answer(const Origin& origin, request::Join& join);
  void answer(const Origin& origin, request::Leave& leave);
  void answer(const Origin& origin, request::Moderate& moderate);
  void answer(const Origin& origin, request::Goodbye& goodbye);
  void answer(const Origin& origin, request::History& history);
  void answer(const Origin& origin, request::Row& row);
  void answer(const Origin& origin, request::Audit& audit);
  template <class Read>
  void answer(const Origin& origin, Read& read);
  /// Hands it to the recorder, unless there were too many changes.
  void change(const Origin& origin, Command command);
  /// Whether `count` such things pass, which are counted then; else the client is told when.
  template <class Rate>
  [[nodiscard]] bool may(Rate& rate, std::size_t count, const Origin& origin);
  void refuse_with(const Origin& origin, Refusal refusal);

  void have_read(ReadTask task);
  void hand_over();
  [[nodiscard]] static std::size_t bytes_in(const Item& item);
  [[nodiscard]] std::size_t count_within_bytes(std::span<const RequestFrame> requests) const;

  const ClientNumber client_;
  const SessionTools tools_;
  std::atomic<bool> has_departed_ = false;
  std::atomic<std::size_t> waiting_bytes_ = 0;  ///< of requests in the mailbox or in hand
  Mailbox<Item> mailbox_;
  // Touched by the thread only.
  SessionRates rates_;
  TokenBucket pace_;                 ///< of handing on, in bytes of texts
  std::optional<Refused> too_fast_;  ///< behind which nothing is worth counting
  std::vector<Command> commands_;    ///< decided on already, for the recorder
  Mailbox<Command, CommandBytes>::Share at_recorder_;
  std::jthread thread_;
};

}  // namespace palabre::broker
