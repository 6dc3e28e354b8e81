#include "broker/transport/arrivals.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "tests/support/people.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr ClientNumber kBob{70};

using Told = std::vector<std::pair<ClientNumber, std::vector<std::string>>>;

Told hand_over(Arrivals& arrivals) {
  Told told;
  arrivals.hand_over([&told](ClientNumber client, std::span<RequestFrame> requests) {
    auto& texts = told.emplace_back(client, std::vector<std::string>{}).second;
    for (const auto& [connection, bytes] : requests)
      texts.push_back(std::to_string(connection.value) + bytes);
  });
  return told;
}

TEST(Arrivals, gives_each_client_its_requests_at_once_and_in_order) {
  Arrivals arrivals;
  arrivals.add(kAlice, kDesk, "a");
  arrivals.add(kBob, kPhone, "b");
  arrivals.add(kAlice, kPhone, "c");
  arrivals.add(kAlice, kDesk, "d");
  EXPECT_THAT(hand_over(arrivals),
              ElementsAre(Pair(kAlice, ElementsAre("11a", "12c", "11d")), Pair(kBob, ElementsAre("12b"))));
}

TEST(Arrivals, is_empty_once_handed_over_and_begins_anew) {
  Arrivals arrivals;
  EXPECT_THAT(hand_over(arrivals), IsEmpty());
  arrivals.add(kAlice, kDesk, "a");
  arrivals.add(kBob, kDesk, "b");
  hand_over(arrivals);
  EXPECT_THAT(hand_over(arrivals), IsEmpty());
  arrivals.add(kBob, kDesk, "c");
  EXPECT_THAT(hand_over(arrivals), ElementsAre(Pair(kBob, ElementsAre("11c"))));
}

}  // namespace
}  // namespace palabre::broker
