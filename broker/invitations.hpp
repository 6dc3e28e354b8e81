#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "schema/invitation.hpp"

/// The broker's key, and how clients come by it.
namespace palabre::broker {

/// The broker's secret key, kept in `palabre.key` of its data directory and made at first use. Whoever has it
/// can pretend to be the broker. Throws std::runtime_error with a sentence.
[[nodiscard]] CurveKey broker_secret(const std::filesystem::path& data_dir);

/// Whether there is one already.
[[nodiscard]] bool has_broker_secret(const std::filesystem::path& data_dir);

/// HOST:PORT of a bound endpoint as other machines reach it: a wildcard becomes an address of this machine.
[[nodiscard]] std::string place_to_dial(const std::string& endpoint);

/// Leaves the invitation where clients on this machine look for it, for as long as this object lives.
/// Nothing is left, and nothing thrown, where there is no such place: clients then need the invitation
/// itself.
class LocalInvitation {
 public:
  /// `invitation` empty: takes away one that a broker on that port left before.
  LocalInvitation(std::uint16_t talk_port, const std::string& invitation);
  ~LocalInvitation();
  LocalInvitation(const LocalInvitation&) = delete;
  LocalInvitation& operator=(const LocalInvitation&) = delete;

 private:
  std::filesystem::path file_;  ///< empty: none
};

}  // namespace palabre::broker
