#include "broker/operator/operator_dialogue.hpp"

#include <gmock/gmock.h>

#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

const CurveKey kKey(kKeyBytes, 'k');

/// Whether a request comes out of its line as it went in.
bool comes_through(const OperatorRequest& request) {
  const auto read = read_operator_request(text_of(request));
  return read && text_of(*read) == text_of(request);
}

TEST(OperatorDialogue, carries_every_request_in_a_line) {
  EXPECT_TRUE(comes_through(Listing{}));
  EXPECT_TRUE(comes_through(Order(order::Ban{"alice", "too much spam"})));
  EXPECT_TRUE(comes_through(Order(order::Ban{"alice", ""})));
  EXPECT_TRUE(comes_through(Order(order::Unban{"alice"})));
  EXPECT_TRUE(comes_through(Order(order::Add{"alice", kKey})));
  EXPECT_TRUE(comes_through(Order(order::Rebind{"alice", kKey})));
  EXPECT_TRUE(comes_through(Order(order::Rename{"alice", "alicia"})));
  const Order longest = order::Ban{std::string(24, 'a'), std::string(limits::kReasonBytesMax, 'r')};
  EXPECT_LT(text_of(OperatorRequest(longest)).size(), kOperatorRequestBytesMax);
}

TEST(OperatorDialogue, takes_no_line_that_is_none_of_its_own) {
  for (const auto* line : {"", "lists", "ban", "ban\talice", "ban\talice\tspam\tmore", "unban\tAlice",
                           "ban\t\t", "add\talice\tkey", "rebind\talice", "rename\talice",
                           "rename\talice\tAlicia", "list\t", "ban alice spam"}) {
    EXPECT_FALSE(read_operator_request(line).has_value()) << line;
  }
}

TEST(OperatorDialogue, objects_to_what_nobody_can_mean) {
  EXPECT_TRUE(objection_to(Order(order::Unban{"Not A Name"})).has_value());
  EXPECT_TRUE(objection_to(Order(order::Ban{"alice", "two\nlines"})).has_value());
  EXPECT_TRUE(objection_to(Order(order::Ban{"alice", "two\twords"})).has_value());
  EXPECT_TRUE(objection_to(Order(order::Ban{"alice", "\x1b[2J"})).has_value());
  EXPECT_TRUE(
      objection_to(Order(order::Ban{"alice", std::string(limits::kReasonBytesMax + 1, 'r')})).has_value());
  EXPECT_TRUE(objection_to(Order(order::Add{"alice", ""})).has_value());
  EXPECT_TRUE(objection_to(Order(order::Rename{"alice", "Not A Name"})).has_value());
  EXPECT_FALSE(objection_to(Order(order::Ban{"alice", "déjà vu"})).has_value());
}

TEST(OperatorDialogue, tells_what_was_done_from_what_was_refused_and_what_broke_off) {
  const auto done = read_operator_answer(text_of(OperatorAnswer{true, "one\ntwo"}));
  EXPECT_TRUE(done.value().is_done);
  EXPECT_EQ(done->text, "one\ntwo");
  EXPECT_FALSE(read_operator_answer(text_of(OperatorAnswer{false, "no"})).value().is_done);
  for (const auto* broken : {"", "do", "done", "refuse"}) {
    EXPECT_FALSE(read_operator_answer(broken).has_value()) << broken;
  }
}

}  // namespace
}  // namespace palabre::broker
