#include <memory>

#include "client/cli/connection.hpp"
#include "client/cli/json_lines.hpp"
#include "client/cli/output.hpp"
#include "client/cli/program.hpp"
#include "client/cli/talk.hpp"
#include "client/cli/verbs.hpp"
#include "client/counted.hpp"
#include "client/exit_status.hpp"

namespace palabre::cli {
namespace {

std::string text_line(const reply::RoomEntry& room) {
  return room.room + "  " + counted(room.head.value, "message") + "  " + counted(room.members, "member");
}

int rooms(const Settings& settings, bool prints_json) {
  auto connected = connect(settings);
  if (const auto* status = std::get_if<int>(&connected)) return *status;
  const auto answer = std::get<Connection>(connected).client->rooms(kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&answer)) return fail(*problem);
  Output output;
  for (const auto& room : std::get<reply::Rooms>(answer).rooms) {
    if (prints_json) {
      output.line(json_line(room));
    } else {
      output.show(text_line(room));
    }
  }
  output.flush();
  return kDone;
}

}  // namespace

void add_rooms(Program& program) {
  auto prints_json = std::make_shared<bool>(false);
  auto& verb = program.add_verb("rooms", "List the rooms", [prints_json](const Settings& settings) {
    return rooms(settings, *prints_json);
  });
  verb.add_flag("--json", *prints_json, "Print one object a room");
}

}  // namespace palabre::cli
