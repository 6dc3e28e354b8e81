#include "broker/invite_command.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "broker/invitations.hpp"
#include "broker/session/invite_codes.hpp"

namespace palabre::broker {
namespace {

constexpr std::chrono::hours kGoodFor{24 * 7};

TimeMs a_week_from_now() {
  const auto end = std::chrono::system_clock::now().time_since_epoch() + kGoodFor;
  return {static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(end).count())};
}

}  // namespace

int invite(const Config& config) {
  if (config.security == Security::open) {
    std::fprintf(stderr,
                 "palabred: nothing is encrypted with security = \"open\", so nobody needs an invitation\n");
    return EXIT_FAILURE;
  }
  if (!has_broker_secret(config.data_dir)) {
    std::fprintf(stderr, "palabred: no broker has ever been started on %s\n", config.data_dir.c_str());
    return EXIT_FAILURE;
  }
  const auto secret = broker_secret(config.data_dir);
  const bool is_ipv6 = config.bind.find(':') != std::string::npos;
  const auto host = is_ipv6 ? "[" + config.bind + "]" : config.bind;
  Invitation invitation{
      place_to_dial("tcp://" + host + ":" + std::to_string(config.talk_port)), pair_of(secret).open, {}};
  if (config.registration == Registration::invite) {
    invitation.code = InviteCodes(secret).make(a_week_from_now());
  }
  std::printf("%s\n", text_of(invitation).c_str());
  return EXIT_SUCCESS;
}

}  // namespace palabre::broker
