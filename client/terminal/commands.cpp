#include "client/terminal/commands.hpp"

#include <algorithm>
#include <array>

#include "client/terminal/chat.hpp"

namespace palabre::terminal {
namespace {

constexpr std::array<Command, 22> kCommands{{
    {"help", "[COMMAND]", "List the commands, or explain one", "/help peek", &Chat::help},
    {"lock", "", "Hold what comes in until your message is sent (F4)", "/lock", &Chat::lock},
    {"unlock", "", "Show what was held", "/unlock", &Chat::unlock},
    {"more", "", "Read on in what was held", "/more", &Chat::more},
    {"peek", "[N]", "Show the last held lines and stay locked", "/peek 5", &Chat::peek},
    {"join", "ROOM", "Go to a room; a new name makes one, and YOU/NAME a closed one", "/join tea",
     &Chat::join},
    {"leave", "[ROOM]", "Leave a room", "/leave tea", &Chat::leave},
    {"who", "[ROOM]", "Who is in this room, and who is online", "/who", &Chat::who},
    {"whois", "NAME", "Somebody's key in words, to compare by another way", "/whois alice", &Chat::whois},
    {"rooms", "", "List the rooms", "/rooms", &Chat::rooms},
    {"msg", "NAME [TEXT]", "Say something to one person alone, or go there", "/msg bob see you at four",
     &Chat::msg},
    {"invite", "NAME", "Let somebody into this closed room", "/invite bob", &Chat::invite},
    {"role", "NAME ROLE", "Make somebody reader, voice, moderator or owner", "/role bob moderator",
     &Chat::role},
    {"kick", "NAME [WHY]", "Send somebody away from this closed room", "/kick bob off topic", &Chat::kick},
    {"mute", "NAME [TIME]", "Let somebody only read for a time, usually 10m", "/mute bob 1h", &Chat::mute},
    {"unmute", "NAME", "Let somebody speak again", "/unmute bob", &Chat::unmute},
    {"ban", "NAME [WHY]", "Send somebody away from this closed room for good", "/ban bob", &Chat::ban},
    {"unban", "NAME", "Take a ban back", "/unban bob", &Chat::unban},
    {"audit", "[N]", "What was done to people in this closed room, by whom and why", "/audit", &Chat::audit},
    {"matrix", "[CLIENT]", "The last of what a client said: its row of the matrix", "/matrix 3",
     &Chat::matrix},
    {"history", "[N]", "The last messages of this room", "/history 50", &Chat::history},
    {"quit", "", "Leave the chat (Ctrl-d)", "/quit", &Chat::quit},
}};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

const Command* find_command(std::string_view name) {
  const auto found = std::ranges::find(kCommands, lower_case(name), &Command::name);
  return found == kCommands.end() ? nullptr : &*found;
}

TypedRequest read_typed(std::string_view line) {
  if (trimmed(line).empty()) return Nothing{};
  if (!line.starts_with('/')) return Say{std::string(line)};
  line.remove_prefix(1);
  if (line.starts_with('/')) return Say{std::string(line)};
  const auto name = line.substr(0, line.find_first_of(" \t\n"));
  const auto* command = find_command(name);
  if (command == nullptr) return UnknownCommand{std::string(name)};
  return RunCommand{command, std::string(trimmed(line.substr(name.size())))};
}

}  // namespace palabre::terminal
