#include <algorithm>

#include "tests/broker/transport/guard_fixture.hpp"

namespace palabre::broker {
namespace {

class GuardWithManyPlaces : public GuardTest {
 protected:
  GuardWithManyPlaces() : GuardTest(kFeedBytes, 8 * kStrangers) {}
  /// So many more connections; the descriptors they came on.
  std::vector<int> connect(std::size_t count, const std::string& source = kSource) {
    std::vector<int> descriptors;
    for (; descriptors.size() < count; descriptors.push_back(take_one())) {
      peers_.push_back(std::make_unique<RawPeer>(talk_port_, source));
      peers_.back()->shake_hands("DEALER");
      peers_.back()->send("hello");
    }
    return descriptors;
  }
  [[nodiscard]] bool is_any_ended() const {
    return std::ranges::any_of(peers_, [](const auto& peer) { return peer->is_ended(); });
  }

  static constexpr std::size_t kStrangers = 20;
  std::vector<std::unique_ptr<RawPeer>> peers_;
};

TEST_F(GuardWithManyPlaces, has_others_wait_when_so_many_of_them_are_strangers) {
  connect(kStrangers);
  EXPECT_TRUE(is_answered(kSource));
  connect(1);
  EXPECT_TRUE(eventually([&] { return !is_answered(kSource); }));
  EXPECT_TRUE(is_answered(kOtherSource));
  EXPECT_FALSE(is_any_ended());
}

TEST_F(GuardWithManyPlaces, lets_all_of_them_be_welcomed) {
  for (std::size_t round = 0; round < 4; ++round) {
    for (const int descriptor : connect(kStrangers)) guard_.intake().welcome(descriptor);
  }
  EXPECT_TRUE(is_answered(kSource));
  EXPECT_FALSE(is_any_ended());
}

TEST_F(GuardWithManyPlaces, lets_strangers_come_when_others_went) {
  const auto before = connect(kStrangers - 1);
  peers_.clear();
  const auto is_here = [](int descriptor) { return connection_at(descriptor).has_value(); };
  ASSERT_TRUE(eventually([&] { return std::ranges::none_of(before, is_here); }));
  const auto others = connect(kStrangers - 1, kOtherSource);
  const auto is_shared = [&](int descriptor) {
    return std::ranges::find(before, descriptor) != before.end();
  };
  EXPECT_GT(std::ranges::count_if(others, is_shared), 0) << "others have descriptors of theirs now";
  connect(kStrangers - 1);
  EXPECT_TRUE(is_answered(kSource));
  EXPECT_FALSE(is_any_ended());
}

}  // namespace
}  // namespace palabre::broker
