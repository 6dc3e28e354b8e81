#include <filesystem>
#include <memory>
#include <string>

#include "client/cli/program.hpp"
#include "client/cli/verbs.hpp"
#include "client/exit_status.hpp"
#include "client/identity.hpp"
#include "client/known_brokers.hpp"
#include "client/say.hpp"
#include "client/terminal/run_chat.hpp"

namespace {

using palabre::cli::Program;
using palabre::cli::Settings;

std::filesystem::path read_marks_file(const std::string& name) {
  const auto identities = palabre::identities_directory();
  return identities.empty() ? identities : identities.parent_path() / "read" / name;
}

int chat(const Settings& settings, bool is_plain_wanted) {
  if (const auto why = palabre::cli::refuse_server(settings)) {
    palabre::say(*why);
    return palabre::kUsage;
  }
  return palabre::terminal::run_chat(
      {.client = palabre::cli::client_options(settings),
       .room = settings.config.room,
       .history_lines = settings.config.history,
       .read_marks = read_marks_file(settings.config.name),
       .on_welcome = [&settings] { accept_invitation(settings.server, palabre::known_brokers()); },
       .mode = palabre::terminal::choose_mode(is_plain_wanted),
       .uses_colours = palabre::terminal::may_use_colours()});
}

void add_chat(Program& program) {
  auto is_plain_wanted = std::make_shared<bool>(false);
  auto& verb = program.add_verb(
      "chat", "Talk with people; lines from a pipe are posted",
      [is_plain_wanted](const Settings& settings) { return chat(settings, *is_plain_wanted); });
  program.add_server_argument(verb);
  program.add_room_flag(verb);
  verb.add_flag("--plain", *is_plain_wanted, "One message a line and nothing redrawn, as in a pipe");
}

}  // namespace

int main(int argc, char** argv) {
  Program program;
  add_chat(program);
  palabre::cli::add_send(program);
  palabre::cli::add_tail(program);
  palabre::cli::add_history(program);
  palabre::cli::add_rooms(program);
  palabre::cli::add_who(program);
  palabre::cli::add_whoami(program);
  palabre::cli::add_whois(program);
  palabre::cli::add_keygen(program);
  palabre::cli::add_matrix(program);
  palabre::cli::add_ping(program);
  palabre::cli::add_moderate(program);
  palabre::cli::add_audit(program);
  return program.run(argc, argv);
}
