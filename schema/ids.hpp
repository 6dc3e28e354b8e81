#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace palabre {

/// A whole number that cannot be mistaken for one of another kind. Counts from 1; 0 means "none yet".
template <class Tag, class Representation>
struct Number {
  Representation value{};

  friend constexpr auto operator<=>(Number, Number) = default;
  constexpr explicit operator bool() const { return value != 0; }
  [[nodiscard]] constexpr Number next() const { return {static_cast<Representation>(value + 1)}; }
  [[nodiscard]] constexpr Number plus(std::size_t n) const {
    return {static_cast<Representation>(value + n)};
  }
};

/// The matrix's row: an identity's number, given once and kept for ever.
using ClientNumber = Number<struct ClientTag, std::uint32_t>;
/// The matrix's column: a client's n-th message.
using Column = Number<struct ColumnTag, std::uint32_t>;
/// A message's place in its room.
using Sequence = Number<struct SequenceTag, std::uint64_t>;
/// Which of a sender's runs made a post: random, below 2^53.
using OutboxId = Number<struct OutboxTag, std::uint64_t>;
/// Which run of which program speaks: random, below 2^53; 0 when it does not say.
using RunId = Number<struct RunTag, std::uint64_t>;
/// A post's place in its outbox.
using Counter = Number<struct CounterTag, std::uint64_t>;
/// Chosen by the client for each request, repeated by the reply; 0 when it could not be read.
using RequestId = Number<struct RequestTag, std::uint64_t>;
/// Milliseconds since 1970-01-01 00:00 UTC.
using TimeMs = Number<struct TimeTag, std::uint64_t>;

/// Which life of the store the sequences belong to: sixteen lower-case hexadecimal digits.
using Epoch = std::string;
/// One encoded frame.
using Bytes = std::string;

}  // namespace palabre

template <class Tag, class Representation>
struct std::hash<palabre::Number<Tag, Representation>> {
  std::size_t operator()(palabre::Number<Tag, Representation> number) const noexcept {
    return std::hash<Representation>{}(number.value);
  }
};
