#include "broker/transport/context.hpp"

#include <sys/random.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <limits>
#include <system_error>

namespace palabre::broker {
namespace {

// libzmq draws automatic routing ids from rand() and never seeds it: every process would give out the same
// ids, and a peer that claims the next one makes the ROUTER abort.
void seed_routing_ids() {
  unsigned seed = 0;
  if (::getrandom(&seed, sizeof seed, 0) != static_cast<ssize_t>(sizeof seed)) {
    throw std::system_error(errno, std::generic_category(), "the system gives no random numbers");
  }
  std::srand(seed);
}

// Two connections a client, some for the store and ourselves, and some for connections that are to be ended.
constexpr std::size_t kOwnDescriptors = 512;
constexpr std::size_t kSpareDescriptors = 2048;
constexpr std::size_t kDescriptorsPerClient = 2;
constexpr std::size_t kStrangers = 1024;

// Root may raise the hard limit, too; others get as far as that.
void raise_descriptor_limit(std::size_t clients_max) {
  const auto wanted = static_cast<rlim_t>(kDescriptorsPerClient * clients_max + kStrangers + kOwnDescriptors +
                                          kSpareDescriptors);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  const rlimit raised{wanted, std::max(wanted, limit.rlim_max)};
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t connections_within_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
  const std::size_t most = limit.rlim_cur;
  // Where there are few, half is kept.
  return most - std::min(kOwnDescriptors + kSpareDescriptors, most / 2);
}

}  // namespace

zmq::context_t make_context(std::size_t clients_max) {
  seed_routing_ids();
  raise_descriptor_limit(clients_max);
  zmq::context_t context;
  context.set(zmq::ctxopt::io_threads, 2);
  context.set(zmq::ctxopt::blocky, 0);
  return context;
}

std::size_t clients_allowed() { return connections_within_limit() / kDescriptorsPerClient; }

std::size_t connections_allowed(std::size_t clients_max) {
  return std::min(connections_within_limit(), kDescriptorsPerClient * clients_max + kStrangers);
}

}  // namespace palabre::broker
