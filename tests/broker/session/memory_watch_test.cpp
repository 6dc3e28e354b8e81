#include "broker/session/memory_watch.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(HighMark, is_over_above_the_mark_until_an_eighth_below_it) {
  HighMark mark(800);
  EXPECT_FALSE(mark.is_over(800));
  EXPECT_TRUE(mark.is_over(801));
  EXPECT_TRUE(mark.is_over(800));
  EXPECT_TRUE(mark.is_over(701));
  EXPECT_FALSE(mark.is_over(700));
  EXPECT_FALSE(mark.is_over(800)) << "once below, all of it may be used again";
  EXPECT_TRUE(mark.is_over(801));
}

TEST(HighMark, of_nothing_is_never_reached) {
  HighMark mark(0);
  EXPECT_FALSE(mark.is_over(~std::uint64_t{0}));
}

class MemoryWatchTest : public testing::Test {
 protected:
  std::uint64_t used_ = 0;
  std::uint64_t kept_ = 0;  ///< free, but not given back
  int given_back_ = 0;
  std::vector<std::string> said_;
  MemoryWatch watch_{800,
                     [this](bool is_short, std::uint64_t bytes) {
                       said_.push_back((is_short ? "short at " : "over at ") + std::to_string(bytes));
                     },
                     {[this] { return used_ + kept_; },
                      [this] {
                        kept_ = 0;
                        ++given_back_;
                      }}};

  bool is_short_with(std::uint64_t used) {
    used_ = used;
    watch_.look();
    return watch_.is_short();
  }
};

TEST_F(MemoryWatchTest, says_once_when_it_begins_and_once_when_it_is_over) {
  for (const auto bytes : {100U, 900U, 1000U, 750U, 100U, 200U}) (void)is_short_with(bytes);
  EXPECT_THAT(said_, ElementsAre("short at 900", "over at 100"));
}

TEST_F(MemoryWatchTest, is_short_until_it_is_well_below) {
  EXPECT_FALSE(is_short_with(800));
  EXPECT_TRUE(is_short_with(801));
  EXPECT_TRUE(is_short_with(701));
  EXPECT_FALSE(is_short_with(700));
}

TEST_F(MemoryWatchTest, gives_back_what_is_free_before_it_refuses_anything) {
  kept_ = 500;
  EXPECT_FALSE(is_short_with(400));
  EXPECT_THAT(said_, IsEmpty());
  EXPECT_EQ(given_back_, 1);
}

TEST_F(MemoryWatchTest, gives_back_again_while_it_is_short) {
  EXPECT_TRUE(is_short_with(900));
  kept_ = 500;
  for (int look = 0; look < 1'000'000 && watch_.is_short(); ++look) (void)is_short_with(400);
  EXPECT_FALSE(watch_.is_short()) << "what was freed meanwhile counts for ever";
}

TEST_F(MemoryWatchTest, leaves_memory_alone_while_there_is_enough) {
  kept_ = 300;
  for (int look = 0; look < 10; ++look) EXPECT_FALSE(is_short_with(400));
  EXPECT_EQ(given_back_, 0);
}

TEST(MemoryWatch, knows_what_this_process_has) {
  MemoryWatch tight(1);
  tight.look();
  EXPECT_TRUE(tight.is_short());
  MemoryWatch ample(std::uint64_t{1} << 50);
  ample.look();
  EXPECT_FALSE(ample.is_short());
}

std::uint64_t bytes_of_this_process() {
  std::uint64_t bytes = 0;
  MemoryWatch(1, [&bytes](bool, std::uint64_t resident) { bytes = resident; }).look();
  return bytes;
}

TEST(MemoryWatch, does_not_count_what_is_a_files) {
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  const TemporaryDirectory directory;
  const auto path = directory.path() / "file";
  std::ofstream(path).close();
  std::filesystem::resize_file(path, kBytes);
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  const auto before = bytes_of_this_process();
  ASSERT_GT(before, 0U);
  auto* const pages = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);
  ASSERT_NE(pages, MAP_FAILED);
  EXPECT_LT(bytes_of_this_process(), before + kBytes / 2);
  ::munmap(pages, kBytes);
  ::close(file);
}

TEST(MemoryWatch, refuses_for_a_while) {
  const auto refusal = refuse_for_memory();
  EXPECT_EQ(refusal.code, RefusalCode::busy);
  EXPECT_EQ(refusal.retry_after_ms, 1000U);
}

/// A system's files as far as they tell of control groups.
class GroupsTest : public testing::Test {
 protected:
  void write(const std::string& file, const std::string& content) {
    const auto path = directory_.path() / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << content;
  }
  [[nodiscard]] std::uint64_t memory() const { return memory_of_machine(directory_.path()); }
  const TemporaryDirectory directory_;
};

TEST_F(GroupsTest, have_what_the_machine_has_where_none_says_less) {
  const auto all = memory();
  EXPECT_GT(all, std::uint64_t{1} << 26);
  write("proc/self/cgroup", "0::/chat\n");
  write("sys/fs/cgroup/chat/memory.max", "max\n");
  EXPECT_EQ(memory(), all);
}

TEST_F(GroupsTest, have_the_least_that_one_of_those_around_them_has) {
  write("proc/self/cgroup", "1:name=old:/else\n0::/system.slice/palabred.service\n");
  write("sys/fs/cgroup/system.slice/palabred.service/memory.max", "max\n");
  write("sys/fs/cgroup/system.slice/memory.max", "1048576\n");
  write("sys/fs/cgroup/memory.max", "16777216\n");
  EXPECT_EQ(memory(), 1'048'576U);
  write("sys/fs/cgroup/memory.max", "65536\n");
  EXPECT_EQ(memory(), 65'536U) << "a container sees its own group as the first";
}

}  // namespace
}  // namespace palabre::broker
