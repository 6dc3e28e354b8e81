#include "tests/bench/load/forwarder.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

namespace palabre::bench {
namespace {

constexpr int kFeedHighWaterMark = 65'536;
constexpr int kBacklog = 1024;

zmq::context_t make_context() {
  zmq::context_t context;
  context.set(zmq::ctxopt::io_threads, 2);
  context.set(zmq::ctxopt::blocky, 0);
  return context;
}

void prepare(zmq::socket_t& socket, std::uint64_t affinity) {
  socket.set(zmq::sockopt::rcvhwm, 0);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::backlog, kBacklog);
  socket.set(zmq::sockopt::affinity, affinity);
  socket.bind("tcp://127.0.0.1:*");
}

}  // namespace

ForwarderSockets::ForwarderSockets()
    : context(make_context()),
      router(context, zmq::socket_type::router),
      pub(context, zmq::socket_type::pub) {
  pub.set(zmq::sockopt::sndhwm, kFeedHighWaterMark);
  prepare(router, 1);
  prepare(pub, 2);
}

bool receive(zmq::socket_t& router, zmq::message_t& from, zmq::message_t& frame) {
  return router.recv(from, zmq::recv_flags::dontwait) && router.recv(frame, zmq::recv_flags::dontwait);
}

}  // namespace palabre::bench

int main(int argc, char** argv) {
  CLI::App app("Forwards from a ROUTER to a PUB socket on free loopback ports, until it is killed",
               "forwarder");
  std::string kind = "plain";
  app.add_option("--kind", kind, "plain, or packed: with a thread per client, groups and full frames")
      ->check(CLI::IsMember({"plain", "packed"}))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  palabre::bench::ForwarderSockets sockets;
  std::fprintf(stderr, "forwarder: ready talk=%s feed=%s\n",
               sockets.router.get(zmq::sockopt::last_endpoint).c_str(),
               sockets.pub.get(zmq::sockopt::last_endpoint).c_str());
  if (kind == "packed") palabre::bench::forward_packed(sockets);
  palabre::bench::forward_plain(sockets);
}
