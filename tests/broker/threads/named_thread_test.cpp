#include "broker/threads/named_thread.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/prctl.h>

#include <cstdlib>
#include <stdexcept>

#include "tests/support/collected.hpp"
#include "tests/support/threads_of_process.hpp"

namespace palabre::broker {
namespace {

/// A thread that runs until the test says so.
class Errand {
 public:
  explicit Errand(const std::string& name)
      : thread_(start_thread(name, [this] {
          begun_.add(true);
          (void)ended_.wait_for(1);
        })) {
    (void)begun_.wait_for(1);
  }
  ~Errand() { ended_.add(true); }
  Errand(const Errand&) = delete;
  Errand& operator=(const Errand&) = delete;

 private:
  Collected<bool> begun_;
  Collected<bool> ended_;
  std::jthread thread_;
};

TEST(NamedThread, is_shown_by_its_name) {
  const Errand errand("session-7");
  EXPECT_EQ(threads_named("session-7"), 1U);
}

TEST(NamedThread, is_gone_when_its_holder_is) {
  { const Errand errand("brief-errand"); }
  EXPECT_EQ(threads_named("brief-errand"), 0U);
}

TEST(NamedThread, is_shown_by_the_first_fifteen_characters_of_a_longer_name) {
  const Errand errand("session-4294967295");
  EXPECT_EQ(threads_named("session-4294967"), 1U);
}

TEST(NamedThreadDeathTest, ends_the_process_when_an_exception_leaves_it) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto fail = [] { start_thread("broken", [] { throw std::runtime_error("a part is dead"); }).join(); };
  EXPECT_DEATH(fail(), "a part is dead");
}

TEST(NamedThread, gets_the_stack_that_was_set) {
  pthread_attr_t before;
  ASSERT_EQ(pthread_getattr_default_np(&before), 0);
  set_thread_stack_bytes(768 * 1024);
  Collected<std::size_t> sizes;
  start_thread("small", [&sizes] {
    pthread_attr_t own;
    pthread_getattr_np(pthread_self(), &own);
    std::size_t bytes = 0;
    pthread_attr_getstacksize(&own, &bytes);
    pthread_attr_destroy(&own);
    sizes.add(bytes);
  }).join();
  pthread_setattr_default_np(&before);
  pthread_attr_destroy(&before);
  ASSERT_EQ(sizes.all().size(), 1U);
  EXPECT_NEAR(static_cast<double>(sizes.all().front()), 768.0 * 1024, 64.0 * 1024);
}

TEST(PrepareForSleepers, has_the_kernel_make_places_for_them) {
  constexpr int kFutexHash = 78;
  constexpr unsigned long kGetSlots = 2;
  const auto slots = [] { return ::prctl(kFutexHash, kGetSlots, 0UL, 0UL, 0UL); };
  if (slots() < 0) GTEST_SKIP() << "skipped: this kernel keeps all sleepers in one table";
  prepare_for_sleepers(3000);
  EXPECT_EQ(slots(), 4096);
}

}  // namespace
}  // namespace palabre::broker
