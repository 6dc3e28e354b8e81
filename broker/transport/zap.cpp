#include "broker/transport/zap.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "broker/threads/named_thread.hpp"
#include "broker/transport/socket_calls.hpp"

namespace palabre::broker {
namespace {

// Whoever asks under CURVE looks at once whether the answer is there. If it is, the peer's wish for a routing
// id is read behind our Identity, and taken; and of who wishes for one that is in use, libzmq keeps some 20
// KiB for ever. The thread that asks needs some microseconds, but ours, woken by it, may be given its
// processor.
constexpr auto kUntilAskerHasLooked = std::chrono::microseconds(200);

zmq::socket_t bind_handler(zmq::context_t& context) {
  zmq::socket_t socket(context, zmq::socket_type::rep);
  socket.set(zmq::sockopt::linger, 0);
  socket.bind("inproc://zeromq.zap.01");
  return socket;
}

}  // namespace

Zap::Zap(zmq::context_t& context, Strangers strangers, const AdmittedKeys& keys, CurveKey own,
         const Guarded<Quarantine>* quarantine)
    : doorkeeper_(strangers, keys, std::move(own), quarantine),
      socket_(bind_handler(context)),
      thread_(start_thread("zap", [this] { run(); })) {}

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

/// A socket that owes an answer hears no more questions, and then nobody could connect: so each gets one.
void Zap::answer() {
  std::vector<std::string> question;
  zmq::message_t frame;
  while (receive_frame(socket_, frame)) {
    question.push_back(frame.to_string());
    if (!frame.more()) break;
  }
  const auto reply = doorkeeper_.answer(std::move(question));
  std::this_thread::sleep_for(kUntilAskerHasLooked);
  for (const auto& part : reply) {
    const bool is_last = &part == &reply.back();
    (void)send_frame(socket_, std::string_view(part),
                     is_last ? zmq::send_flags::none : zmq::send_flags::sndmore);
  }
}

}  // namespace palabre::broker
