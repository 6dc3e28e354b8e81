#include <memory>

#include "client/cli/connection.hpp"
#include "client/cli/json_lines.hpp"
#include "client/cli/output.hpp"
#include "client/cli/program.hpp"
#include "client/cli/talk.hpp"
#include "client/cli/verbs.hpp"
#include "client/exit_status.hpp"
#include "client/message_line.hpp"

namespace palabre::cli {
namespace {

struct WhoisOptions {
  std::string name;
  bool prints_json = false;
};

int whois(const Settings& settings, const WhoisOptions& options) {
  auto connected = connect(settings);
  if (const auto* status = std::get_if<int>(&connected)) return *status;
  const auto answer = std::get<Connection>(connected).client->whois(options.name, kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&answer)) return fail(*problem);
  const auto& whois = std::get<reply::Whois>(answer);
  Output output;
  if (options.prints_json) {
    output.line(json_line(whois, output.json_characters()));
  } else {
    output.show(whois_line(whois));
  }
  output.flush();
  return kDone;
}

}  // namespace

void add_whois(Program& program) {
  auto options = std::make_shared<WhoisOptions>();
  auto& verb = program.add_verb("whois", "Show somebody's number, and the key's fingerprint in words",
                                [options](const Settings& settings) { return whois(settings, *options); });
  verb.add_option("NAME", options->name, "Who")->required()->type_name("");
  verb.add_flag("--json", options->prints_json, "Print an object");
}

}  // namespace palabre::cli
