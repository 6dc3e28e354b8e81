#include "client/known_brokers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <fstream>

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
  const auto first = brokers_.remember("host:1", kKey);
  brokers_.remember("host:2", kOther);
  EXPECT_EQ(brokers_.find("host:1")->key, kKey);
  EXPECT_EQ(brokers_.find("host:2")->key, kOther);
  EXPECT_EQ(first.origin, file().string() + ":2");
  EXPECT_EQ(brokers_.find("host:2")->origin, file().string() + ":3");
  EXPECT_EQ(brokers_.remember("host:1", kKey).origin, first.origin) << "once is enough";
}

TEST_F(KnownBrokersTest, never_take_another_key_for_one_they_know) {
  brokers_.remember("host:1", kKey);
  EXPECT_THAT([this] { (void)brokers_.remember("host:1", kOther); },
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
  const auto later = find_key({"tcp://host:1"}, brokers_);
  EXPECT_EQ(later.server, text_of(Invitation{"host:1", kKey, ""}));
  EXPECT_EQ(later.origin, first.origin);
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
