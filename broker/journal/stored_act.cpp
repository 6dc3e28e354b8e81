#include "broker/journal/stored_act.hpp"

#include <array>

#include "broker/journal/checksum.hpp"

namespace palabre::broker {
namespace {

using Kind = record::OperatorAct::Kind;

constexpr std::array kKinds{Kind::ban, Kind::unban, Kind::add, Kind::rebind, Kind::rename};

}  // namespace

std::string name_of(Kind kind) {
  switch (kind) {
    case Kind::ban: return "ban";
    case Kind::unban: return "unban";
    case Kind::add: return "add";
    case Kind::rebind: return "rebind";
    case Kind::rename: return "rename";
  }
  return {};
}

std::optional<record::OperatorAct> stored_act(const Execution& read) {
  for (const auto kind : kKinds) {
    if (name_of(kind) != read.text(1)) continue;
    record::OperatorAct act{kind, read.number<ClientNumber>(2), read.text(3), read.number<TimeMs>(4)};
    if (checksum_of(act) == read.integer(5)) return act;
  }
  return std::nullopt;
}

}  // namespace palabre::broker
