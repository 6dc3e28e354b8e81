#include "broker/threads/named_thread.hpp"

#include <pthread.h>

#include <utility>

namespace palabre::broker {

std::jthread start_thread(const std::string& name, std::function<void()> run) {
  return std::jthread([name = name.substr(0, 15), run = std::move(run)]() noexcept {
    pthread_setname_np(pthread_self(), name.c_str());
    run();
  });
}

void set_thread_stack_bytes(std::size_t bytes) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, bytes);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}

}  // namespace palabre::broker
