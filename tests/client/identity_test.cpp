#include "client/identity.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include "schema/text.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palabre {
namespace {

class Identity : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path directory() const { return root_.path() / "palabre/identities"; }

  static mode_t mode_of(const std::filesystem::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 0777U;
  }

  TemporaryDirectory root_;
};

TEST_F(Identity, makes_a_token_of_64_hexadecimal_digits_at_first_use) {
  const auto token = identity_token(directory(), "alice");
  EXPECT_EQ(token.size(), 64U);
  EXPECT_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_TRUE(is_token(token));
}

TEST_F(Identity, keeps_the_token_for_the_next_time) {
  const auto token = identity_token(directory(), "alice");
  EXPECT_EQ(identity_token(directory(), "alice"), token);
}

TEST_F(Identity, gives_each_name_its_own_token) {
  EXPECT_NE(identity_token(directory(), "alice"), identity_token(directory(), "bob"));
}

TEST_F(Identity, lets_nobody_else_read_it) {
  std::ignore = identity_token(directory(), "alice");
  EXPECT_EQ(mode_of(directory()), 0700U);
  EXPECT_EQ(mode_of(directory() / "alice.token"), 0600U);
}

TEST_F(Identity, is_the_same_for_programs_that_start_at_once_and_leaves_no_drafts) {
  std::vector<std::string> tokens(8);
  {
    std::vector<std::jthread> starters;
    for (auto& token : tokens) {
      starters.emplace_back([this, &token] { token = identity_token(directory(), "alice"); });
    }
  }
  EXPECT_EQ(std::set<std::string>(tokens.begin(), tokens.end()).size(), 1U);
  const std::filesystem::directory_iterator files(directory());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(Identity, refuses_a_file_that_holds_no_token) {
  std::filesystem::create_directories(directory());
  std::ofstream(directory() / "alice.token") << "short\n";
  EXPECT_THROW(std::ignore = identity_token(directory(), "alice"), std::runtime_error);
}

TEST_F(Identity, takes_a_token_made_elsewhere) {
  std::filesystem::create_directories(directory());
  std::ofstream(directory() / "alice.token") << "a-token-from-a-script\n";
  EXPECT_EQ(identity_token(directory(), "alice"), "a-token-from-a-script");
}

TEST(NameFromLogin, is_always_a_name) {
  EXPECT_EQ(name_from_login("alice"), "alice");
  EXPECT_EQ(name_from_login("Alice.B"), "alice-b");
  EXPECT_EQ(name_from_login("a"), "user-a");
  EXPECT_EQ(name_from_login("1000"), "user-1000");
  for (const auto* login :
       {"", "-", "\xc3\xa9", "x", "_________________________________", "9aaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    EXPECT_TRUE(is_name(name_from_login(login))) << login << " became " << name_from_login(login);
  }
}

}  // namespace
}  // namespace palabre
