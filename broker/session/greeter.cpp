#include "broker/session/greeter.hpp"

#include <chrono>
#include <cstdint>
#include <utility>

#include "broker/session/token_hash.hpp"
#include "broker/threads/named_thread.hpp"
#include "schema/codec.hpp"

namespace palabre::broker {

Greeter::Greeter(Options options, Tools tools)
    : options_(std::move(options)),
      tools_(std::move(tools)),
      mailbox_(options_.capacity),
      comings_(options_.per_identity.changes),
      thread_(start_thread("greeter", [this] { run(); })) {}

Push Greeter::greet(Stranger& stranger) { return mailbox_.try_push_all(std::span(&stranger, 1)).rest; }

void Greeter::admitted(effect::Admitted admitted) { mailbox_.push_control(std::move(admitted)); }

void Greeter::departed(effect::Departed departed) { mailbox_.push_control(departed); }

void Greeter::ruled(effect::Ruling ruling) { mailbox_.push_control(std::move(ruling)); }

void Greeter::finish() {
  mailbox_.close();
  if (thread_.joinable()) thread_.join();
}

void Greeter::run() {
  std::vector<Item> items;
  while (mailbox_.drain(items)) {
    for (auto& item : items) std::visit([this](auto& one) { handle(one); }, item);
  }
}

void Greeter::handle(Stranger& stranger) {
  auto decoded = decode_request(stranger.frame.bytes);
  const auto refuse_with = [&](const Refusal& refusal) {
    tools_.switchboard.send(stranger.frame.connection, encode(decoded.id, Reply(refusal)));
  };
  if (!decoded.body) return refuse_with(decoded.body.refusal());
  auto* hello = std::get_if<request::Hello>(&*decoded.body);
  if (hello == nullptr) return refuse_with(refuse(RefusalCode::hello_first));
  if (tools_.memory.is_short()) return refuse_with(refuse_for_memory());
  auto admit = judge(stranger, decoded.id, *hello);
  if (!admit) return refuse_with(admit.refusal());
  if (is_full_for(*admit)) return refuse_with(refuse(RefusalCode::busy));
  if (const auto refusal = refuse_coming(*admit)) return refuse_with(*refusal);
  tools_.recorder.push(std::move(*admit));
}

/// Who cannot stay is not registered, and nobody is told that he came. Whoever takes the last session in the
/// meantime is seen when this one is admitted. A key that is nobody's and may not register is refused in any
/// case, and shall not learn from `busy` who has a session.
bool Greeter::is_full_for(const command::Admit& admit) const {
  if (tools_.registry.has_room_for({})) return false;
  const bool is_unknown =
      !admit.key.empty() && tools_.keys.standing_of(admit.key) == AdmittedKeys::Standing::stranger;
  if (is_unknown && !admit.may_register) return false;
  const auto book = tools_.board.with([](const auto& newest) { return newest; });
  return !tools_.registry.has_room_for(book->find_client(admit.name));
}

/// What can be said of a HELLO without knowing who there is.
Result<command::Admit> Greeter::judge(const Stranger& stranger, RequestId id, request::Hello& hello) const {
  if (stranger.key.empty() && hello.token.empty())
    return refuse(RefusalCode::bad_token, "without encryption a token is needed");
  command::Admit admit{stranger.frame.connection, id,        std::move(hello.name),
                       hash_token(hello.token),   hello.run, stranger.key};
  admit.connections_max = share_of(admit.name) * options_.per_identity.connections;
  admit.may_register = options_.registration == Registration::anyone;
  if (options_.registration == Registration::invite && !hello.invite.empty()) {
    const auto invite = options_.codes->read(hello.invite, tools_.clock());
    admit.may_register = invite.has_value();
    admit.invite = invite.value_or(InviteId{});
  }
  return admit;
}

/// By the present name of whose the name is or was.
std::size_t Greeter::share_of(const std::string& name) const {
  if (options_.per_identity.bots.empty()) return 1;
  const auto book = tools_.board.with([](const auto& newest) { return newest; });
  const auto client = book->find_client(name);
  return options_.per_identity.share_of(client ? book->at(client).name : name);
}

std::optional<Refusal> Greeter::refuse_coming(const command::Admit& admit) {
  const auto wait = comings_.take(admit, share_of(admit.name), std::chrono::steady_clock::now());
  if (!wait) return std::nullopt;
  auto refusal = refuse(RefusalCode::too_fast);
  refusal.retry_after_ms = static_cast<std::uint64_t>(wait->count());
  return refusal;
}

void Greeter::handle(effect::Admitted& admitted) {
  if (!tools_.registry.open(admitted.client)) {
    tools_.switchboard.send(admitted.connection, encode(admitted.request, Reply(refuse(RefusalCode::busy))));
    tools_.recorder.push(command::Depart{{admitted.client, admitted.connection, RequestId{}}});
    return;
  }
  // Before the WELCOME, which makes the client subscribe.
  if (!admitted.key.empty()) tools_.keys.admit(admitted.key);
  reply::Welcome welcome;
  welcome.client = admitted.client;
  welcome.name = std::move(admitted.name);
  welcome.is_new = admitted.is_new;
  welcome.epoch = tools_.board.with([](const auto& directory) { return directory->epoch(); });
  welcome.feed_port = options_.feed_port;
  welcome.heartbeat_ms = options_.heartbeat_ms;
  welcome.time = tools_.clock();
  welcome.rooms = std::move(admitted.rooms);
  tools_.switchboard.bind(admitted.connection, admitted.client);
  tools_.switchboard.send(admitted.connection, encode(admitted.request, Reply(std::move(welcome))));
}

void Greeter::handle(effect::Departed& departed) {
  tools_.switchboard.unbind(departed.connection);
  if (departed.is_last) tools_.registry.close(departed.client);
}

void Greeter::handle(effect::Ruling& ruling) {
  // The keys first: whoever is cut off tries again at once.
  if (!ruling.barred.empty()) tools_.keys.bar(ruling.barred);
  if (!ruling.forgotten.empty()) tools_.keys.forget(ruling.forgotten);
  if (!ruling.admitted.empty()) tools_.keys.admit(ruling.admitted);
  for (const auto connection : ruling.ended) tools_.switchboard.end(connection);
  if (!ruling.barred.empty() || !ruling.forgotten.empty()) tools_.end_feed();
  tools_.tell_operator(std::move(ruling));
}

}  // namespace palabre::broker
