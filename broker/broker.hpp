#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "broker/config.hpp"
#include "broker/domain/ports.hpp"
#include "broker/journal/data_directory.hpp"
#include "schema/invitation.hpp"

namespace palabre::broker {

/// Where a broker keeps its messages: one part writes, the other reads what is committed and is closed first.
struct Store {
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Archive> archive;
};
/// Throws StoreUnusable.
[[nodiscard]] Store open_store(const DataDirectory& directory, const Config& config);
/// How a broker comes by its store: a test that proves the checker puts a faulty one around the real one.
using StoreOpener = std::function<Store(const DataDirectory&, const Config&)>;

/// All parts of a running broker: the one place that knows them all, the order in which they start, and the
/// order in which they end. Made and ended on main's thread.
class Broker {
 public:
  /// Who is told of what the store does.
  struct Watch {
    /// It failed at writing; the process must end. Called from the recorder's thread.
    std::function<void(const std::exception&)> on_failure;
    /// Something in it cannot be read, and whoever asked for it was refused. Called from any thread that
    /// reads.
    std::function<void(const std::exception&)> on_unreadable;
    /// A connection was ended for what came on it. Called from the guard's thread, once a second at most;
    /// with the number of those ended since it was last called.
    std::function<void(const std::string& address, std::string_view reason, std::size_t ended)> on_ended;
    /// The process has more memory than it may, and refuses what would take more; or no longer so. Called
    /// from the guard's thread.
    std::function<void(bool is_short, std::uint64_t resident_bytes)> on_memory = {};
  };

  /// Opens the store, binds both ports and serves. Throws with a sentence for people when it cannot start.
  Broker(const Config& config, Watch watch, const StoreOpener& open = open_store);
  /// Refuses what comes, answers what was taken, commits, publishes, sends, closes.
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  /// Where it serves: tcp://127.0.0.1:8420 and the like, with the real ports.
  [[nodiscard]] std::string talk_endpoint() const;
  [[nodiscard]] std::string feed_endpoint() const;
  [[nodiscard]] std::uint16_t talk_port() const;

  /// What a client on another machine needs; nothing where nothing is encrypted.
  [[nodiscard]] std::optional<Invitation> invitation() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace palabre::broker
