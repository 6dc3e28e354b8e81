#include "client/cli/output.hpp"
#include "client/cli/program.hpp"
#include "client/cli/verbs.hpp"
#include "client/exit_status.hpp"
#include "client/identity.hpp"
#include "client/say.hpp"
#include "schema/fingerprint.hpp"
#include "schema/keys.hpp"

namespace palabre::cli {
namespace {

/// Needs no broker: whoever cannot come in without a key says it to the operator first.
int keygen(const Settings& settings) {
  const auto secret = identity_key(identities_directory(), settings.config.name);
  const auto key = pair_of(*read_key(secret)).open;
  say("the fingerprint is " + fingerprint_of(key));
  Output output;
  output.line(text_of(key));
  output.flush();
  return kDone;
}

}  // namespace

void add_keygen(Program& program) {
  program.add_verb("keygen", "Make your key if there is none, and print its public half for the operator",
                   [](const Settings& settings) { return keygen(settings); });
}

}  // namespace palabre::cli
