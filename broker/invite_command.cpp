#include "broker/invite_command.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "broker/invitations.hpp"
#include "broker/session/invite_codes.hpp"
#include "broker/wall_clock.hpp"

namespace palabre::broker {
namespace {

constexpr std::uint64_t kGoodForMs = 7ULL * 24 * 3600 * 1000;

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
    invitation.code = InviteCodes(secret).make({wall_clock().value + kGoodForMs});
  }
  std::printf("%s\n", text_of(invitation).c_str());
  return EXIT_SUCCESS;
}

}  // namespace palabre::broker
