#include "broker/transport/zap.hpp"

#include <chrono>
#include <vector>

#include "broker/threads/named_thread.hpp"
#include "broker/transport/socket_calls.hpp"

namespace palabre::broker {
namespace {

zmq::socket_t bind_handler(zmq::context_t& context) {
  zmq::socket_t socket(context, zmq::socket_type::rep);
  socket.set(zmq::sockopt::linger, 0);
  socket.bind("inproc://zeromq.zap.01");
  return socket;
}

}  // namespace

Zap::Zap(zmq::context_t& context)
    : socket_(bind_handler(context)), thread_(start_thread("zap", [this] { run(); })) {}

Zap::~Zap() {
  stop_.ring();
  if (thread_.joinable()) thread_.join();
}

void Zap::run() {
  std::vector<zmq::pollitem_t> items{{socket_.handle(), 0, ZMQ_POLLIN, 0},
                                     {nullptr, stop_.descriptor(), ZMQ_POLLIN, 0}};
  while (true) {
    wait_for(items, std::chrono::milliseconds(-1));
    if ((items[1].revents & ZMQ_POLLIN) != 0) return;
    if ((items[0].revents & ZMQ_POLLIN) != 0) answer();
  }
}

// Request (RFC 27): version, request id, domain, address, routing id, mechanism, credentials …
// Reply: version, request id, status code, status text, user id, metadata.
void Zap::answer() {
  std::vector<std::string> request;
  zmq::message_t frame;
  while (receive_frame(socket_, frame)) {
    request.push_back(frame.to_string());
    if (!frame.more()) break;
  }
  if (request.size() < 2) return;
  // No Identity metadata: in open mode a peer could claim a connection's guessable id first, and shut it out.
  const std::string reply[] = {"1.0", request[1], "200", "OK", next_user_id(), ""};
  for (const auto& part : reply) {
    const bool is_last = &part == std::end(reply) - 1;
    (void)send_frame(socket_, part, is_last ? zmq::send_flags::none : zmq::send_flags::sndmore);
  }
}

std::string Zap::next_user_id() { return "open/" + std::to_string(++connections_); }

}  // namespace palabre::broker
