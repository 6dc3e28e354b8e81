#include "broker/transport/router.hpp"

#include <algorithm>
#include <utility>

#include "broker/threads/named_thread.hpp"
#include "broker/transport/doorkeeper.hpp"
#include "broker/transport/socket_calls.hpp"
#include "schema/codec.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

// So many messages are taken before the outbox gets its turn.
constexpr int kMessagesPerWakeUp = 256;
// And so long: what is taken at once lies in memory at once, and long requests that are to be refused would
// all be copied before the first of them is.
constexpr std::size_t kBytesPerWakeUp = 1024 * 1024;
// Beyond so many replies that one client has not read, it loses some and asks again, which takes it seconds:
// so there is space for what a busy sender gets in a tenth of a second.
constexpr int kRepliesWaitingMax = 4096;
// What may come on a connection before anybody is welcome there, and from anybody in more than one frame. A
// client that lost its session without knowing has as much under way as its libzmq keeps, a thousand
// messages; four times that is no client.
constexpr std::size_t kRefusedMax = 4096;
// As which what is no map counts: no request, and a client could make nothing of an answer to it.
constexpr std::size_t kRefusedForNoRequest = 16;

/// Whether a frame begins as msgpack's maps do.
bool may_be_map(std::string_view frame) {
  if (frame.empty()) return false;
  const auto first = static_cast<std::uint8_t>(frame.front());
  return (first & 0xf0U) == 0x80 || first == 0xde || first == 0xdf;
}

std::string_view view(const zmq::message_t& frame) {
  return {static_cast<const char*>(frame.data()), frame.size()};
}

// Whom libzmq authenticated, as our ZAP handler named it: on the body frame, and never what the peer claims.
std::string_view user_id(const zmq::message_t& body) {
  const char* id = zmq_msg_gets(const_cast<zmq_msg_t*>(body.handle()), "User-Id");
  return id == nullptr ? std::string_view{} : std::string_view(id);
}

}  // namespace

Router::Router(zmq::context_t& context, Options options, Outbox& outbox, Guard& guard)
    : options_(std::move(options)),
      outbox_(outbox),
      guard_(guard),
      intake_(guard.intake()),
      unread_(options_.unread_reply_bytes),
      socket_(context, zmq::socket_type::router) {
  prepare_bound_socket(socket_, "talk", static_cast<std::int64_t>(limits::kRequestBytesMax));
  socket_.set(zmq::sockopt::router_mandatory, 1);
  socket_.set(zmq::sockopt::sndhwm, kRepliesWaitingMax);
  socket_.set(zmq::sockopt::affinity, std::uint64_t{1});
  if (is_encrypted()) encrypt_bound_socket(socket_, options_.secret);
  guard.watch_talk(context, socket_);
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
    report_gone();
  }
  send_waiting();
}

void Router::receive() {
  const auto now = std::chrono::steady_clock::now();
  int taken = 0;
  bytes_taken_ = 0;
  bool is_any_left = true;
  while (taken < kMessagesPerWakeUp && bytes_taken_ < kBytesPerWakeUp && is_any_left) {
    is_any_left = receive_one(now);
    if (is_any_left) ++taken;
  }
  taken_in_turn_ += static_cast<std::size_t>(taken);
  // libzmq takes one message from each connection in turn.
  if (!is_any_left || taken_in_turn_ > connections_.size()) {
    intake_.end_turn();
    taken_in_turn_ = 0;
  }
  arrivals_.hand_over([this](ClientNumber client, auto requests) { hand_over(client, requests); });
}

bool Router::receive_one(Moment now) {
  zmq::message_t routing_id;
  zmq::message_t body;
  if (!receive_frame(socket_, routing_id)) return false;
  if (!routing_id.more() || !receive_frame(socket_, body)) return true;
  const int descriptor = zmq_msg_get(body.handle(), ZMQ_SRCFD);
  intake_.add(descriptor, bytes_on_the_wire(body.size(), is_encrypted()));
  bytes_taken_ += body.size();
  const bool has_more = body.more();
  zmq::message_t rest;
  for (bool is_last = !has_more; !is_last && receive_frame(socket_, rest); is_last = !rest.more()) {
    intake_.add(descriptor, bytes_on_the_wire(rest.size(), is_encrypted()));
  }
  sort(view(routing_id), body, has_more, now);
  return true;
}

void Router::sort(std::string_view routing_id, zmq::message_t& body, bool has_more, Moment now) {
  const auto [connection, client] = connections_.heard(routing_id, user_id(body), now, gone_);
  if (connection > newest_) note_new(connection, zmq_msg_get(body.handle(), ZMQ_SRCFD));
  if ((has_more || !client) && is_one_too_many(connection, view(body))) return;
  if (has_more) {
    return refuse_frame(connection, {},
                        refuse(RefusalCode::malformed, "a message is one frame, this one has more"));
  }
  if (is_stopping_) return refuse_frame(connection, view(body), refuse(RefusalCode::stopping));
  if (client) return arrivals_.add(client, connection, view(body));
  greet({connection, Bytes(view(body))});
}

void Router::note_new(ConnectionId connection, int descriptor) {
  newest_ = connection;
  unread_.open(connection, descriptor);
  if (const auto line = connection_at(descriptor)) lines_.emplace(connection, Line{*line});
}

/// Counts a message that came before anybody was welcome, or in several frames. Beyond their number the
/// connection is ended; what libzmq had read of it by then is dropped without a look and without a word.
bool Router::is_one_too_many(ConnectionId connection, std::string_view frame) {
  const auto line = lines_.find(connection);
  if (line == lines_.end()) return false;
  auto& refused = line->second.refused;
  if (refused >= kRefusedMax) return true;
  refused += may_be_map(frame) ? 1 : kRefusedForNoRequest;
  if (refused < kRefusedMax) return false;
  guard_.accuse(line->second.connection);
  return true;
}

void Router::hand_over(ClientNumber client, std::span<RequestFrame> requests) {
  const auto [count, rest] = registry_->deliver(client, requests);
  for (auto& request : requests.subspan(count)) {
    // Whose session has just ended is a stranger again, even before the greeter has said so.
    if (rest == Push::closed) {
      greet(std::move(request));
    } else {
      refuse_frame(request.connection, request.bytes, refuse(RefusalCode::busy));
    }
  }
}

void Router::greet(RequestFrame request) {
  Stranger stranger{std::move(request), {}};
  const auto& [connection, bytes] = stranger.frame;
  stranger.key = key_of(connections_.user_id(connection));
  const auto push = greeter_->greet(stranger);
  if (push == Push::full) refuse_frame(connection, bytes, refuse(RefusalCode::busy));
  if (push == Push::closed) refuse_frame(connection, bytes, refuse(RefusalCode::stopping));
}

void Router::refuse_frame(ConnectionId connection, std::string_view frame, const Refusal& refusal) {
  // Read only for its request id, so that the client knows what was refused.
  const auto id = frame.empty() ? RequestId{} : request_id_of(frame);
  transmit(Outgoing{connection, encode(id, Reply(refusal))});
}

void Router::send_waiting() {
  outbox_.take(taken_);
  for (const auto& item : taken_) std::visit([this](const auto& one) { transmit(one); }, item);
}

void Router::transmit(const Outgoing& reply) {
  const auto routing_id = connections_.routing_id(reply.connection);
  // Whoever does not read gets nothing more, and asks again when it does.
  if (routing_id.empty() || !unread_.has_room(reply.connection)) return;
  const auto bytes = bytes_on_the_wire(reply.frame.size(), is_encrypted());
  const auto result = send_frame(socket_, routing_id, zmq::send_flags::sndmore);
  // A full pipe drops the reply; the client asks again.
  if (result == SendResult::sent) {
    (void)send_frame(socket_, reply.frame, zmq::send_flags::none);
    unread_.sent(reply.connection, bytes);
  }
  if (result == SendResult::unreachable) connections_.forget(reply.connection, gone_);
}

void Router::transmit(const Outbox::Binding& binding) {
  const bool is_here = connections_.bind(binding.connection, binding.client);
  const auto line = lines_.find(binding.connection);
  if (is_here && line != lines_.end()) intake_.welcome(line->second.connection.descriptor);
  // It vanished between its HELLO and the decision: the session must hear of it, or it would never end.
  if (!is_here) gone_.push_back({binding.connection, binding.client});
}

void Router::transmit(const Outbox::Ending& ending) {
  if (const auto line = lines_.find(ending.connection); line != lines_.end())
    shut_down(line->second.connection);
  connections_.forget(ending.connection, gone_);
}

void Router::forget_silent() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_sweep_) return;
  next_sweep_ = now + options_.heartbeat / 2;
  const auto silence = options_.heartbeat * limits::kHeartbeatsMissedMax;
  connections_.forget_silent(now - silence, gone_);
}

void Router::report_gone() {
  for (const auto& gone : gone_) {
    unread_.close(gone.id);
    lines_.erase(gone.id);
    if (gone.client) registry_->vanished(gone.client, gone.id);
  }
  gone_.clear();
}

}  // namespace palabre::broker
