#include "broker/threads/named_thread.hpp"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace palabre::broker {
namespace {

// PR_FUTEX_HASH and PR_FUTEX_HASH_SET_SLOTS: in the kernel, but not yet in the headers of our oldest system.
constexpr int kFutexHash = 78;
constexpr unsigned long kSetSlots = 1;
// A place is 64 bytes.
constexpr std::size_t kSlotsMax = 65'536;

}  // namespace

std::jthread start_thread(const std::string& name, std::function<void()> run) {
  return std::jthread([name = name.substr(0, 15), run = std::move(run)]() noexcept {
    pthread_setname_np(pthread_self(), name.c_str());
    run();
  });
}

void lower_priority_of_this_thread() {
  constexpr int kNice = 19;
  // On Linux a number of a thread is as good as one of a process, and 0 is who calls. When it is refused, it
  // is slower for others, and nothing else.
  (void)::setpriority(PRIO_PROCESS, 0, kNice);
}

void set_thread_stack_bytes(std::size_t bytes) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, bytes);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}

void prepare_for_sleepers(std::size_t threads) {
  const auto slots = std::bit_ceil(std::clamp<std::size_t>(threads, 16, kSlotsMax));
  // What it answers does not matter: without the call, waking is slower.
  (void)::prctl(kFutexHash, kSetSlots, static_cast<unsigned long>(slots), 0UL, 0UL);
}

}  // namespace palabre::broker
