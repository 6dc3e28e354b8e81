#include "broker/transport/zap.hpp"

#include <algorithm>
#include <utility>

#include "broker/threads/named_thread.hpp"
#include "broker/transport/socket_calls.hpp"

namespace palabre::broker {
namespace {

// Whoever asks under CURVE looks at once whether the answer is there. If it is, the peer's wish for a routing
// id is read behind our Identity, and taken; and of who wishes for one that is in use, libzmq keeps some 20
// KiB for ever. The thread that asks needs some microseconds, but may have to wait for a processor in
// between; two ticks of a kernel with 250 a second have passed by then.
// Without encryption we name no routing id.
constexpr auto kUntilAskerHasLooked = std::chrono::milliseconds(10);
// So many are heard before those that are due are answered.
constexpr int kQuestionsAtOnce = 256;

zmq::socket_t bind_handler(zmq::context_t& context) {
  zmq::socket_t socket(context, zmq::socket_type::router);
  socket.set(zmq::sockopt::linger, 0);
  socket.bind("inproc://zeromq.zap.01");
  return socket;
}

}  // namespace

Zap::Zap(zmq::context_t& context, Strangers strangers, const AdmittedKeys& keys, CurveKey own,
         const Guarded<Quarantine>* quarantine)
    : wait_(strangers == Strangers::everywhere ? std::chrono::milliseconds(0) : kUntilAskerHasLooked),
      doorkeeper_(strangers, keys, std::move(own), quarantine),
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
    wait_for(items, patience());
    if ((items[1].revents & ZMQ_POLLIN) != 0) return;
    hear();
    answer_what_is_due();
  }
}

std::chrono::milliseconds Zap::patience() const {
  using std::chrono::milliseconds;
  if (waiting_.empty()) return milliseconds(-1);
  const auto left = std::chrono::ceil<milliseconds>(waiting_.front().due - std::chrono::steady_clock::now());
  return std::max(left, milliseconds(0));
}

void Zap::hear() {
  for (int heard = 0; heard < kQuestionsAtOnce; ++heard) {
    Question question{std::chrono::steady_clock::now() + wait_, {}, {}};
    zmq::message_t frame;
    bool is_envelope = true;
    bool has_more = true;
    while (has_more && receive_frame(socket_, frame)) {
      has_more = frame.more();
      (is_envelope ? question.envelope : question.frames).push_back(frame.to_string());
      if (frame.size() == 0) is_envelope = false;
    }
    if (question.envelope.empty()) return;
    waiting_.push_back(std::move(question));
  }
}

/// Decided when the answer goes, not when the question came: by then a key may have been revoked.
void Zap::answer_what_is_due() {
  while (!waiting_.empty() && waiting_.front().due <= std::chrono::steady_clock::now()) {
    answer(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

void Zap::answer(Question question) {
  for (const auto& part : question.envelope)
    (void)send_frame(socket_, std::string_view(part), zmq::send_flags::sndmore);
  const auto reply = doorkeeper_.answer(std::move(question.frames));
  for (const auto& part : reply) {
    const bool is_last = &part == &reply.back();
    (void)send_frame(socket_, std::string_view(part),
                     is_last ? zmq::send_flags::none : zmq::send_flags::sndmore);
  }
}

}  // namespace palabre::broker
