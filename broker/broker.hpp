#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "broker/config.hpp"

namespace palabre::broker {

/// All parts of a running broker: the one place that knows them all, the order in which they start, and the
/// order in which they end. Made and ended on main's thread.
class Broker {
 public:
  /// Opens the store, binds both ports and serves. `on_failure` is called from the recorder's thread when the
  /// store fails; the process must then end. Throws with a sentence for people when it cannot start.
  Broker(const Config& config, std::function<void(const std::exception&)> on_failure);
  /// Refuses what comes, answers what was taken, commits, publishes, sends, closes.
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  /// Where it serves: tcp://127.0.0.1:8420 and the like, with the real ports.
  [[nodiscard]] std::string talk_endpoint() const;
  [[nodiscard]] std::string feed_endpoint() const;

  /// How many clients the system lets this process open connections for.
  [[nodiscard]] std::size_t clients_allowed() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace palabre::broker
