#include "tests/fuzz/targets/live_broker.hpp"

#include <stdlib.h>

#include <cstdio>
#include <exception>
#include <utility>
#include <variant>

namespace palabre::fuzz {
namespace {

// Patience is counted in tries, so that a process that was stopped for a while does not take the broker for
// dead; for the same reason nobody is forgotten for his silence.
constexpr int kTryMs = 1000;
constexpr int kTries = 20;
constexpr const char* kHeartbeatMs = "3600000";

std::filesystem::path make_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "palabre-fuzz-XXXXXX").string();
  demand(::mkdtemp(pattern.data()) != nullptr, "there is a place for temporary files");
  return pattern;
}

broker::Config config_in(const std::filesystem::path& directory, bool is_encrypted) {
  auto read = broker::read_config({.flags = {{"data_dir", directory / "data"},
                                             {"bind", "127.0.0.1"},
                                             {"talk_port", "0"},
                                             {"feed_port", "0"},
                                             {"security", is_encrypted ? "curve" : "open"},
                                             {"durability", "memory"},
                                             {"heartbeat_ms", kHeartbeatMs}},
                                   .environment = [](const std::string&) { return std::nullopt; },
                                   .file = {}});
  demand(std::holds_alternative<broker::Config>(read), "the broker's configuration is right");
  return std::get<broker::Config>(std::move(read));
}

void must_not_fail(const std::exception& failure) {
  std::fprintf(stderr, "the store: %s\n", failure.what());
  demand(false, "the store works");
}

}  // namespace

void encrypt(zmq::socket_t& socket, const CurveKey& broker, const KeyPair& own) {
  socket.set(zmq::sockopt::curve_serverkey, broker);
  socket.set(zmq::sockopt::curve_publickey, own.open);
  socket.set(zmq::sockopt::curve_secretkey, own.secret);
}

LiveBroker::LiveBroker(bool is_encrypted) : directory_(make_directory()) {
  broker_.emplace(config_in(directory_, is_encrypted),
                  broker::Broker::Watch{must_not_fail, must_not_fail, {}});
}

LiveBroker::~LiveBroker() {
  broker_.reset();
  std::filesystem::remove_all(directory_);
}

Ports LiveBroker::ports() const {
  const auto invitation = broker_->invitation();
  return {broker_->talk_endpoint(), broker_->feed_endpoint(), invitation ? invitation->broker : CurveKey{}};
}

HonestPeer::HonestPeer(zmq::context_t& context, const Ports& ports)
    : socket_(context, zmq::socket_type::dealer) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.set(zmq::sockopt::rcvtimeo, kTryMs);
  if (!ports.key.empty()) encrypt(socket_, ports.key, make_key_pair());
  socket_.connect(ports.talk);
  const auto answer = ask(request::Hello{.name = "honest", .token = "the-token-of-the-honest"});
  demand(std::holds_alternative<reply::Welcome>(answer), "the honest peer is welcome");
}

void HonestPeer::post() {
  last_counter_ = last_counter_.next();
  const auto answer = ask(request::Post{"lobby", {7}, last_counter_, {"still here"}});
  const auto* stored = std::get_if<reply::Stored>(&answer);
  demand(stored != nullptr && stored->acks.size() == 1, "the honest peer's message is stored");
}

Reply HonestPeer::ask(const Request& request) {
  last_request_ = last_request_.next();
  socket_.send(zmq::buffer(encode(last_request_, request)), zmq::send_flags::none);
  zmq::message_t frame;
  int tries = 0;
  while (!socket_.recv(frame) && tries < kTries) ++tries;
  demand(tries < kTries, "the honest peer is answered");
  auto reply = decode_reply(frame.to_string_view());
  demand(reply.ok() && reply->id == last_request_, "the honest peer gets its answer");
  return std::move(reply->body);
}

}  // namespace palabre::fuzz
