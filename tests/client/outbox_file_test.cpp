#include "client/outbox_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "client/outbox_codec.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palabre {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

const std::vector<KeptRecord> kRecords{kept::Began{{77}, {1}},
                                       kept::Posted{{1}, "lobby", "one"},
                                       kept::Posted{{2}, "tea", "two"},
                                       kept::Refused{{1}},
                                       kept::Began{{88}, {2}},
                                       kept::Posted{{3}, "tea", std::string("a\0b\n", 4)},
                                       kept::Stored{{2}},
                                       kept::Posted{{4}, "lobby", std::string(16384, 'x')}};

/// All that a file says, to compare two.
std::string said_by(const KeptPosts& posts) { return encode_kept(posts); }

class OutboxFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string content() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(std::string_view bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
  [[nodiscard]] std::string why_not_opened(const std::string& name = "alice") const {
    try {
      const OutboxFile file(path, name);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "opened";
  }

  TemporaryDirectory directory;
  std::filesystem::path path = directory.path() / "outbox";
};

TEST_F(OutboxFileTest, holds_what_was_appended_when_it_is_opened_again) {
  std::string said;
  {
    OutboxFile file(path, "alice");
    file.append(kRecords);
    said = said_by(file.posts());
  }
  EXPECT_EQ(said_by(OutboxFile(path, "alice").posts()), said);
}

TEST_F(OutboxFileTest, keeps_its_run_and_gives_each_file_one_of_its_own) {
  const auto run = OutboxFile(path, "alice").posts().run;
  EXPECT_TRUE(run);
  EXPECT_EQ(OutboxFile(path, "alice").posts().run, run);
  EXPECT_NE(OutboxFile(directory.path() / "other", "alice").posts().run, run);
}

TEST_F(OutboxFileTest, torn_at_any_byte_holds_the_records_before) {
  KeptPosts expected = OutboxFile(path, "alice").posts();
  const auto empty = content();
  auto whole = empty;
  for (const auto& record : kRecords) {
    const auto bytes = encode_kept(record);
    for (std::size_t torn = 0; torn<bytes.size(); torn += bytes.size()> 1000 ? 97 : 1) {
      write(whole + bytes.substr(0, torn));
      const OutboxFile file(path, "alice");
      ASSERT_EQ(said_by(file.posts()), said_by(expected)) << "torn at " << whole.size() + torn;
    }
    whole += bytes;
    expected.apply(record);
  }
  write(whole);
  EXPECT_EQ(said_by(OutboxFile(path, "alice").posts()), said_by(expected));
}

TEST_F(OutboxFileTest, goes_on_behind_a_torn_record) {
  { OutboxFile(path, "alice").append(kRecords); }
  const auto whole = content();
  write(whole.substr(0, whole.size() - 5));
  { OutboxFile(path, "alice").append(std::vector<KeptRecord>{kept::Posted{{4}, "lobby", "four"}}); }
  EXPECT_EQ(OutboxFile(path, "alice").posts().pending.back().text, "four");
}

TEST_F(OutboxFileTest, believes_no_record_with_a_changed_byte) {
  { OutboxFile(path, "alice").append(std::vector<KeptRecord>{kept::Began{{77}, {1}}}); }
  const auto before = content();
  { OutboxFile(path, "alice").append(std::vector<KeptRecord>{kept::Posted{{1}, "lobby", "one"}}); }
  const auto whole = content();
  for (auto place = before.size(); place < whole.size(); ++place) {
    auto changed = whole;
    changed[place] = static_cast<char>(changed[place] ^ 1);
    write(changed);
    ASSERT_THAT(OutboxFile(path, "alice").posts().pending, SizeIs(0)) << "changed at " << place;
  }
}

TEST_F(OutboxFileTest, is_written_anew_without_what_is_settled_when_it_has_grown) {
  OutboxFile file(path, "alice");
  file.append(std::vector<KeptRecord>{kept::Began{{77}, {1}}});
  for (std::uint64_t ticket = 1; ticket <= 600; ++ticket) {
    file.append(std::vector<KeptRecord>{kept::Posted{{ticket}, "lobby", std::string(16000, 'x')},
                                        kept::Stored{{ticket - 1}}});
    ASSERT_LT(std::filesystem::file_size(path), 5'000'000U);
  }
  EXPECT_THAT(why_not_opened(), HasSubstr("is in use by another program that still runs"));
  const auto kept = decode_outbox(content()).value().posts;
  EXPECT_EQ(said_by(kept), said_by(file.posts()));
  EXPECT_THAT(kept.pending, SizeIs(1));
  EXPECT_EQ(kept.next_counter, Counter{601});
}

TEST_F(OutboxFileTest, is_used_by_one_program_at_a_time) {
  const OutboxFile file(path, "alice");
  EXPECT_EQ(why_not_opened(),
            "the outbox " + path.string() + " is in use by another program that still runs");
}

TEST_F(OutboxFileTest, is_for_the_posts_of_one_name) {
  { const OutboxFile file(path, "bob"); }
  EXPECT_EQ(why_not_opened(), "the outbox " + path.string() + " keeps messages of bob");
}

TEST_F(OutboxFileTest, takes_no_other_file_for_an_outbox) {
  write("my notes");
  EXPECT_EQ(why_not_opened(), path.string() + " is no outbox of palabre");
  EXPECT_EQ(content(), "my notes");
}

TEST_F(OutboxFileTest, says_why_it_cannot_be_made) {
  path = directory.path() / "missing" / "outbox";
  EXPECT_THAT(why_not_opened(), HasSubstr("No such file or directory"));
}

TEST_F(OutboxFileTest, is_gone_when_it_was_removed) {
  {
    OutboxFile file(path, "alice");
    file.append(kRecords);
    file.remove();
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace palabre
