#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "client/server_address.hpp"
#include "schema/keys.hpp"

namespace palabre {

/// A broker's key, and where it was found: FILE:LINE, for sentences.
struct KnownKey {
  CurveKey key;
  std::string origin;
};

/// The keys of the brokers that this user has been invited to, one a line: HOST:PORT KEY. What is in it is
/// never changed by itself: a broker with another key than it had is a stranger.
class KnownBrokers {
 public:
  explicit KnownBrokers(std::filesystem::path file) : file_(std::move(file)) {}

  /// Throws std::runtime_error with a sentence when the file cannot be read.
  [[nodiscard]] std::optional<KnownKey> find(const std::string& place) const;
  /// Adds a line, unless it is there. Throws std::runtime_error with a sentence when the place is known by
  /// another key, or the file cannot be written.
  KnownKey remember(const std::string& place, const CurveKey& key) const;

 private:
  std::filesystem::path file_;
};

/// `palabre/brokers` in $XDG_DATA_HOME or ~/.local/share.
[[nodiscard]] KnownBrokers known_brokers();

/// The address as ClientOptions::server wants it, with the broker's key where it is known: from the
/// invitation, which is remembered; from what a broker on this machine has left; or from an invitation of
/// before. Throws std::runtime_error with a sentence.
struct Trusted {
  std::string server;
  std::string talk_address;  ///< tcp://HOST:PORT
  std::string origin;        ///< of the key; empty: there is none, and nothing will be encrypted
};
[[nodiscard]] Trusted find_key(const TalkAddress& address, const KnownBrokers& known);

}  // namespace palabre
