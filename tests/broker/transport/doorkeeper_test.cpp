#include "broker/transport/doorkeeper.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace palabre::broker {
namespace {

const CurveKey kAdmitted(kKeyBytes, 'a');
const CurveKey kBarred(kKeyBytes, 'b');
const CurveKey kStranger(kKeyBytes, 's');
const CurveKey kOwn(kKeyBytes, 'o');

std::vector<std::string> question(const std::string& domain, const CurveKey& key) {
  return {"1.0", "17", domain, "127.0.0.1", "", "CURVE", key};
}

class DoorkeeperTest : public testing::Test {
 protected:
  DoorkeeperTest() {
    keys_.admit(kAdmitted);
    keys_.bar(kBarred);
  }

  std::string status(Strangers strangers, const std::vector<std::string>& frames) {
    return Doorkeeper(strangers, keys_, kOwn, &quarantine_).answer(frames)[2];
  }

  AdmittedKeys keys_;
  Guarded<Quarantine> quarantine_;
};

TEST_F(DoorkeeperTest, lets_registered_keys_and_its_own_in_everywhere) {
  for (const auto& key : {kAdmitted, kOwn}) {
    for (const auto* domain : {"talk", "feed"}) {
      EXPECT_EQ(status(Strangers::at_talk, question(domain, key)), "200");
      EXPECT_EQ(status(Strangers::nowhere, question(domain, key)), "200");
    }
  }
}

TEST_F(DoorkeeperTest, lets_a_stranger_say_hello_where_newcomers_are_taken_and_wait_at_the_feed) {
  EXPECT_EQ(status(Strangers::at_talk, question("talk", kStranger)), "200");
  EXPECT_EQ(status(Strangers::at_talk, question("feed", kStranger)), "300");
  EXPECT_EQ(status(Strangers::nowhere, question("talk", kStranger)), "400");
}

TEST_F(DoorkeeperTest, tells_the_barred_never_to_come_again) {
  for (const auto* domain : {"talk", "feed"}) {
    EXPECT_EQ(status(Strangers::at_talk, question(domain, kBarred)), "400");
  }
}

TEST_F(DoorkeeperTest, takes_a_question_that_libzmq_would_never_ask_for_nobodys) {
  auto short_key = question("talk", kAdmitted);
  short_key.back().pop_back();
  auto one_too_many = question("talk", kAdmitted);
  one_too_many.emplace_back();
  auto other_mechanism = question("talk", kAdmitted);
  other_mechanism[5] = "PLAIN";
  for (const auto& frames : {short_key, one_too_many, other_mechanism, {}, {"1.0"}}) {
    EXPECT_EQ(status(Strangers::at_talk, frames), "400");
    EXPECT_EQ(status(Strangers::everywhere, frames), "200");
  }
}

TEST_F(DoorkeeperTest, names_the_question_and_the_key_and_numbers_connections) {
  Doorkeeper doorkeeper(Strangers::at_talk, keys_, kOwn, nullptr);
  const auto one = doorkeeper.answer(question("talk", kAdmitted));
  const auto two = doorkeeper.answer(question("talk", kAdmitted));
  EXPECT_EQ(one[1], "17");
  EXPECT_EQ(key_of(one[4]), kAdmitted);
  EXPECT_EQ(key_of(two[4]), kAdmitted);
  EXPECT_NE(one[4], two[4]);
  EXPECT_NE(one[5], two[5]) << "a routing id that somebody may guess";
}

TEST_F(DoorkeeperTest, makes_an_address_in_quarantine_wait) {
  quarantine_.with(
      [](auto& it) { it.offended(read_address("127.0.0.1").value(), std::chrono::steady_clock::now()); });
  EXPECT_EQ(status(Strangers::at_talk, question("talk", kAdmitted)), "300");
}

}  // namespace
}  // namespace palabre::broker
