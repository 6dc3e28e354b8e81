#include "client/terminal/read_marks.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace palabre::terminal {
namespace {

event::Message message_in(const std::string& room, std::uint64_t sequence, const Epoch& epoch = "aa") {
  event::Message message;
  message.room = room;
  message.sequence = {sequence};
  message.epoch = epoch;
  return message;
}

class ReadMarksTest : public testing::Test {
 protected:
  TemporaryDirectory directory_;
  std::filesystem::path file_ = directory_.path() / "read" / "alice";
};

TEST_F(ReadMarksTest, are_there_again_at_the_next_chat) {
  {
    ReadMarks marks(file_);
    EXPECT_EQ(marks.last("aa", "@bob"), Sequence{0});
    marks.note(message_in("@bob", 3));
    marks.note(message_in("@bob", 2));
    marks.note(message_in("@carol", 7));
  }
  const ReadMarks marks(file_);
  EXPECT_EQ(marks.last("aa", "@bob"), Sequence{3});
  EXPECT_EQ(marks.last("aa", "@carol"), Sequence{7});
}

TEST_F(ReadMarksTest, go_with_a_room_that_is_renamed) {
  {
    ReadMarks marks(file_);
    marks.note(message_in("@bob", 3));
    marks.rename("@bob", "@bobby");
    marks.rename("@nobody", "@somebody");
  }
  const ReadMarks marks(file_);
  EXPECT_EQ(marks.last("aa", "@bobby"), Sequence{3});
  EXPECT_EQ(marks.last("aa", "@somebody"), Sequence{0});
}

TEST_F(ReadMarksTest, are_kept_of_direct_rooms_alone) {
  ReadMarks marks(file_);
  marks.note(message_in("lobby", 3));
  marks.note(message_in("bob/tea", 3));
  marks.save();
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(ReadMarksTest, begin_anew_with_another_epoch) {
  ReadMarks marks(file_);
  marks.note(message_in("@bob", 30));
  EXPECT_EQ(marks.last("bb", "@bob"), Sequence{0});
  marks.note(message_in("@bob", 2, "bb"));
  EXPECT_EQ(marks.last("bb", "@bob"), Sequence{2});
}

TEST_F(ReadMarksTest, make_nothing_of_a_file_that_is_something_else) {
  std::filesystem::create_directories(file_.parent_path());
  std::ofstream(file_) << "\x01garbage\naa @bob many\naa @carol 4\n";
  const ReadMarks marks(file_);
  EXPECT_EQ(marks.last("aa", "@bob"), Sequence{0});
  EXPECT_EQ(marks.last("aa", "@carol"), Sequence{4});
}

}  // namespace
}  // namespace palabre::terminal
