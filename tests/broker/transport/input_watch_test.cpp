#include "broker/transport/input_watch.hpp"

#include <gmock/gmock.h>

#include "tests/broker/transport/tcp_pair.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class InputWatchTest : public TcpPair {
 protected:
  std::vector<int> heard() {
    watch_.take(heard_);
    return heard_;
  }
  void say(const char* letter) { ASSERT_EQ(::send(peer_, letter, 1, 0), 1); }

  InputWatch watch_;
  std::vector<int> heard_;
};

TEST_F(InputWatchTest, tells_where_something_came_once) {
  watch_.add(ours_);
  EXPECT_THAT(heard(), ElementsAre(ours_)) << "it is new";
  EXPECT_THAT(heard(), IsEmpty());
  say("a");
  EXPECT_THAT(heard(), ElementsAre(ours_));
  EXPECT_THAT(heard(), IsEmpty()) << "nobody has read it, and it is no news";
  say("b");
  EXPECT_THAT(heard(), ElementsAre(ours_));
}

TEST_F(InputWatchTest, tells_of_what_was_read_meanwhile) {
  watch_.add(ours_);
  heard();
  say("a");
  char letter = 0;
  ASSERT_EQ(::recv(ours_, &letter, 1, 0), 1);
  EXPECT_THAT(heard(), ElementsAre(ours_));
}

TEST_F(InputWatchTest, tells_of_what_came_before_it_was_watched) {
  say("a");
  watch_.add(ours_);
  EXPECT_THAT(heard(), ElementsAre(ours_));
}

TEST_F(InputWatchTest, forgets_what_was_closed) {
  watch_.add(ours_);
  say("a");
  ::close(ours_);
  EXPECT_THAT(heard(), IsEmpty());
  watch_.add(ours_);
  EXPECT_THAT(heard(), IsEmpty()) << "there is no such descriptor";
}

}  // namespace
}  // namespace palabre::broker
