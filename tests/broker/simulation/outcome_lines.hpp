#pragma once

#include <string>
#include <vector>

#include "broker/domain/state.hpp"
#include "tests/support/stored_message.hpp"

namespace palabre::broker {

/// What a decision led to, in the lines of ReferenceModel.
class OutcomeLines {
 public:
  [[nodiscard]] static std::vector<std::string> of(const Outcome& outcome) {
    std::vector<std::string> lines;
    for (const auto& record : outcome.records) {
      std::visit([&lines](const auto& fact) { store(lines, fact); }, record);
    }
    for (const auto& effect : outcome.effects) {
      lines.push_back(std::visit([](const auto& told) { return line(told); }, effect));
    }
    return lines;
  }

  /// Everything there is, in the lines of ReferenceModel::picture().
  [[nodiscard]] static std::vector<std::string> picture_of(const State& state) {
    std::vector<std::string> lines;
    for (const auto& identity : state.roster.all()) {
      lines.push_back(std::to_string(lines.size() + 1) + " " + identity.name +
                      (identity.is_online() ? " online" : " offline"));
    }
    for (const auto& room : state.rooms.all()) {
      lines.push_back(room.name + " " + text(room.head));
      for (const auto member : room.members) lines.back() += " " + text(member);
    }
    return lines;
  }

 private:
  template <class Fact>
  static void store(std::vector<std::string>& lines, const Fact& fact) {
    lines.push_back("store " + line(fact));
  }
  static void store(std::vector<std::string>& lines, const record::Cells& cells) {
    for (const auto& message : messages_in(cells)) store(lines, message);
  }

  template <class Tag, class Representation>
  static std::string text(Number<Tag, Representation> number) {
    return std::to_string(number.value);
  }
  static std::string address(ConnectionId connection, RequestId request) {
    return text(connection) + "/" + text(request);
  }

  static std::string line(const record::Registered& fact) {
    return "registered " + text(fact.client) + " " + fact.name;
  }
  static std::string line(const record::KeyBound& fact) {
    return "key of " + text(fact.client) + " " + fact.key;
  }
  static std::string line(const record::OperatorAct& fact) {
    return "act upon " + text(fact.client) + " " + fact.text;
  }
  static std::string line(const record::RoomMade& fact) {
    return "room " + text(fact.room) + " " + fact.name;
  }
  static std::string line(const record::Joined& fact) {
    return "joined " + text(fact.room) + " " + text(fact.client);
  }
  static std::string line(const record::Left& fact) {
    return "left " + text(fact.room) + " " + text(fact.client);
  }
  static std::string line(const record::StandingChanged& fact) {
    return "standing " + text(fact.room) + " " + text(fact.client);
  }
  static std::string line(const record::Moderated& fact) {
    return "moderated " + text(fact.room) + " " + std::to_string(fact.number);
  }
  static std::string line(const StoredMessage& fact) {
    return "message " + text(fact.client) + " " + text(fact.column) + " room " + text(fact.room) + " " +
           text(fact.sequence) + " @" + text(fact.at) + " outbox " + text(fact.outbox) + ":" +
           text(fact.counter) + " " + fact.text;
  }

  static std::string line(const effect::Acknowledge& told) {
    std::string line =
        "acknowledge " + address(told.connection, told.request) + " " + told.room + " " + text(told.outbox);
    for (const auto& [counter, sequence, column, at] : told.acks) {
      line += " " + text(counter) + ":" + text(sequence) + ":" + text(column) + "@" + text(at);
    }
    return line;
  }
  static std::string line(const effect::Admitted& told) {
    std::string line = "admit " + address(told.connection, told.request) + " " + text(told.client) +
                       (told.is_new ? " new" : "");
    for (const auto& [room, head] : told.rooms) line += " " + room + ":" + text(head);
    return line;
  }
  static std::string line(const effect::Departed& told) {
    return "depart " + text(told.connection) + " " + text(told.client) + (told.is_last ? " last" : "");
  }
  static std::string line(const effect::Notify& told) {
    return "notice " + told.room + " " + std::string(name_of(told.what.kind)) + " " + told.what.name;
  }
  static std::string line(const effect::Ruling& told) {
    return "ruling " + text(told.order) + (told.refusal ? " " + said(*told.refusal) : "");
  }
  static std::string line(const effect::NotifyMembers& told) {
    return "told " + told.room + " " + std::string(name_of(told.what.kind)) + " " + told.what.name;
  }
  static std::string line(const effect::Answer& told) {
    return "reply " + address(told.connection, told.request) + " " +
           std::visit([](const auto& reply) { return said(reply); }, told.reply);
  }

  static std::string said(const Refusal& refusal) {
    return "refused " + std::string(name_of(refusal.code)) +
           (refusal.expected ? " " + text(*refusal.expected) : "");
  }
  static std::string said(const reply::Joined& reply) {
    return "joined " + reply.room + " " + text(reply.head) + (reply.is_new ? " new" : "");
  }
  static std::string said(const reply::Left& reply) { return "left " + reply.room; }
  static std::string said(const reply::Farewell&) { return "farewell"; }
  template <class Read>
  static std::string said(const Read&) {
    return "what the domain does not decide";
  }
};

}  // namespace palabre::broker
