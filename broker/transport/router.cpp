#include "broker/transport/router.hpp"

#include <utility>

#include "broker/threads/named_thread.hpp"
#include "broker/transport/socket_calls.hpp"
#include "schema/codec.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

// So many messages are taken before the outbox gets its turn.
constexpr int kMessagesPerWakeUp = 256;
constexpr int kLingerMs = 1000;

std::string_view view(const zmq::message_t& frame) {
  return {static_cast<const char*>(frame.data()), frame.size()};
}

// Whom libzmq authenticated, as our ZAP handler named it: on the body frame, and never what the peer claims.
std::string_view user_id(const zmq::message_t& body) {
  const char* id = zmq_msg_gets(const_cast<zmq_msg_t*>(body.handle()), "User-Id");
  return id == nullptr ? std::string_view{} : std::string_view(id);
}

}  // namespace

Router::Router(zmq::context_t& context, Options options, Outbox& outbox)
    : options_(std::move(options)), outbox_(outbox), socket_(context, zmq::socket_type::router) {
  prepare_bound_socket(socket_, "talk", static_cast<std::int64_t>(limits::kRequestBytesMax));
  socket_.set(zmq::sockopt::router_mandatory, 1);
  socket_.set(zmq::sockopt::affinity, std::uint64_t{1});
  endpoint_ = bind_socket(socket_, options_.address);
}

void Router::start(Registry& registry, Greeter& greeter) {
  registry_ = &registry;
  greeter_ = &greeter;
  next_sweep_ = std::chrono::steady_clock::now() + options_.heartbeat;
  thread_ = start_thread("router", [this] { run(); });
}

void Router::finish() {
  if (!thread_.joinable()) return;
  has_ended_ = true;
  outbox_.wake_up().ring();
  thread_.join();
  socket_.set(zmq::sockopt::linger, kLingerMs);
  socket_.close();
}

void Router::run() {
  std::vector<zmq::pollitem_t> items{{socket_.handle(), 0, ZMQ_POLLIN, 0},
                                     {nullptr, outbox_.wake_up().descriptor(), ZMQ_POLLIN, 0}};
  while (!has_ended_) {
    const auto wait = next_sweep_ - std::chrono::steady_clock::now();
    wait_for(items,
             std::max(std::chrono::ceil<std::chrono::milliseconds>(wait), std::chrono::milliseconds(0)));
    receive();
    send_waiting();
    forget_silent();
  }
  send_waiting();
}

void Router::receive() {
  zmq::message_t routing_id;
  zmq::message_t body;
  for (int i = 0; i < kMessagesPerWakeUp && receive_frame(socket_, routing_id); ++i) {
    if (!routing_id.more() || !receive_frame(socket_, body)) continue;
    const bool has_more = skip_rest(socket_, body);
    route(view(routing_id), body, has_more);
  }
}

void Router::route(std::string_view routing_id, const zmq::message_t& body, bool has_more) {
  std::vector<Connections::Connection> replaced;
  const auto now = std::chrono::steady_clock::now();
  const auto [connection, client] = connections_.heard(routing_id, user_id(body), now, replaced);
  for (const auto& gone : replaced) report(gone);
  if (has_more) {
    return refuse_frame(connection, {},
                        refuse(RefusalCode::malformed, "a message is one frame, this one has more"));
  }
  if (is_stopping_) return refuse_frame(connection, view(body), refuse(RefusalCode::stopping));
  auto push = client ? registry_->deliver(client, connection, Bytes(view(body))) : Push::closed;
  // Whose session has just ended is a stranger again, even before the greeter has said so.
  if (push == Push::closed) push = greeter_->greet(connection, Bytes(view(body)));
  if (push == Push::full) refuse_frame(connection, view(body), refuse(RefusalCode::busy));
  if (push == Push::closed) refuse_frame(connection, view(body), refuse(RefusalCode::stopping));
}

void Router::refuse_frame(ConnectionId connection, std::string_view frame, const Refusal& refusal) {
  // Read only for its request id, so that the client knows what was refused.
  const auto id = frame.empty() ? RequestId{} : decode_request(frame).id;
  transmit(Outgoing{connection, encode(id, Reply(refusal))});
}

void Router::send_waiting() {
  outbox_.take(taken_);
  for (const auto& item : taken_) std::visit([this](const auto& one) { transmit(one); }, item);
}

void Router::transmit(const Outgoing& reply) {
  const auto routing_id = connections_.routing_id(reply.connection);
  if (routing_id.empty()) return;
  const auto result = send_frame(socket_, routing_id, zmq::send_flags::sndmore);
  // A full pipe drops the reply; the client asks again.
  if (result == SendResult::sent) (void)send_frame(socket_, reply.frame, zmq::send_flags::none);
  if (result == SendResult::unreachable) report(connections_.forget(reply.connection));
}

void Router::transmit(const Outbox::Binding& binding) {
  const bool is_here = connections_.bind(binding.connection, binding.client);
  // It vanished between its HELLO and the decision: the session must hear of it, or it would never end.
  if (!is_here) report({binding.connection, binding.client});
}

void Router::forget_silent() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_sweep_) return;
  next_sweep_ = now + options_.heartbeat / 2;
  const auto silence = options_.heartbeat * limits::kHeartbeatsMissedMax;
  for (const auto& gone : connections_.forget_silent(now - silence)) report(gone);
}

void Router::report(const Connections::Connection& gone) {
  if (gone.client) registry_->vanished(gone.client, gone.id);
}

}  // namespace palabre::broker
