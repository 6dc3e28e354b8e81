#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace palabre::bench {

/// A key pair of Curve25519.
struct CurvePair {
  std::array<std::uint8_t, 32> public_key{};
  std::array<std::uint8_t, 32> secret_key{};
};

/// What a client of an encrypted broker has: the broker's key and a pair of its own.
struct CurveKeys {
  std::array<std::uint8_t, 32> broker{};
  CurvePair own;
};

[[nodiscard]] CurvePair make_curve_pair();

/// The broker's key in an invitation, `palabre://HOST:PORT#KEY`. Throws std::invalid_argument.
[[nodiscard]] std::array<std::uint8_t, 32> broker_key(std::string_view invitation);

/// The client's half of CurveZMQ (RFC 26) on one connection. It knows nothing of sockets and of ZMTP's
/// framing: takes bodies of commands and messages, and gives such. What the broker sends wrongly throws
/// std::runtime_error.
class CurveClient {
 public:
  CurveClient(const CurveKeys& keys, std::string_view socket_type);

  /// The first command.
  [[nodiscard]] std::string hello();
  /// The answer to WELCOME; nothing to READY, after which messages may go.
  [[nodiscard]] std::string answer(std::string_view command);

  /// The message that a frame's body becomes.
  [[nodiscard]] std::string seal(std::string_view body);

  struct Opened {
    std::string_view body;  ///< holds until the next call
    bool has_more = false;
  };
  /// The whole of a message, whose authenticity is checked.
  [[nodiscard]] Opened open(std::string_view message);
  /// The beginning of a message of which perhaps more is to come: as much as was given, and unchecked.
  [[nodiscard]] Opened peek(std::string_view message);

  /// By how much a message is longer than the body in it.
  static constexpr std::size_t kOverheadBytes = 8 + 8 + 16 + 1;

 private:
  using Nonce = std::array<std::uint8_t, 24>;
  using Key = std::array<std::uint8_t, 32>;

  [[nodiscard]] Nonce next_nonce(std::string_view prefix);
  [[nodiscard]] std::string initiate(std::string_view welcome);

  CurveKeys keys_;
  std::string metadata_;
  CurvePair short_term_;
  Key shared_{};
  std::uint64_t nonce_ = 0;
  std::string opened_;
};

}  // namespace palabre::bench
