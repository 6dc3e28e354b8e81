#include <memory>

#include "client/cli/connection.hpp"
#include "client/cli/json_lines.hpp"
#include "client/cli/output.hpp"
#include "client/cli/program.hpp"
#include "client/cli/talk.hpp"
#include "client/cli/verbs.hpp"
#include "client/exit_status.hpp"

namespace palabre::cli {
namespace {

struct WhoOptions {
  std::optional<std::string> room;
  bool only_online = false;
  bool prints_json = false;
};

std::string text_line(const reply::ClientEntry& client) {
  return "#" + std::to_string(client.client.value) + "  " + client.name + "  " +
         (client.is_online ? "online" : "offline");
}

int who(const Settings& settings, const WhoOptions& options) {
  auto connected = connect(settings);
  if (const auto* status = std::get_if<int>(&connected)) return *status;
  auto& client = *std::get<Connection>(connected).client;
  Output output;
  request::Who wanted{.from = ClientNumber{1}, .count = limits::kWhoClientsMax, .room = options.room};
  do {
    const auto answer = client.who(wanted, kAnswerWait);
    if (const auto* problem = std::get_if<Problem>(&answer)) return fail(*problem);
    const auto& part = std::get<reply::Who>(answer);
    for (const auto& entry : part.clients) {
      if (options.only_online && !entry.is_online) continue;
      if (options.prints_json) {
        output.line(json_line(entry, output.json_characters()));
      } else {
        output.show(text_line(entry));
      }
    }
    wanted.from = part.next;
  } while (wanted.from && output.flush());
  output.flush();
  return kDone;
}

}  // namespace

void add_who(Program& program) {
  auto options = std::make_shared<WhoOptions>();
  auto& verb = program.add_verb("who", "List the clients with number, name and whether they are online",
                                [options](const Settings& settings) { return who(settings, *options); });
  verb.add_option("-r,--room", options->room, "Members of this room only")->type_name("ROOM");
  verb.add_flag("--online", options->only_online, "Only those who are online");
  verb.add_flag("--json", options->prints_json, "Print one object a client");
}

}  // namespace palabre::cli
