#include "schema/invitation.hpp"

#include <cstdlib>

namespace palabre {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> folder_in(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr || *value != '/') return std::nullopt;
  return fs::path(value);
}

}  // namespace

std::string text_of(const Invitation& invitation) {
  auto text = std::string(kInvitationScheme) + invitation.place + "#" + text_of(invitation.broker);
  if (!invitation.code.empty()) text += "." + invitation.code;
  return text;
}

std::optional<Invitation> read_invitation(std::string_view text) {
  if (!text.starts_with(kInvitationScheme)) return std::nullopt;
  text.remove_prefix(kInvitationScheme.size());
  const auto hash = text.find('#');
  if (hash == std::string_view::npos) return std::nullopt;
  const auto secret = text.substr(hash + 1);
  const auto dot = secret.find('.');
  const auto key = read_key(secret.substr(0, dot));
  if (!key) return std::nullopt;
  const auto code = dot == std::string_view::npos ? std::string_view{} : secret.substr(dot + 1);
  return Invitation{std::string(text.substr(0, hash)), *key, std::string(code)};
}

std::vector<fs::path> local_invitation_files(std::uint16_t talk_port) {
  std::vector<fs::path> folders{"/run"};
  if (const auto runtime = folder_in("XDG_RUNTIME_DIR")) folders.push_back(*runtime);
  if (const auto state = folder_in("XDG_STATE_HOME")) {
    folders.push_back(*state);
  } else if (const auto home = folder_in("HOME")) {
    folders.push_back(*home / ".local/state");
  }
  for (auto& folder : folders) folder = folder / "palabre" / (std::to_string(talk_port) + ".invitation");
  return folders;
}

}  // namespace palabre
