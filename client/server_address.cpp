#include "client/server_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "schema/invitation.hpp"
#include "schema/limits.hpp"

namespace palabre {
namespace {

constexpr std::string_view kScheme = "tcp://";

struct HostAndPort {
  std::string_view host;
  std::optional<std::string_view> port;
};

HostAndPort split(std::string_view text) {
  if (text.starts_with('[')) {
    const auto bracket = text.find(']');
    if (bracket == std::string_view::npos) return {"", {}};
    const auto after = text.substr(bracket + 1);
    if (after.empty()) return {text, {}};
    if (!after.starts_with(':')) return {"", {}};
    return {text.substr(0, bracket + 1), after.substr(1)};
  }
  const auto colon = text.find(':');
  const bool is_bare_ipv6 = colon != text.rfind(':');
  if (colon == std::string_view::npos || is_bare_ipv6) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

bool is_host(std::string_view host) {
  const auto is_host_character = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:%").find(c) != std::string_view::npos;
  };
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return !host.empty() && std::ranges::all_of(host, is_host_character);
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || stop != end || port == 0) return std::nullopt;
  return port;
}

BadAddress bad(std::string_view server, std::string_view why) {
  return {"\"" + std::string(server) + "\" is no server: " + std::string(why)};
}

}  // namespace

std::variant<TalkAddress, BadAddress> read_server(std::string_view server) {
  const auto invitation = read_invitation(server);
  if (server.starts_with(kInvitationScheme) && !invitation) {
    return bad(server, "an invitation is palabre://HOST:PORT#KEY, and no character may be missing");
  }
  auto rest = invitation ? std::string_view(invitation->place) : server;
  if (rest.starts_with(kScheme)) {
    rest.remove_prefix(kScheme.size());
  } else if (rest.find("://") != std::string_view::npos) {
    return bad(server, "only tcp:// and palabre:// are known");
  }
  const auto [host, port] = split(rest);
  if (!is_host(host)) return bad(server, "write tcp://HOST:PORT, HOST:PORT or HOST");
  const auto number = port ? read_port(*port) : limits::kDefaultTalkPort;
  if (!number) return bad(server, "the port must be 1 to 65535");
  const bool needs_brackets = host.find(':') != std::string_view::npos && !host.starts_with('[');
  const auto written = needs_brackets ? "[" + std::string(host) + "]" : std::string(host);
  TalkAddress address{std::string(kScheme) + written + ":" + std::to_string(*number)};
  if (invitation) {
    address.broker = invitation->broker;
    address.code = invitation->code;
  }
  return address;
}

}  // namespace palabre
