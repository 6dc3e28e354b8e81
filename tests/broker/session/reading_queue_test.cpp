#include "broker/session/reading_queue.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "schema/limits.hpp"
#include "tests/support/people.hpp"

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr ClientNumber kDora{99};

ReadTask task(ClientNumber client, std::uint64_t request = 1) {
  return {{client, {1}, {request}}, request::Row{client}};
}

/// Puts so many in; the number of those that were taken.
std::size_t put(ReadingQueue& queue, ClientNumber client, std::size_t count) {
  std::size_t taken = 0;
  while (taken < count && queue.put(task(client, taken + 1))) ++taken;
  return taken;
}

/// Whose turn it is, and reads for that one for so long.
std::uint32_t serve(ReadingQueue& queue, ReadingQueue::Time took = 1ms) {
  const auto next = queue.next();
  if (!next) return 0;
  queue.done(next->origin.client, took);
  return next->origin.client.value;
}

TEST(ReadingQueue, gives_clients_their_turns) {
  ReadingQueue queue(64);
  for (const auto client : {kAlice, kBob}) put(queue, client, 3);
  std::vector<std::uint32_t> turns;
  while (const auto client = serve(queue)) turns.push_back(client);
  EXPECT_THAT(turns, ElementsAre(1, 2, 1, 2, 1, 2));
}

TEST(ReadingQueue, shares_the_time_and_not_the_number_of_reads) {
  ReadingQueue queue(4096);
  put(queue, kAlice, 100), put(queue, kBob, 100);
  int alices = 0;
  int bobs = 0;
  for (int turn = 0; turn < 66; ++turn) {
    const auto next = queue.next();
    const bool is_alice = next->origin.client == kAlice;
    ++(is_alice ? alices : bobs);
    queue.done(next->origin.client, is_alice ? 10ms : 1ms);
  }
  EXPECT_EQ(alices, 6);
  EXPECT_EQ(bobs, 60);
}

TEST(ReadingQueue, gives_the_next_turn_to_who_comes_however_much_others_wait_for) {
  ReadingQueue queue(16'384);
  for (std::uint32_t number = 1; number <= 16; ++number) put(queue, {number}, 16'384);
  for (int turn = 0; turn < 1000; ++turn) {
    serve(queue, 1ms + turn * 1us);
    if (turn % 50 != 49) continue;
    ASSERT_TRUE(queue.put(task(kDora)));
    int waited = 0;
    while (waited < 20 && serve(queue) != kDora.value) ++waited;
    ASSERT_LE(waited, 1) << turn;
  }
}

TEST(ReadingQueue, gives_no_credit_for_time_without_a_wish) {
  ReadingQueue queue(4096);
  put(queue, kAlice, 200);
  for (int turn = 0; turn < 100; ++turn) serve(queue);
  put(queue, kBob, 50);
  std::vector<std::uint32_t> turns;
  for (int turn = 0; turn < 7; ++turn) turns.push_back(serve(queue));
  EXPECT_THAT(turns, ElementsAre(2, 1, 2, 1, 2, 1, 2)) << "he begins where she began her last";
}

TEST(ReadingQueue, remembers_who_comes_back_at_once_after_a_long_read) {
  ReadingQueue queue(1024);
  put(queue, kAlice, 10);
  serve(queue);
  ASSERT_TRUE(queue.put(task(kBob)));
  EXPECT_EQ(serve(queue, 5ms), kBob.value);
  ASSERT_TRUE(queue.put(task(kBob)));
  for (int turn = 0; turn < 4; ++turn) EXPECT_EQ(serve(queue), kAlice.value) << turn;
}

TEST(ReadingQueue, begins_a_clients_reads_in_order_one_at_a_time) {
  ReadingQueue queue(64);
  put(queue, kAlice, 3);
  for (std::uint64_t request = 1; request <= 3; ++request) {
    const auto next = queue.next();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->origin.request, RequestId{request});
    EXPECT_FALSE(queue.next()) << "another thread reads for her";
    queue.done(kAlice, 1ms);
  }
  EXPECT_FALSE(queue.next());
}

TEST(ReadingQueue, takes_what_comes_for_a_client_that_is_being_served) {
  ReadingQueue queue(64);
  put(queue, kAlice, 1);
  (void)queue.next();
  EXPECT_EQ(put(queue, kAlice, 1), 1U);
  EXPECT_FALSE(queue.has_next());
  queue.done(kAlice, 1ms);
  EXPECT_EQ(serve(queue), kAlice.value);
}

TEST(ReadingQueue, lets_one_client_have_a_sixteenth_of_what_is_free) {
  ReadingQueue queue(1700);
  EXPECT_EQ(put(queue, kAlice, 1700), 100U) << "a sixteenth of the 1,600 that are left";
  EXPECT_EQ(put(queue, kBob, 1700), 95U);
  serve(queue);
  EXPECT_EQ(put(queue, kAlice, 1700), 0U) << "by now fewer are free";
}

TEST(ReadingQueue, has_a_place_for_who_has_none_though_sixteen_have_all_they_may) {
  ReadingQueue queue(16'384);
  for (int round = 0; round < 100; ++round) {
    for (std::uint32_t number = 1; number <= 16; ++number) put(queue, {number}, 16'384);
  }
  EXPECT_GE(put(queue, kDora, 16'384), 256U) << "one for each room that she may be in";
}

TEST(ReadingQueue, lets_one_client_ask_for_all_rooms_that_it_may_be_in) {
  ReadingQueue queue(16'384);
  EXPECT_EQ(put(queue, kAlice, limits::kMembershipsMax + limits::kDirectRoomsMax), 896U);
}

TEST(ReadingQueue, never_holds_more_than_its_places) {
  ReadingQueue queue(10);
  std::size_t taken = 0;
  for (std::uint32_t number = 1; number <= 100; ++number) taken += put(queue, {number}, 100);
  EXPECT_EQ(taken, 10U);
  EXPECT_EQ(put(queue, kDora, 1), 0U);
  serve(queue);
  EXPECT_EQ(put(queue, kDora, 1), 1U);
}

TEST(ReadingQueue, forgets_clients_that_ask_no_more) {
  ReadingQueue queue(64);
  for (std::uint32_t number = 1; number <= 10'000; ++number) {
    put(queue, {number}, 1);
    serve(queue);
  }
  EXPECT_LE(queue.known_clients(), 3U);
}

}  // namespace
}  // namespace palabre::broker
