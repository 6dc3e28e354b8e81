#include "client/line_reader.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>

namespace palabre {
namespace {

using testing::ElementsAre;

/// A reader at one end of a pipe and the test at the other.
class LineReaderTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::pipe(ends_.data()), 0); }
  void TearDown() override {
    ::close(ends_[0]);
    if (!is_closed_) ::close(ends_[1]);
  }

  void write(std::string_view bytes) const {
    ASSERT_EQ(::write(ends_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  void close() {
    ::close(ends_[1]);
    is_closed_ = true;
  }
  static std::vector<std::string> lines_of(LineReader& reader) {
    std::vector<std::string> lines;
    while (auto line = reader.next_line()) lines.push_back(*line);
    return lines;
  }

  std::array<int, 2> ends_{};
  bool is_closed_ = false;
};

TEST_F(LineReaderTest, gives_whole_lines_only) {
  LineReader reader(ends_[0]);
  write("one\ntwo\nhal");
  reader.read_once();
  EXPECT_THAT(lines_of(reader), ElementsAre("one", "two"));
  write("f\n");
  reader.read_once();
  EXPECT_THAT(lines_of(reader), ElementsAre("half"));
}

TEST_F(LineReaderTest, gives_the_last_line_at_the_end_of_input) {
  LineReader reader(ends_[0]);
  write("one\nlast");
  close();
  reader.read_once();
  EXPECT_FALSE(reader.is_at_end());
  reader.read_once();
  EXPECT_TRUE(reader.is_at_end());
  EXPECT_THAT(lines_of(reader), ElementsAre("one", "last"));
}

TEST_F(LineReaderTest, keeps_empty_lines_and_drops_carriage_returns) {
  LineReader reader(ends_[0]);
  write("\r\n\na\r\n");
  reader.read_once();
  EXPECT_THAT(lines_of(reader), ElementsAre("", "", "a"));
}

TEST_F(LineReaderTest, cuts_a_line_longer_than_a_message_to_one_byte_more) {
  LineReader reader(ends_[0]);
  write(std::string(20'000, 'a'));
  reader.read_once();
  reader.read_once();
  write(std::string(10'000, 'b') + "\nnext\n");
  reader.read_once();
  const auto lines = lines_of(reader);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].size(), limits::kTextBytesMax + 1);
  EXPECT_EQ(lines[1], "next");
}

}  // namespace
}  // namespace palabre
