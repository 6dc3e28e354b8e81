#pragma once

#include <variant>
#include <vector>

#include "broker/domain/ports.hpp"
#include "broker/threads/guarded.hpp"
#include "broker/threads/wake_up.hpp"

namespace palabre::broker {

/// What waits to leave by the router. Any thread may put something in; the router thread takes it all. When
/// it is full, replies are dropped: a resend with the same id, or a refill, brings them again. Bindings and
/// endings are never dropped. Its bound is places as a mailbox's: long replies take several.
class Outbox : public Switchboard {
 public:
  struct Binding {
    ConnectionId connection;
    ClientNumber client;  ///< 0: belongs to nobody any more
  };
  /// The connection is to be hung up.
  struct Ending {
    ConnectionId connection;
  };
  using Item = std::variant<Outgoing, Binding, Ending>;

  explicit Outbox(std::size_t capacity) : capacity_(capacity) {}

  void send(ConnectionId connection, Bytes frame) override;
  void send_all(std::vector<Outgoing>& replies) override;
  void bind(ConnectionId connection, ClientNumber client) override;
  void unbind(ConnectionId connection) override;
  void end(ConnectionId connection) override;

  /// Swaps everything that waits into `items` and clears the wake-up.
  void take(std::vector<Item>& items);
  [[nodiscard]] const WakeUp& wake_up() const { return wake_up_; }

 private:
  struct Waiting {
    std::vector<Item> items;
    std::size_t places = 0;  ///< that these take

    /// Whether it is the first.
    bool add(Item item, std::size_t places_taken = 1);
  };
  void put(Item item);

  const std::size_t capacity_;
  WakeUp wake_up_;
  Guarded<Waiting> waiting_;
};

}  // namespace palabre::broker
