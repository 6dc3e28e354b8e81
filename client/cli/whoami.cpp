#include <memory>

#include "client/cli/connection.hpp"
#include "client/cli/json_lines.hpp"
#include "client/cli/output.hpp"
#include "client/cli/program.hpp"
#include "client/cli/verbs.hpp"
#include "client/exit_status.hpp"

namespace palabre::cli {
namespace {

int whoami(const Settings& settings, bool prints_json) {
  auto connected = connect(settings);
  if (const auto* status = std::get_if<int>(&connected)) return *status;
  const auto& welcome = std::get<Connection>(connected).welcome;
  Output output;
  if (prints_json) {
    output.line(json_line(NamedClient{welcome.client, welcome.name}));
  } else {
    output.show("#" + std::to_string(welcome.client.value) + " " + welcome.name);
  }
  output.flush();
  return kDone;
}

}  // namespace

void add_whoami(Program& program) {
  auto prints_json = std::make_shared<bool>(false);
  auto& verb =
      program.add_verb("whoami", "Print your client number and name",
                       [prints_json](const Settings& settings) { return whoami(settings, *prints_json); });
  verb.add_flag("--json", *prints_json, "Print an object");
}

}  // namespace palabre::cli
