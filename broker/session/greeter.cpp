#include "broker/session/greeter.hpp"

#include <utility>

#include "broker/session/token_hash.hpp"
#include "broker/threads/named_thread.hpp"
#include "schema/codec.hpp"

namespace palabre::broker {

Greeter::Greeter(Options options, Mailbox<Command>& recorder, Registry& registry, Switchboard& switchboard,
                 const DirectoryBoard& board, WallClock clock)
    : options_(options),
      recorder_(recorder),
      registry_(registry),
      switchboard_(switchboard),
      board_(board),
      clock_(std::move(clock)),
      mailbox_(options.capacity),
      thread_(start_thread("greeter", [this] { run(); })) {}

Push Greeter::greet(RequestFrame& request) { return mailbox_.try_push_all(std::span(&request, 1)).rest; }

void Greeter::admitted(effect::Admitted admitted) { mailbox_.push_control(std::move(admitted)); }

void Greeter::departed(effect::Departed departed) { mailbox_.push_control(departed); }

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

void Greeter::handle(RequestFrame& stranger) {
  auto decoded = decode_request(stranger.bytes);
  const auto refuse_with = [&](const Refusal& refusal) {
    switchboard_.send(stranger.connection, encode(decoded.id, Reply(refusal)));
  };
  if (!decoded.body) return refuse_with(decoded.body.refusal());
  auto* hello = std::get_if<request::Hello>(&*decoded.body);
  if (hello == nullptr) return refuse_with(refuse(RefusalCode::hello_first));
  recorder_.push(command::Admit{stranger.connection, decoded.id, std::move(hello->name),
                                hash_token(hello->token), hello->run});
}

void Greeter::handle(effect::Admitted& admitted) {
  if (!registry_.open(admitted.client)) {
    switchboard_.send(admitted.connection, encode(admitted.request, Reply(refuse(RefusalCode::busy))));
    recorder_.push(command::Depart{{admitted.client, admitted.connection, RequestId{}}});
    return;
  }
  reply::Welcome welcome;
  welcome.client = admitted.client;
  welcome.name = std::move(admitted.name);
  welcome.is_new = admitted.is_new;
  welcome.epoch = board_.with([](const auto& directory) { return directory->epoch(); });
  welcome.feed_port = options_.feed_port;
  welcome.heartbeat_ms = options_.heartbeat_ms;
  welcome.time = clock_();
  welcome.rooms = std::move(admitted.rooms);
  switchboard_.bind(admitted.connection, admitted.client);
  switchboard_.send(admitted.connection, encode(admitted.request, Reply(std::move(welcome))));
}

void Greeter::handle(effect::Departed& departed) {
  switchboard_.unbind(departed.connection);
  if (departed.is_last) registry_.close(departed.client);
}

}  // namespace palabre::broker
