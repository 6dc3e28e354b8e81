#include "schema/roles.hpp"

#include <algorithm>
#include <array>

namespace palabre {
namespace {

constexpr std::array<std::string_view, 4> kRoles{"reader", "voice", "moderator", "owner"};
constexpr std::array<std::string_view, 7> kModerations{"invite", "role", "kick", "mute",
                                                       "unmute", "ban",  "unban"};

template <class Value, std::size_t N>
std::optional<Value> value_named(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Value>(found - names.begin());
}

}  // namespace

std::string_view name_of(Role role) { return kRoles.at(static_cast<std::size_t>(role)); }

std::string_view name_of(Moderation action) { return kModerations.at(static_cast<std::size_t>(action)); }

std::optional<Role> role_named(std::string_view name) { return value_named<Role>(kRoles, name); }

std::optional<Moderation> moderation_named(std::string_view name) {
  return value_named<Moderation>(kModerations, name);
}

}  // namespace palabre
