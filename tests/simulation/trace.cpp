#include "tests/simulation/trace.hpp"

#include "schema/codec.hpp"

namespace palabre::broker::simulation {
namespace {

template <class Tag, class Representation>
std::string text(Number<Tag, Representation> number) {
  return std::to_string(number.value);
}

std::string said(const request::Hello& hello) { return "hello " + hello.name; }
std::string said(const request::Post& post) {
  std::string line = "post " + post.room + " " + text(post.outbox) + ":" + text(post.counter);
  for (const auto one : post.texts) line.append(" ").append(one);
  return line;
}
std::string said(const request::Join& join) { return "join " + join.room; }
std::string said(const request::Leave& leave) { return "leave " + leave.room; }
std::string said(const request::History& history) {
  return "history " + history.room + " from " + text(history.from.value_or(Sequence{})) + " count " +
         std::to_string(history.count);
}
std::string said(const request::Moderate& moderate) {
  return std::string(name_of(moderate.action)) + " " + moderate.name + " in " + moderate.room;
}
std::string said(const request::Heads&) { return "heads"; }
std::string said(const request::Ping&) { return "ping"; }
std::string said(const request::Goodbye&) { return "goodbye"; }

std::string heads(const std::vector<RoomHead>& heads) {
  std::string line;
  for (const auto& [room, head] : heads) line += " " + room + ":" + text(head);
  return line;
}
std::string events(const Batch& batch) {
  std::string line = " " + batch.room + " " + text(batch.first);
  for (const auto& event : batch.events) line += " " + event.text;
  return line;
}

std::string said(const reply::Welcome& welcome) {
  return "welcome " + text(welcome.client) + heads(welcome.rooms);
}
std::string said(const reply::Stored& stored) {
  std::string line = "stored " + stored.room + " " + text(stored.outbox);
  for (const auto& ack : stored.acks) line += " " + text(ack.counter) + "@" + text(ack.sequence);
  return line;
}
std::string said(const reply::Joined& joined) { return "joined " + joined.room + " " + text(joined.head); }
std::string said(const reply::Left& left) { return "left " + left.room; }
std::string said(const reply::Page& page) { return "page" + events(page.batch) + " head " + text(page.head); }
std::string said(const reply::Heads& reply) { return "heads" + heads(reply.rooms); }
std::string said(const reply::Pong& pong) { return "pong" + heads(pong.rooms); }
std::string said(const reply::Said& private_one) { return "batch" + events(private_one.batch); }
std::string said(const reply::Noticed& noticed) { return "notice of " + noticed.notice.room; }
std::string said(const reply::Moderated& moderated) { return "moderated " + moderated.room; }
std::string said(const reply::Farewell&) { return "farewell"; }
std::string said(const Refusal& refusal) {
  return "refused " + std::string(name_of(refusal.code)) +
         (refusal.expected ? " expected " + text(*refusal.expected) : "");
}

std::string said(const event::Message& message) {
  return message.room + " " + text(message.sequence) + " " + message.text;
}
std::string said(const event::Stored& stored) {
  return "stored " + text(stored.counter) + " in " + stored.room + " " + text(stored.sequence);
}
std::string said(const event::PostRefused& refused) {
  return "refused " + text(refused.counter) + " in " + refused.room + ": " + refused.refusal.text;
}
std::string said(const event::CaughtUp& caught) {
  return "caught up with " + caught.room + " " + text(caught.head);
}
std::string said(const event::ShutOut& shut_out) { return "shut out of " + shut_out.room; }
std::string said(const event::EpochChanged& changed) { return "epoch " + changed.now; }
std::string said(const event::StoreWentBack& back) { return back.room + " went back to " + text(back.head); }
std::string said(const event::Link& link) { return link.text; }
std::string said(const event::PostDelayed& delayed) { return "delayed: " + delayed.refusal.text; }

template <class Other>
std::string said(const Other&) {
  return "something else";
}

}  // namespace

std::string line_of_request(std::string_view frame) {
  const auto decoded = decode_request(frame);
  if (!decoded.body) return "what cannot be read";
  return text(decoded.id) + " " + std::visit([](const auto& one) { return said(one); }, *decoded.body);
}

std::string line_of_reply(std::string_view frame) {
  const auto decoded = decode_reply(frame);
  if (!decoded) return "what cannot be read";
  return text(decoded->id) + " " + std::visit([](const auto& one) { return said(one); }, decoded->body);
}

std::string line_of_feed(std::string_view topic, std::string_view body) {
  if (topic == kTickTopic) {
    const auto tick = decode_tick(body);
    return tick ? "tick " + std::to_string(tick->number) + heads(tick->heads) : "a bad tick";
  }
  const auto batch = decode_batch(body);
  return batch ? "batch" + events(*batch) : std::string(topic);
}

std::string line_of(const ClientEvent& event) {
  return std::visit([](const auto& one) { return said(one); }, event);
}

}  // namespace palabre::broker::simulation
