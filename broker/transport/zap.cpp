#include "broker/transport/zap.hpp"

#include <sodium.h>

#include <chrono>
#include <utility>
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

// A client library tries again after the second, and gives up for ever after the third.
constexpr std::string_view kWelcome = "200";
constexpr std::string_view kLater = "300";
constexpr std::string_view kNever = "400";

constexpr std::string_view kNoKey = "open";

constexpr std::size_t kRoutingIdBytes = 12;

/// A property of the connection, as RFC 23 writes metadata: libzmq takes this one for the routing id. Random,
/// so that no peer can have claimed it before its owner. Where our answer is read before the peer's own wish,
/// which happens, that one is taken: it can then shut out nobody but peers who wish for the same.
std::string routing_id_property() {
  std::string random(kRoutingIdBytes, '\0');
  randombytes_buf(random.data(), random.size());
  const auto value = to_base64(random);
  constexpr std::string_view kName = "Identity";
  const auto size = static_cast<std::uint32_t>(value.size());
  std::string property(1, static_cast<char>(kName.size()));
  property += kName;
  for (int shift = 24; shift >= 0; shift -= 8) property += static_cast<char>(size >> shift & 0xFFU);
  return property.append(value);
}

}  // namespace

Zap::Zap(zmq::context_t& context, Strangers strangers, const AdmittedKeys& keys, CurveKey own,
         const Guarded<Quarantine>* quarantine)
    : strangers_(strangers),
      keys_(keys),
      quarantine_(quarantine),
      own_(std::move(own)),
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

// Request (RFC 27): version, request id, domain, address, routing id, mechanism, credentials …
// Reply: version, request id, status code, status text, user id, metadata.
void Zap::answer() {
  std::vector<std::string> request;
  zmq::message_t frame;
  while (receive_frame(socket_, frame)) {
    request.push_back(frame.to_string());
    if (!frame.more()) break;
  }
  // Only libzmq asks here. What it would never send is answered all the same, as from nobody: a socket that
  // owes an answer hears no more questions, and then nobody could connect.
  constexpr std::size_t kKeyPlace = 6;
  const bool is_encrypted =
      request.size() == kKeyPlace + 1 && request[5] == "CURVE" && request[kKeyPlace].size() == kKeyBytes;
  request.resize(kKeyPlace + 1);
  const CurveKey key = is_encrypted ? request[kKeyPlace] : CurveKey{};
  const auto user =
      (key.empty() ? std::string(kNoKey) : palabre::text_of(key)) + "/" + std::to_string(++connections_);
  // The guard would end it, but only once it had cost what a subscriber costs: libzmq looks through
  // everybody's subscriptions when one goes.
  const auto status = is_in_quarantine(request[3]) ? kLater : status_of(request[2], key);
  // Where nothing is encrypted peers keep the ids they ask for: there libzmq mostly takes theirs anyway.
  const std::string reply[] = {"1.0", request[1], std::string(status),
                               "",    user,       key.empty() ? "" : routing_id_property()};
  for (const auto& part : reply) {
    const bool is_last = &part == std::end(reply) - 1;
    (void)send_frame(socket_, std::string_view(part),
                     is_last ? zmq::send_flags::none : zmq::send_flags::sndmore);
  }
}

bool Zap::is_in_quarantine(const std::string& address) const {
  const auto peer = quarantine_ != nullptr ? read_address(address) : std::nullopt;
  return peer && quarantine_->with([&peer](const Quarantine& quarantine) {
    return quarantine.holds(*peer, std::chrono::steady_clock::now());
  });
}

std::string_view Zap::status_of(std::string_view domain, const CurveKey& key) const {
  if (strangers_ == Strangers::everywhere) return kWelcome;
  if (key.empty()) return kNever;
  const auto standing = keys_.standing_of(key);
  if (standing == AdmittedKeys::Standing::barred) return kNever;
  if (standing == AdmittedKeys::Standing::admitted || key == own_) return kWelcome;
  if (strangers_ == Strangers::nowhere) return kNever;
  return domain == "talk" ? kWelcome : kLater;
}

CurveKey key_of(std::string_view user_id) {
  return read_key(user_id.substr(0, user_id.find('/'))).value_or(CurveKey{});
}

}  // namespace palabre::broker
