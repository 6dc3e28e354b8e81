#include "broker/operator/operator_desk.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <optional>
#include <thread>

#include "broker/domain/state.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palabre::broker {
namespace {

using testing::HasSubstr;

Deadline soon() { return std::chrono::steady_clock::now() + kPatience; }

/// A desk, and a thread that decides as the recorder would.
class OperatorDeskTest : public testing::Test {
 protected:
  OperatorDeskTest() {
    State state;
    state.roster.add("alice", {});
    board_.with([&state](auto& shown) { shown = picture(state); });
    desk_.emplace(directory(), OperatorDesk::Tools{recorder_, board_, true});
    desk_->start();
  }
  ~OperatorDeskTest() override {
    recorder_.close();
    desk_.reset();
  }

  [[nodiscard]] std::filesystem::path directory() const { return temporary_.path(); }
  [[nodiscard]] OwnedDescriptor call() const { return connect_as_operator(directory()); }
  /// What the desk answers to these bytes.
  std::string answer_to_bytes(const std::string& bytes) {
    const auto caller = call();
    EXPECT_TRUE(write_all(caller, bytes, soon()));
    return read_to_end(caller, soon());
  }
  void decide_one() {
    std::vector<Command> commands;
    recorder_.drain(commands);
    for (const auto& command : commands) {
      const auto& operate = std::get<command::Operate>(command);
      desk_->ruled({.order = {operate.id.value + 1}, .about = {{9}, "another"}});
      desk_->ruled({.order = operate.id, .about = {{1}, std::get<order::Ban>(operate.order).name}});
    }
  }

  TemporaryDirectory temporary_;
  Mailbox<Command, CommandBytes> recorder_{8};
  Guarded<std::shared_ptr<const Directory>> board_;
  std::optional<OperatorDesk> desk_;
};

TEST_F(OperatorDeskTest, has_an_order_decided_and_says_what_became_of_it) {
  const std::jthread recorder([this] { decide_one(); });
  EXPECT_EQ(answer_to_bytes("ban\talice\tspam\n"), "done\nalice (#1) is banned");
}

TEST_F(OperatorDeskTest, lists_from_the_directory_alone) {
  EXPECT_EQ(answer_to_bytes("list\n"), "done\n#1 alice  -");
}

TEST_F(OperatorDeskTest, refuses_what_it_does_not_know) {
  EXPECT_THAT(answer_to_bytes("dance\talice\n"), HasSubstr("refused\n"));
}

TEST_F(OperatorDeskTest, hangs_up_on_who_says_too_much) {
  const auto caller = call();
  EXPECT_FALSE(write_all(caller, std::string(std::size_t{2} << 20U, 'x'), soon())) << "not read to its end";
  EXPECT_EQ(answer_to_bytes("list\n"), "done\n#1 alice  -") << "and goes on serving";
}

TEST_F(OperatorDeskTest, hangs_up_on_who_says_nothing) {
  EXPECT_EQ(answer_to_bytes("ban\talice"), "") << "without the end of a line";
  EXPECT_EQ(answer_to_bytes("list\n"), "done\n#1 alice  -") << "and goes on serving";
}

TEST_F(OperatorDeskTest, is_its_owners_alone) {
  struct stat told {};
  ASSERT_EQ(::stat((directory() / "operator.sock").c_str(), &told), 0);
  EXPECT_TRUE(S_ISSOCK(told.st_mode));
  EXPECT_EQ(told.st_mode & 0777U, 0600U);
}

TEST_F(OperatorDeskTest, takes_the_place_of_a_socket_that_was_left) {
  desk_.reset();
  EXPECT_FALSE(call());
  { const auto left = listen_for_operator(directory()); }
  EXPECT_FALSE(call()) << "nobody listens";
  desk_.emplace(directory(), OperatorDesk::Tools{recorder_, board_, true});
  desk_->start();
  EXPECT_EQ(answer_to_bytes("list\n"), "done\n#1 alice  -");
}

TEST_F(OperatorDeskTest, is_found_in_a_folder_whose_path_is_longer_than_an_address) {
  const auto deep = directory() / std::string(120, 'a') / std::string(120, 'b');
  std::filesystem::create_directories(deep);
  const auto listening = listen_for_operator(deep);
  EXPECT_TRUE(connect_as_operator(deep));
}

}  // namespace
}  // namespace palabre::broker
