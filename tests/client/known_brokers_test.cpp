#include "client/known_brokers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "schema/invitation.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palabre {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const CurveKey kKey(kKeyBytes, 'k');
const CurveKey kOther(kKeyBytes, 'o');

class KnownBrokersTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return directory_.path() / "palabre/brokers"; }

  TemporaryDirectory directory_;
  KnownBrokers brokers_{file()};
};

TEST_F(KnownBrokersTest, know_nobody_before_the_first_invitation) { EXPECT_FALSE(brokers_.find("host:1")); }

TEST_F(KnownBrokersTest, remember_each_broker_with_the_line_it_is_in) {
  brokers_.remember("host:1", kKey);
  brokers_.remember("host:2", kOther);
  brokers_.remember("host:1", kKey);
  brokers_.remember("host:3", kOther);
  EXPECT_EQ(brokers_.find("host:1")->key, kKey);
  EXPECT_EQ(brokers_.find("host:2")->key, kOther);
  EXPECT_EQ(brokers_.find("host:1")->origin, file().string() + ":2");
  EXPECT_EQ(brokers_.find("host:2")->origin, file().string() + ":3");
  EXPECT_EQ(brokers_.find("host:3")->origin, file().string() + ":4") << "once is enough";
  EXPECT_EQ(std::filesystem::status(file()).permissions(), std::filesystem::perms(0600));
}

TEST_F(KnownBrokersTest, lose_no_broker_of_several_that_are_remembered_at_once) {
  constexpr int kPrograms = 16;
  std::vector<std::jthread> programs;
  programs.reserve(kPrograms);
  for (int i = 0; i < kPrograms; ++i) {
    programs.emplace_back([this, i] { KnownBrokers(file()).remember("host:" + std::to_string(i), kKey); });
  }
  programs.clear();
  for (int i = 0; i < kPrograms; ++i) EXPECT_TRUE(brokers_.find("host:" + std::to_string(i))) << i;
}

TEST_F(KnownBrokersTest, begin_a_line_of_their_own_behind_one_without_an_end) {
  brokers_.remember("host:1", kKey);
  std::ofstream(file(), std::ios::app) << "# written by hand";
  brokers_.remember("host:2", kOther);
  EXPECT_EQ(brokers_.find("host:2")->origin, file().string() + ":4");
}

TEST_F(KnownBrokersTest, never_take_another_key_for_one_they_know) {
  brokers_.remember("host:1", kKey);
  EXPECT_THAT([this] { brokers_.remember("host:1", kOther); },
              ThrowsMessage<std::runtime_error>(HasSubstr(file().string() + ":2")));
  EXPECT_EQ(brokers_.find("host:1")->key, kKey);
}

TEST_F(KnownBrokersTest, name_a_line_that_holds_no_key) {
  brokers_.remember("host:1", kKey);
  std::ofstream(file(), std::ios::app) << "host:2 short\n";
  EXPECT_THAT([this] { (void)brokers_.find("host:2"); },
              ThrowsMessage<std::runtime_error>(HasSubstr(file().string() + ":3 holds no key")));
}

class FindKey : public KnownBrokersTest {
 protected:
  FindKey() {
    ::setenv("XDG_RUNTIME_DIR", (directory_.path() / "runtime").c_str(), 1);
    ::setenv("XDG_STATE_HOME", (directory_.path() / "state").c_str(), 1);
  }
  ~FindKey() override {
    ::unsetenv("XDG_RUNTIME_DIR");
    ::unsetenv("XDG_STATE_HOME");
  }

  void leave(const std::string& port, const CurveKey& key, const std::string& folder = "runtime",
             std::chrono::hours ago = {}) const {
    const auto place = directory_.path() / folder / "palabre";
    std::filesystem::create_directories(place);
    const auto file = place / (port + ".invitation");
    std::ofstream(file) << text_of(Invitation{"127.0.0.1:" + port, key, {}}) << '\n';
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - ago);
  }
};

TEST_F(FindKey, encrypts_nothing_for_a_broker_nobody_was_invited_to) {
  const auto found = find_key({"tcp://host:1"}, brokers_);
  EXPECT_EQ(found.server, "tcp://host:1");
  EXPECT_EQ(found.origin, "");
}

TEST_F(FindKey, goes_on_encrypting_after_the_first_invitation) {
  const auto first = find_key({"tcp://host:1", kKey, "code"}, brokers_);
  EXPECT_EQ(first.server, text_of(Invitation{"host:1", kKey, "code"}));
  EXPECT_FALSE(brokers_.find("host:1")) << "the broker has not shown yet that it has that key";
  accept_invitation(first, brokers_);
  const auto later = find_key({"tcp://host:1"}, brokers_);
  EXPECT_EQ(later.server, text_of(Invitation{"host:1", kKey, ""}));
  EXPECT_EQ(later.origin, file().string() + ":2");
  EXPECT_EQ(find_key({"tcp://host:1", kKey}, brokers_).origin, later.origin);
  EXPECT_THROW((void)find_key({"tcp://host:1", kOther}, brokers_), std::runtime_error);
}

TEST_F(FindKey, holds_to_the_key_of_an_invitation_whatever_is_left_on_this_machine) {
  accept_invitation(find_key({"tcp://127.0.0.1:9", kKey}, brokers_), brokers_);
  leave("9", kOther);
  EXPECT_EQ(find_key({"tcp://127.0.0.1:9"}, brokers_).server, text_of(Invitation{"127.0.0.1:9", kKey, ""}));
}

TEST_F(FindKey, needs_no_invitation_on_the_same_machine) {
  leave("9", kKey);
  EXPECT_EQ(find_key({"tcp://127.0.0.1:9"}, brokers_).server, text_of(Invitation{"127.0.0.1:9", kKey, ""}));
  EXPECT_EQ(find_key({"tcp://host:9"}, brokers_).origin, "") << "it speaks of this machine only";
}

TEST_F(FindKey, believes_the_broker_that_came_last_to_a_port_of_this_machine) {
  leave("9", kOther, "runtime", std::chrono::hours(1));
  leave("9", kKey, "state");
  EXPECT_EQ(find_key({"tcp://127.0.0.1:9"}, brokers_).server, text_of(Invitation{"127.0.0.1:9", kKey, ""}));
  leave("8", kOther, "state", std::chrono::hours(1));
  leave("8", kKey, "runtime");
  EXPECT_EQ(find_key({"tcp://127.0.0.1:8"}, brokers_).server, text_of(Invitation{"127.0.0.1:8", kKey, ""}));
}

}  // namespace
}  // namespace palabre
