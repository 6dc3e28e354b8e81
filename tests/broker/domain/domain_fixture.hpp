#pragma once

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "broker/domain/state.hpp"
#include "tests/support/people.hpp"
#include "tests/support/stored_message.hpp"

namespace palabre::broker {

inline constexpr OutboxId kOutbox{77};

/// A store in which nobody ever registered.
inline Image empty_store() {
  return {"0123456789abcdef", {}, {}, {{kLobby, std::string(kLobbyName), {}, {}}}};
}

/// The effects of one kind, in order.
template <class Kind>
std::vector<Kind> effects_of(const Outcome& outcome) {
  std::vector<Kind> found;
  for (const auto& effect : outcome.effects) {
    if (const auto* one = std::get_if<Kind>(&effect)) found.push_back(*one);
  }
  return found;
}

template <class Kind>
std::vector<Kind> records_of(const Outcome& outcome) {
  std::vector<Kind> found;
  for (const auto& record : outcome.records) {
    if (const auto* one = std::get_if<Kind>(&record)) found.push_back(*one);
  }
  return found;
}

/// The one answer of an outcome as a Reply kind; throws when it is anything else.
template <class Kind>
Kind answer_in(const Outcome& outcome) {
  const auto answers = effects_of<effect::Answer>(outcome);
  if (answers.size() != 1) throw std::logic_error("not one answer but " + std::to_string(answers.size()));
  return std::get<Kind>(answers.front().reply);
}

/// What notices say, as "came alice in lobby".
inline std::vector<std::string> notices_in(const Outcome& outcome) {
  std::vector<std::string> said;
  for (const auto& [room, what] : effects_of<effect::Notify>(outcome)) {
    said.push_back(std::string(name_of(what.kind)) + " " + what.name + " in " + room);
  }
  return said;
}

/// A domain at a time of the test's choosing. Client n speaks on connection n unless told otherwise.
class DomainTest : public testing::Test {
 protected:
  Outcome decide(Command command) {
    Outcome outcome;
    apply(state_, std::move(command), now_, outcome);
    return outcome;
  }

  static Origin origin(ClientNumber client, RequestId request = {1}) {
    return {client, {client.value}, request};
  }

  Outcome admit(const std::string& name, ConnectionId connection, const TokenHash& token = "token") {
    return decide(command::Admit{connection, {1}, name, token});
  }
  Outcome depart(ClientNumber client, ConnectionId connection, RequestId request = {1}) {
    return decide(command::Depart{{client, connection, request}});
  }
  Outcome join(ClientNumber client, const std::string& room) {
    return decide(command::Join{origin(client), room});
  }
  Outcome leave(ClientNumber client, const std::string& room) {
    return decide(command::Leave{origin(client), room});
  }

  /// A post whose outbox the matrix learns as the recorder would teach it.
  Outcome post(ClientNumber client, const std::string& room, Counter counter,
               const std::vector<std::string>& texts, std::vector<command::Post::Original> originals = {}) {
    if (!state_.matrix.last_counter(client, kOutbox)) state_.matrix.learn(client, kOutbox, {});
    return decide(
        command::Post{origin(client), {room, kOutbox, counter, texts_of(texts)}, std::move(originals)});
  }

  State state_ = restore(empty_store());
  TimeMs now_{1000};
};

}  // namespace palabre::broker
