#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

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
  /// The same, when it is the key of an invitation. Throws, too, when the place is known by another key.
  [[nodiscard]] std::optional<KnownKey> find_invited(const std::string& place, const CurveKey& key) const;
  /// Adds a line, unless it is there; programs that do so at once each have theirs. Throws as find_invited,
  /// and when the file cannot be written.
  void remember(const std::string& place, const CurveKey& key) const;

 private:
  std::filesystem::path file_;
};

/// `palabre/brokers` in $XDG_DATA_HOME or ~/.local/share.
[[nodiscard]] KnownBrokers known_brokers();

/// The address as ClientOptions::server wants it, with the broker's key where it is known.
struct Trusted {
  std::string server;
  std::string talk_address;   ///< tcp://HOST:PORT
  std::string origin;         ///< of the key; empty: there is none, and nothing will be encrypted
  CurveKey to_remember = {};  ///< of an invitation that is used for the first time; else empty
};
/// The key is that of the invitation, or of one that was accepted before; on this machine, where nobody else
/// can have written it, that which the broker has left. Throws std::runtime_error with a sentence.
[[nodiscard]] Trusted find_key(const TalkAddress& address, const KnownBrokers& known);
/// An invitation is accepted once the broker has shown that it has the key: one that was mistyped is not
/// kept.
void accept_invitation(const Trusted& trusted, const KnownBrokers& known);

/// Whether the address, tcp://HOST:PORT, is one of the loopback interface by its looks.
[[nodiscard]] bool is_on_this_machine(std::string_view talk_address);

}  // namespace palabre
