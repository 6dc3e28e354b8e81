#include "client/cli/program.hpp"

#include <csignal>
#include <exception>
#include <iostream>
#include <utility>

#include "client/cli/interrupt.hpp"
#include "client/cli/talk.hpp"
#include "client/exit_status.hpp"
#include "client/identity.hpp"
#include "client/server_address.hpp"

namespace palabre::cli {
namespace {

constexpr const char* kFooter =
    "Statuses: 0 done, 1 failed or refused, 2 usage, 3 broker unreachable, 4 not allowed, 5 time-out,\n"
    "6 sent and unknown whether stored, 130 interrupted. Results go to standard output, all else to standard "
    "error.\n";

}  // namespace

CLI::Validator positive() { return CLI::Validator(CLI::PositiveNumber).description(""); }
CLI::Validator not_negative() { return CLI::Validator(CLI::NonNegativeNumber).description(""); }

Program::Program() : app_("palabre: chat on a local network, for people and scripts", "palabre") {
  app_.require_subcommand(0, 1);  // none gets a better answer than CLI11's
  app_.fallthrough();
  app_.footer(kFooter);
  app_.get_formatter()->label("SUBCOMMAND", "VERB");
  app_.set_version_flag("--version", std::string("palabre ") + PALABRE_VERSION);
  const auto put = [this](const char* key) {
    return [this, key](const std::string& value) { flags_[key] = value; };
  };
  app_.add_option_function<std::string>("-s,--server", put("server"),
                                        "An invitation, tcp://HOST:PORT, HOST:PORT or HOST [PALABRE_SERVER]")
      ->type_name("SERVER");
  app_.add_option_function<std::string>("--name", put("name"), "Who you are [PALABRE_NAME]")
      ->type_name("NAME");
  app_.add_option_function<std::string>(
          "--security", put("security"),
          "curve; or open: unencrypted to other machines, too [PALABRE_SECURITY]")
      ->type_name("WORD");
  app_.add_option("--profile", profile_, "Take the keys of [profile.NAME] in the configuration file")
      ->type_name("NAME");
  app_.add_option("--config", file_, "Read this configuration file")->type_name("FILE");
}

CLI::App& Program::add_verb(const std::string& name, const std::string& about, Verb run) {
  auto* verb = app_.add_subcommand(name, about);
  verb->group("Verbs");
  verb->callback([this, run = std::move(run)] { chosen_ = run; });
  return *verb;
}

void Program::add_server_argument(CLI::App& verb) {
  const auto put = [this](const std::string& value) { flags_["server"] = value; };
  verb.add_option_function<std::string>("INVITATION", put,
                                        "palabre://HOST:PORT#KEY, needed once for each broker")
      ->type_name("");
}

void Program::add_room_flag(CLI::App& verb) {
  const auto put = [this](const std::string& value) { flags_["room"] = value; };
  verb.add_option_function<std::string>("-r,--room", put, "The room (lobby)")->type_name("ROOM");
}

int Program::run(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  handle_interrupts();
  try {
    app_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool is_asked_for = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    app_.exit(error, std::cout, std::cerr);
    return is_asked_for ? kDone : kUsage;
  }
  if (!chosen_) {
    std::cerr << app_.help();
    return kUsage;
  }
  try {
    return run_verb();
  } catch (const std::exception& error) {
    say(error.what());
    return kFailed;
  }
}

int Program::run_verb() {
  const auto settings = read_settings();
  if (const auto* error = std::get_if<ClientUsageError>(&settings)) {
    say(error->sentence);
    return kUsage;
  }
  return chosen_(std::get<Settings>(settings));
}

std::variant<Settings, ClientUsageError> Program::read_settings() const {
  ClientSources sources{.flags = flags_, .environment = client_environment, .file = {}, .profile = profile_};
  if (file_) {
    sources.file = *file_;
  } else {
    sources.file = find_client_config();
  }
  auto read = read_client_config(sources);
  if (auto* error = std::get_if<ClientUsageError>(&read)) return std::move(*error);
  Settings settings{.server = {}, .config = std::get<ClientConfig>(std::move(read))};
  if (settings.config.name.empty()) settings.config.name = login_name();
  auto server = read_server(settings.config.server);
  if (const auto* bad = std::get_if<BadAddress>(&server)) return ClientUsageError{bad->sentence};
  settings.server = find_key(std::get<TalkAddress>(server), known_brokers());
  return settings;
}

}  // namespace palabre::cli
