#include "broker/domain/command_batch.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "broker/domain/handle.hpp"
#include "broker/domain/room_views.hpp"

namespace palabre::broker {
namespace {

/// Who is to be told what became of a command: a connection, or the operator.
struct ReturnAddress {
  ConnectionId connection;
  RequestId request;
  OrderId order;
};

ReturnAddress return_address(const Command& command) {
  if (const auto* admit = std::get_if<command::Admit>(&command))
    return {admit->connection, admit->request, {}};
  if (const auto* operate = std::get_if<command::Operate>(&command)) return {{}, {}, operate->id};
  return std::visit(
      []<class Other>(const Other& other) -> ReturnAddress {
        if constexpr (requires { other.origin; }) {
          return {other.origin.connection, other.origin.request, {}};
        } else {
          return {};
        }
      },
      command);
}

/// An answer that may rest on what was decided before it: a second JOIN needs no record, but promises what
/// the first one wanted. A FAREWELL rests on nothing.
bool rests_on_others(const Effect& effect) {
  if (std::holds_alternative<effect::Ruling>(effect)) return true;
  const auto* answer = std::get_if<effect::Answer>(&effect);
  return answer != nullptr && !std::holds_alternative<reply::Farewell>(answer->reply);
}

Effect storage_full(ConnectionId connection, RequestId request, OrderId order) {
  auto refusal = refuse(RefusalCode::storage_full);
  if (order) return effect::Ruling{.order = order, .refusal = std::move(refusal)};
  return effect::Answer{connection, request, std::move(refusal)};
}

/// Whether an effect that needed no record still makes sense after the state went back; its heads go back
/// with it.
bool still_holds(Effect& effect, const State& state) {
  auto* admitted = std::get_if<effect::Admitted>(&effect);
  if (admitted == nullptr) return true;
  admitted->rooms = heads_for(state, admitted->client);
  return state.roster.is_connected(admitted->client, admitted->connection);
}

/// Whether it is a part of a POST that was refused before, and answered. If not, it is from now on.
bool is_refused_part(const Effect& effect) {
  const auto* acknowledgement = std::get_if<effect::Acknowledge>(&effect);
  if (acknowledgement == nullptr || !acknowledgement->whole) return false;
  return std::exchange(acknowledgement->whole->is_refused, true);
}

/// What of a refused command holds all the same, in the state and at the door: a connection that it has let
/// go is nobody's, and so is one that it would have welcomed. Each may say HELLO again.
void let_go_at_the_door(const Effect& effect, State& state, std::vector<Effect>& kept) {
  if (const auto* departed = std::get_if<effect::Departed>(&effect)) kept.emplace_back(*departed);
  const auto* admitted = std::get_if<effect::Admitted>(&effect);
  if (admitted == nullptr || !state.roster.is_connected(admitted->client, admitted->connection)) return;
  const bool is_last = state.roster.disconnect(admitted->client, admitted->connection);
  kept.emplace_back(effect::Departed{admitted->connection, admitted->client, is_last});
}

}  // namespace

void CommandBatch::decide(State& state, Command command, TimeMs now) {
  const auto [connection, request, order] = return_address(command);
  apply(state, std::move(command), now, outcome_);
  steps_.push_back({connection, request, order, outcome_.records.size(), outcome_.effects.size()});
}

void CommandBatch::refuse_what_was_not_stored(State& state) {
  std::vector<Effect> kept;
  bool is_any_refused = false;
  std::size_t record = 0;
  auto effect = outcome_.effects.begin();
  for (const auto& step : steps_) {
    const auto end = outcome_.effects.begin() + static_cast<std::ptrdiff_t>(step.effects_end);
    const bool wanted_space = step.records_end > record;
    const bool rests_on_refused = is_any_refused && std::any_of(effect, end, rests_on_others);
    if (wanted_space || rests_on_refused ||
        !std::all_of(effect, end, [&state](auto& it) { return still_holds(it, state); })) {
      is_any_refused = true;
      if (std::none_of(effect, end, is_refused_part))
        kept.push_back(storage_full(step.connection, step.request, step.order));
      std::for_each(effect, end, [&](const auto& it) { let_go_at_the_door(it, state, kept); });
    } else {
      std::move(effect, end, std::back_inserter(kept));
    }
    record = step.records_end;
    effect = end;
  }
  outcome_ = {{}, std::move(kept), {}};
}

void CommandBatch::clear() {
  outcome_ = {};
  steps_.clear();
}

std::vector<NamedClient> names_in(const Segment& segment, const Roster& roster) {
  std::vector<ClientNumber> clients;
  clients.reserve(segment.rows.size());
  for (const auto& row : segment.rows) clients.push_back(row.client);
  std::ranges::sort(clients);
  const auto repeats = std::ranges::unique(clients);
  clients.erase(repeats.begin(), repeats.end());
  std::vector<NamedClient> names;
  names.reserve(clients.size());
  for (const auto client : clients) names.push_back({client, roster.at(client).name});
  return names;
}

}  // namespace palabre::broker
