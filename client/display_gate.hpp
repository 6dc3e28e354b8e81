#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/events.hpp"

namespace palabre {

/// True when `text` names `name` as a word of its own, in any case: "alice: look", "@Alice", not "malice".
[[nodiscard]] bool mentions(std::string_view text, std::string_view name);

/// The lock: while it is closed, messages wait here instead of being shown. Pure; belongs to one thread.
///
///   hold ─► first ─────────────► release().messages, in order
///           (whole, kept_max)
///           overflow ──────────► release().rest: per room, which sequences to read back from the broker
///           (numbers only)
///           recent ────────────► peek()
///           (whole, recent_max)
///
/// Its memory is bounded whatever comes: beyond `kept_max` only a range per room and epoch grows.
class DisplayGate {
 public:
  struct Options {
    std::string own_name;         ///< whose mentions are counted; empty: nobody's
    std::size_t kept_max = 200;   ///< how many of the first messages are kept whole
    std::size_t recent_max = 50;  ///< how many of the last ones peek() can show
  };
  struct Count {
    std::size_t total = 0;
    std::size_t to_you = 0;  ///< those that mention own_name and come from somebody else
    friend bool operator==(const Count&, const Count&) = default;
  };
  /// Messages of a room that were held by number only, without hole.
  struct Range {
    std::string room;
    Epoch epoch;
    Sequence first;
    Sequence last;
    friend bool operator==(const Range&, const Range&) = default;
  };
  struct Released {
    std::vector<event::Message> messages;
    std::vector<Range> rest;  ///< in the order in which each range began
    Count count;
  };

  explicit DisplayGate(Options options);

  [[nodiscard]] bool is_open() const { return is_open_; }
  [[nodiscard]] Count count() const { return count_; }

  /// Closing a closed gate changes nothing.
  void close() { is_open_ = false; }
  void set_own_name(const std::string& name) { options_.own_name = name; }
  /// The message to show now, or nothing when it is held.
  [[nodiscard]] std::optional<event::Message> pass(event::Message message);
  /// The last `count` held messages, oldest first; no more than recent_max.
  [[nodiscard]] std::vector<event::Message> peek(std::size_t count) const;
  /// Opens the gate and hands over what it held.
  [[nodiscard]] Released release();

 private:
  void hold(event::Message message);
  void hold_number(const event::Message& message);

  Options options_;
  bool is_open_ = true;
  Count count_;
  std::vector<event::Message> first_;
  std::vector<Range> overflow_;
  std::deque<event::Message> recent_;
};

}  // namespace palabre
