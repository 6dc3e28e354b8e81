#include <memory>
#include <string>

#include "client/cli/connection.hpp"
#include "client/cli/json_lines.hpp"
#include "client/cli/output.hpp"
#include "client/cli/program.hpp"
#include "client/cli/talk.hpp"
#include "client/cli/verbs.hpp"
#include "client/exit_status.hpp"
#include "client/message_line.hpp"
#include "client/time_text.hpp"

namespace palabre::cli {
namespace {

struct ModerateOptions {
  std::string room;
  std::string action;
  std::string name;
  std::string role;
  double seconds = 600;
  std::string reason;
};

int moderate(const Settings& settings, const ModerateOptions& options) {
  request::Moderate wanted{options.room,  moderation_named(options.action).value(), options.name, {}, 0,
                           options.reason};
  if (wanted.action == Moderation::role && options.role.empty()) {
    say("moderate role takes --role");
    return kUsage;
  }
  if (!options.role.empty()) wanted.role = role_named(options.role);
  wanted.for_ms = static_cast<std::uint64_t>(options.seconds * 1000);
  auto connected = connect(settings);
  if (const auto* status = std::get_if<int>(&connected)) return *status;
  const auto answer = std::get<Connection>(connected).client->moderate(wanted, kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&answer)) return fail(*problem);
  return kDone;
}

std::string text_line(const reply::AuditEntry& entry) {
  const NoticeEvent what{
      notice_of(entry.action), {}, entry.name, entry.by, entry.reason, entry.until, entry.role};
  return utc_text(entry.at) + "  " + moderation_text(what);
}

int audit(const Settings& settings, const std::string& room, bool prints_json) {
  auto connected = connect(settings);
  if (const auto* status = std::get_if<int>(&connected)) return *status;
  auto& client = *std::get<Connection>(connected).client;
  Output output;
  request::Audit wanted{room, 1};
  do {
    const auto answer = client.audit(wanted, kAnswerWait);
    if (const auto* problem = std::get_if<Problem>(&answer)) return fail(*problem);
    const auto& part = std::get<reply::Audit>(answer);
    for (const auto& entry : part.entries) {
      if (prints_json) {
        output.line(json_line(entry, output.json_characters()));
      } else {
        output.show(text_line(entry));
      }
    }
    wanted.from = part.next;
  } while (wanted.from != 0 && output.flush());
  output.flush();
  return kDone;
}

}  // namespace

void add_moderate(Program& program) {
  auto options = std::make_shared<ModerateOptions>();
  auto& verb =
      program.add_verb("moderate", "Invite somebody into a closed room, give a role, mute, kick, ban",
                       [options](const Settings& settings) { return moderate(settings, *options); });
  verb.add_option("ROOM", options->room, "The closed room, OWNER/NAME")->required()->type_name("");
  verb.add_option("ACTION", options->action, "invite, role, kick, mute, unmute, ban or unban")
      ->required()
      ->check(CLI::IsMember({"invite", "role", "kick", "mute", "unmute", "ban", "unban"}))
      ->type_name("");
  verb.add_option("NAME", options->name, "Whom")->required()->type_name("");
  verb.add_option("--role", options->role, "reader, voice, moderator or owner; with role, or invite (voice)")
      ->check(CLI::IsMember({"reader", "voice", "moderator", "owner"}))
      ->type_name("ROLE");
  verb.add_option("--for", options->seconds, "How long a mute lasts (600)")
      ->check(positive())
      ->type_name("S");
  verb.add_option("--reason", options->reason, "Why: all members read it")->type_name("TEXT");
}

void add_audit(Program& program) {
  auto room = std::make_shared<std::string>();
  auto prints_json = std::make_shared<bool>(false);
  auto& verb = program.add_verb(
      "audit", "List what was done to people in a closed room, by whom and why",
      [room, prints_json](const Settings& settings) { return audit(settings, *room, *prints_json); });
  verb.add_option("ROOM", *room, "The closed room, OWNER/NAME")->required()->type_name("");
  verb.add_flag("--json", *prints_json, "Print one object a line");
}

}  // namespace palabre::cli
