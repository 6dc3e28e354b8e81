#include "client/cli/exec.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "schema/limits.hpp"

namespace palabre::cli {
namespace {

event::Message message(std::string text) {
  return {.room = "tea",
          .sequence = {12},
          .epoch = "0123456789abcdef",
          .client = {3},
          .name = "alice",
          .column = {5},
          .at = {1'741'093'509'120},
          .text = std::move(text)};
}

/// A file that a command writes and the test reads.
class Exec : public testing::Test {
 protected:
  void SetUp() override { path_ = testing::TempDir() + "palabre-exec-" + std::to_string(getpid()); }
  void TearDown() override { std::filesystem::remove(path_); }

  [[nodiscard]] std::string written() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string path_;
};

TEST_F(Exec, hands_the_text_over_on_standard_input_untouched) {
  const std::string text = "$(touch x) `id` '; rm -rf \" \n end";
  EXPECT_EQ(run_command("cat > " + path_, message(text)), 0);
  EXPECT_EQ(written(), text);
}

TEST_F(Exec, hands_the_message_over_in_variables) {
  EXPECT_EQ(run_command("echo \"$PALABRE_MESSAGE_ROOM $PALABRE_MESSAGE_SEQUENCE $PALABRE_MESSAGE_EPOCH"
                        " $PALABRE_MESSAGE_CLIENT $PALABRE_MESSAGE_NAME $PALABRE_MESSAGE_COLUMN"
                        " $PALABRE_MESSAGE_AT $PALABRE_MESSAGE_TEXT $PALABRE_MESSAGE_REPLAY\" > " +
                            path_,
                        message("bonjour")),
            0);
  EXPECT_EQ(written(), "tea 12 0123456789abcdef 3 alice 5 2025-03-04T13:05:09.120Z bonjour false\n");
}

TEST_F(Exec, leaves_the_variables_alone_that_say_who_we_are) {
  ::setenv("PALABRE_NAME", "bob", 1);
  EXPECT_EQ(run_command("echo $PALABRE_NAME > " + path_, message("bonjour")), 0);
  EXPECT_EQ(written(), "bob\n");
}

TEST_F(Exec, gives_the_status_of_the_command) {
  EXPECT_EQ(run_command("exit 7", message("")), 7);
  EXPECT_EQ(run_command("kill -9 $$", message("")), 137);
}

TEST_F(Exec, does_not_wait_for_a_command_to_read_a_long_text) {
  EXPECT_EQ(run_command("true", message(std::string(limits::kTextBytesMax, 'a'))), 0);
}

}  // namespace
}  // namespace palabre::cli
