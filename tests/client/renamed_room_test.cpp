#include "tests/client/conversation_fixture.hpp"

namespace palabre {
namespace {

constexpr ClientNumber kBob{8};

/// A direct room whose other end is given another name: bob, who becomes bobby.
class RenamedRoom : public ConversationTest {
 protected:
  RenamedRoom() : ConversationTest(wanting()) {
    conversation.follow("@bob", std::nullopt, now);
    static_cast<void>(come_up(heads_with("@bob", 2)));
  }
  static ClientOptions wanting() {
    auto wanted = options();
    wanted.follows_new_direct_rooms = true;
    return wanted;
  }
  static std::vector<RoomHead> heads_with(const std::string& room, std::uint64_t head) {
    return {{"lobby", Sequence{4}}, {room, Sequence{head}}};
  }
  static Notice notice_in(const std::string& room) {
    return {room, TimeMs{5}, {{.kind = NoticeKind::renamed, .client = kBob, .name = "bobby", .was = "bob"}}};
  }
  /// The connection breaks and comes back; the WELCOME then names these.
  void come_back(const std::vector<RoomHead>& rooms) {
    conversation.talk_down(now);
    static_cast<void>(wait_for(1s));
    static_cast<void>(come_up(rooms));
  }
  static void expect_renamed(const Effects& effects) {
    const auto renamed = only<event::RoomRenamed>(effects.events);
    ASSERT_THAT(renamed, SizeIs(1));
    EXPECT_EQ(renamed[0].before, "@bob");
    EXPECT_EQ(renamed[0].now, "@bobby");
  }
  /// What was not seen yet is news, once, and in the room of the new name.
  void expect_to_go_on_after(std::uint64_t last) {
    const auto events = told(reply::Said{batch_of("@bobby", last + 1, last + 1)}).events;
    ASSERT_THAT(sequences_of(events), ElementsAre(last + 1));
    EXPECT_EQ(only<event::Message>(events)[0].room, "@bobby");
  }
};

TEST_F(RenamedRoom, goes_on_where_it_was_when_the_notice_comes) {
  const auto effects = told(reply::Noticed{notice_in("@bobby")});
  expect_renamed(effects);
  EXPECT_THAT(only<event::Notice>(effects.events), SizeIs(1));
  expect_to_go_on_after(2);
}

TEST_F(RenamedRoom, is_told_once_by_however_many_rooms) {
  expect_renamed(told(reply::Noticed{notice_in("carol/tea")}));
  EXPECT_THAT(only<event::RoomRenamed>(told(reply::Noticed{notice_in("@bobby")}).events), IsEmpty());
}

TEST_F(RenamedRoom, is_told_to_an_application_that_reads_too_slowly_for_other_notices) {
  conversation.set_backlogged(true);
  expect_renamed(told(reply::Noticed{notice_in("@bobby")}));
}

TEST_F(RenamedRoom, is_found_by_a_page_when_the_notice_was_missed) {
  come_back(heads_with("@bobby", 3));
  EXPECT_THAT(told(reply::Said{batch_of("@bobby", 4, 4)}).events, IsEmpty()) << "not taken for a new room";
  const auto history = last<request::History>();
  EXPECT_EQ(std::get<request::History>(history.request).room, "@bob");
  const auto effects = reply_to(history.id, page_of("@bobby", 3, 4, 4));
  expect_renamed(effects);
  EXPECT_THAT(sequences_of(effects.events), ElementsAre(3, 4));
  expect_to_go_on_after(4);
}

TEST_F(RenamedRoom, is_found_once_a_pong_does_not_name_it) {
  static_cast<void>(wait_for(10s));
  static_cast<void>(
      reply_to(last<request::Ping>().id, reply::Pong{TimeMs{9}, kEpoch, {{"@bobby", Sequence{2}}}}));
  expect_renamed(reply_to(last<request::History>().id, page_of("@bobby", 3, 2, 2)));
  expect_to_go_on_after(2);
}

TEST_F(RenamedRoom, hides_no_room_that_is_new_for_longer_than_it_is_sought) {
  come_back({{"lobby", Sequence{4}}, {"@bobby", Sequence{2}}, {"@carol", Sequence{1}}});
  static_cast<void>(reply_to(last<request::History>().id, page_of("@bobby", 3, 2, 2)));
  static_cast<void>(wait_for(10s));
  static_cast<void>(
      reply_to(last<request::Ping>().id,
               reply::Pong{TimeMs{9}, kEpoch, {{"@bobby", Sequence{2}}, {"@carol", Sequence{1}}}}));
  EXPECT_EQ(std::get<request::History>(last<request::History>().request).room, "@carol");
}

TEST_F(RenamedRoom, is_followed_by_its_present_name_when_it_is_joined_by_the_old_one) {
  come_back(heads_with("@bobby", 2));
  conversation.follow("@bob", std::nullopt, now);
  conversation.call(kCall, request::Join{"@bob"}, now + 5s);
  static_cast<void>(act());
  expect_renamed(reply_to(last<request::Join>().id, reply::Joined{"@bobby", Sequence{2}, false}));
  expect_to_go_on_after(2);
}

TEST_F(RenamedRoom, is_none_that_was_never_direct) {
  conversation.follow("tea", std::nullopt, now);
  static_cast<void>(act());
  auto notice = notice_in("lobby");
  notice.events[0].was = "tea";
  EXPECT_THAT(only<event::RoomRenamed>(told(reply::Noticed{notice}).events), IsEmpty());
}

/// We are called otherwise: alice, who becomes alicia.
class RenamedUser : public ConversationTest {
 protected:
  RenamedUser() { static_cast<void>(come_up()); }
  static Notice notice_in(const std::string& room) {
    return {room,
            TimeMs{5},
            {{.kind = NoticeKind::renamed, .client = ClientNumber{3}, .name = "alicia", .was = "alice"}}};
  }
  void come_back_as(const std::string& name, const std::vector<std::string>& names_told) {
    called = name;
    conversation.talk_down(now);
    static_cast<void>(wait_for(1s));
    expect_told(come_up(), names_told);
  }
  static void expect_told(const Effects& effects, const std::vector<std::string>& names) {
    std::vector<std::string> told;
    for (const auto& changed : only<event::NameChanged>(effects.events)) told.push_back(changed.now);
    EXPECT_EQ(told, names);
  }
};

TEST_F(RenamedUser, is_told_once_by_whatever_comes_first) {
  expect_told(told(reply::Noticed{notice_in("alice/tea")}), {"alicia"});
  expect_told(told(reply::Noticed{notice_in("@bob")}), {});
  come_back_as("alicia", {});
}

TEST_F(RenamedUser, is_told_when_he_comes_back_to_it) { come_back_as("alicia", {"alicia"}); }

TEST_F(RenamedUser, is_not_told_who_somebody_else_is) {
  auto notice = notice_in("lobby");
  notice.events[0].client = ClientNumber{4};
  expect_told(told(reply::Noticed{notice}), {});
}

}  // namespace
}  // namespace palabre
