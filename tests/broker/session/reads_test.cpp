#include "broker/session/reads.hpp"

#include <algorithm>

#include "schema/limits.hpp"
#include "tests/broker/session/session_fixture.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ReadsTest : public SessionTest {
 protected:
  ReadsTest() {
    say(kAlice, kLobby, "one", 100);
    say(kBob, kLobby, "two", 200);
    say(kBob, kTea, "alone", 200);
    say(kAlice, kLobby, "three", 300);
  }

  void say(ClientNumber client, RoomNumber room, const std::string& text, std::uint64_t at) {
    const std::vector<Record> message{StoredMessage{client,
                                                    archive_.columns(client).next(),
                                                    room,
                                                    archive_.head(room).next(),
                                                    {at},
                                                    {client.value},
                                                    {archive_.columns(client).next().value},
                                                    text}};
    EXPECT_EQ(archive_.commit(message), CommitResult::committed);
  }
  template <class Answer, class Wanted>
  Answer read(const Wanted& wanted, ClientNumber asker = kAlice) const {
    return std::get<Answer>(reads_.reply_to(asker, wanted));
  }
  static std::vector<std::string> texts_of(const reply::Page& page) {
    std::vector<std::string> texts;
    for (const auto& event : page.batch.events) texts.push_back(event.text);
    return texts;
  }
  static request::History history(std::uint64_t from, std::uint64_t count) {
    return {"lobby", Sequence{from}, {}, count};
  }
  /// Puts up a picture of so many clients, all in the lobby.
  void show_clients(std::size_t count) {
    auto state = restore({"0123456789abcdef", {}, {}, {{kLobby, "lobby", {}, {}}, {kTea, "tea", {}, {}}}});
    for (std::size_t i = 1; i <= count; ++i) {
      state.rooms.join(kLobby, state.roster.add("client" + std::to_string(i), {"a"}));
    }
    show(state);
  }
};

TEST_F(ReadsTest, gives_history_from_a_sequence_on) {
  const auto page = read<reply::Page>(history(2, 10));
  EXPECT_EQ(page.batch.epoch, "0123456789abcdef");
  EXPECT_EQ(page.batch.room, "lobby");
  EXPECT_EQ(page.batch.first, Sequence{2});
  EXPECT_EQ(page.head, Sequence{3});
  EXPECT_THAT(page.batch.events,
              ElementsAre(Event{kBob, {1}, "two", {200}}, Event{kAlice, {2}, "three", {300}}));
  EXPECT_THAT(page.batch.names, ElementsAre(NamedClient{kAlice, "alice"}, NamedClient{kBob, "bob"}));
}

TEST_F(ReadsTest, names_only_who_speaks_on_the_page) {
  EXPECT_THAT(read<reply::Page>(history(2, 1)).batch.names, ElementsAre(NamedClient{kBob, "bob"}));
}

TEST_F(ReadsTest, gives_no_more_history_than_was_asked_for) {
  EXPECT_THAT(texts_of(read<reply::Page>(history(1, 2))), ElementsAre("one", "two"));
}

TEST_F(ReadsTest, gives_an_empty_page_past_the_end) {
  const auto page = read<reply::Page>(history(4, 10));
  EXPECT_THAT(page.batch.events, IsEmpty());
  EXPECT_EQ(page.batch.first, Sequence{4});
  EXPECT_EQ(page.head, Sequence{3});
}

TEST_F(ReadsTest, gives_history_since_a_time) {
  const auto since = [this](std::uint64_t time) {
    return read<reply::Page>(request::History{"lobby", {}, TimeMs{time}, 10});
  };
  EXPECT_THAT(texts_of(since(0)), ElementsAre("one", "two", "three"));
  EXPECT_THAT(texts_of(since(200)), ElementsAre("two", "three"));
  EXPECT_EQ(since(200).batch.first, Sequence{2});
  EXPECT_THAT(texts_of(since(201)), ElementsAre("three"));
  EXPECT_THAT(texts_of(since(301)), IsEmpty());
  EXPECT_EQ(since(301).batch.first, Sequence{4});
}

TEST_F(ReadsTest, bounds_a_page_whatever_was_asked_for) {
  for (std::size_t i = 0; i < limits::kEventsMax; ++i) say(kAlice, kLobby, "more", 400);
  EXPECT_THAT(texts_of(read<reply::Page>(history(1, limits::kIntegerMax))), SizeIs(limits::kEventsMax));
}

TEST_F(ReadsTest, gives_a_room_to_who_is_no_member) {
  EXPECT_THAT(texts_of(read<reply::Page>(request::History{"tea", Sequence{1}, {}, 10}, kAlice)),
              ElementsAre("alone"));
}

TEST_F(ReadsTest, refuses_the_history_of_no_room) {
  EXPECT_EQ(read<Refusal>(request::History{"nowhere", Sequence{1}, {}, 1}).code, RefusalCode::no_such_room);
}

TEST_F(ReadsTest, gives_a_clients_row_over_all_rooms) {
  const auto row = read<reply::Row>(request::Row{kBob, {1}, 10});
  EXPECT_EQ(row.client, kBob);
  EXPECT_EQ(row.name, "bob");
  EXPECT_EQ(row.columns, Column{2});
  EXPECT_THAT(row.cells, ElementsAre(reply::Cell{{1}, "lobby", {2}, "two", {200}},
                                     reply::Cell{{2}, "tea", {1}, "alone", {200}}));
}

TEST_F(ReadsTest, gives_a_single_cell) {
  const auto row = read<reply::Row>(request::Row{kAlice, {2}, 1});
  EXPECT_EQ(row.columns, Column{2});
  EXPECT_THAT(row.cells, ElementsAre(reply::Cell{{2}, "lobby", {3}, "three", {300}}));
}

TEST_F(ReadsTest, refuses_the_row_of_nobody) {
  EXPECT_EQ(read<Refusal>(request::Row{{3}, {1}, 1}).code, RefusalCode::no_such_client);
  EXPECT_EQ(read<Refusal>(request::Row{{0}, {1}, 1}).code, RefusalCode::no_such_client);
}

TEST_F(ReadsTest, ends_a_row_before_a_room_that_is_not_in_the_picture_yet) {
  const std::vector<Record> made{record::RoomMade{{3}, "brand-new", kBob, {}}};
  ASSERT_EQ(archive_.commit(made), CommitResult::committed);
  say(kBob, {3}, "hot", 400);
  say(kBob, kLobby, "later", 500);
  const auto row = read<reply::Row>(request::Row{kBob, {1}, 10});
  EXPECT_THAT(row.cells, SizeIs(2)) << "no hole in a row, and no end of the broker";
}

TEST_F(ReadsTest, gives_the_heads_of_the_askers_rooms) {
  EXPECT_THAT(read<reply::Heads>(request::Heads{}, kAlice).rooms, ElementsAre(RoomHead{"lobby", {3}}));
  EXPECT_THAT(read<reply::Heads>(request::Heads{}, kBob).rooms,
              ElementsAre(RoomHead{"lobby", {3}}, RoomHead{"tea", {1}}));
  EXPECT_EQ(read<reply::Heads>(request::Heads{}).epoch, "0123456789abcdef");
}

TEST_F(ReadsTest, lists_every_room) {
  const auto rooms = read<reply::Rooms>(request::Rooms{}).rooms;
  ASSERT_THAT(rooms, SizeIs(2));
  EXPECT_EQ(rooms[0].room, "lobby");
  EXPECT_EQ(rooms[0].head, Sequence{3});
  EXPECT_EQ(rooms[0].members, 2U);
  EXPECT_EQ(rooms[1].room, "tea");
  EXPECT_EQ(rooms[1].members, 1U);
}

TEST_F(ReadsTest, says_who_is_there) {
  const auto who = read<reply::Who>(request::Who{});
  ASSERT_THAT(who.clients, SizeIs(2));
  EXPECT_EQ(who.clients[0].client, kAlice);
  EXPECT_EQ(who.clients[0].name, "alice");
  EXPECT_TRUE(who.clients[0].is_online);
  EXPECT_FALSE(who.clients[1].is_online);
  EXPECT_EQ(who.next, ClientNumber{0});
}

TEST_F(ReadsTest, says_who_is_a_member) {
  const auto who = read<reply::Who>(request::Who{{1}, 10, "tea"});
  ASSERT_THAT(who.clients, SizeIs(1));
  EXPECT_EQ(who.clients[0].client, kBob);
  EXPECT_EQ(read<Refusal>(request::Who{{1}, 10, "nowhere"}).code, RefusalCode::no_such_room);
}

TEST_F(ReadsTest, pages_through_who) {
  show_clients(5);
  for (const std::optional<std::string>& room : {std::optional<std::string>{}, {"lobby"}}) {
    std::vector<std::uint32_t> listed;
    std::vector<std::size_t> sizes;
    request::Who wanted{{1}, 2, room};
    do {
      const auto who = read<reply::Who>(wanted);
      for (const auto& client : who.clients) listed.push_back(client.client.value);
      sizes.push_back(who.clients.size());
      wanted.from = who.next;
    } while (wanted.from);
    EXPECT_THAT(listed, ElementsAre(1, 2, 3, 4, 5));
    EXPECT_THAT(sizes, ElementsAre(2, 2, 1));
  }
}

TEST_F(ReadsTest, bounds_who_whatever_was_asked_for) {
  show_clients(limits::kWhoClientsMax + 1);
  const auto who = read<reply::Who>(request::Who{{1}, limits::kIntegerMax, {}});
  EXPECT_THAT(who.clients, SizeIs(limits::kWhoClientsMax));
  EXPECT_EQ(who.next.value, limits::kWhoClientsMax + 1);
}

TEST_F(ReadsTest, answers_a_ping_with_time_and_epoch) {
  const auto pong = read<reply::Pong>(request::Ping{});
  EXPECT_EQ(pong.time, TimeMs{4242});
  EXPECT_EQ(pong.epoch, "0123456789abcdef");
}

class PrivateReadsTest : public ReadsTest {
 protected:
  static constexpr RoomNumber kClosed{3};
  static constexpr RoomNumber kDirect{4};

  PrivateReadsTest() {
    const std::vector<Record> made{record::RoomMade{kClosed, "alice/tea", kAlice, {}},
                                   record::RoomMade{kDirect, "@1-2", kAlice, {}}};
    EXPECT_EQ(archive_.commit(made), CommitResult::committed);
    say(kAlice, kClosed, "in council", 400);
    say(kAlice, kDirect, "entre nous", 500);
    say(kAlice, kLobby, "four", 600);
    auto state = restore(archive_.load());
    for (const auto client : {kAlice, kBob}) state.rooms.join(kDirect, client);
    state.rooms.join(kClosed, kAlice);
    state.rooms.set_standing(kClosed, kAlice, Standing{Role::owner});
    state.roster.add("carol", {"c"});
    show(state);
  }
  static constexpr ClientNumber kCarol{3};
};

TEST_F(PrivateReadsTest, leave_out_of_a_row_what_the_reader_may_not_read) {
  const auto texts = [this](ClientNumber asker) {
    std::vector<std::string> found;
    for (const auto& cell : read<reply::Row>(request::Row{kAlice, {1}, 99}, asker).cells)
      found.push_back(cell.text);
    return found;
  };
  EXPECT_THAT(texts(kAlice), ElementsAre("one", "three", "in council", "entre nous", "four"));
  EXPECT_THAT(texts(kBob), ElementsAre("one", "three", "entre nous", "four"));
  EXPECT_THAT(texts(kCarol), ElementsAre("one", "three", "four"));
}

TEST_F(PrivateReadsTest, go_on_behind_cells_of_a_row_that_are_left_out) {
  const auto row = read<reply::Row>(request::Row{kAlice, {3}, 2}, kCarol);
  EXPECT_THAT(row.cells, IsEmpty());
  EXPECT_EQ(row.next, Column{5});
  EXPECT_EQ(read<reply::Row>(request::Row{kAlice, row.next, 2}, kCarol).next, Column{}) << "that was all";
}

TEST_F(PrivateReadsTest, name_rooms_as_the_reader_does_and_hide_them_from_others) {
  const auto names = [this](ClientNumber asker) {
    std::vector<std::string> found;
    for (const auto& [room, head] : read<reply::Heads>(request::Heads{}, asker).rooms) found.push_back(room);
    return found;
  };
  EXPECT_THAT(names(kAlice), ElementsAre("alice/tea", "@bob"));
  EXPECT_THAT(names(kBob), ElementsAre("@alice"));
  EXPECT_THAT(names(kCarol), IsEmpty());
  EXPECT_THAT(read<reply::Rooms>(request::Rooms{}, kAlice).rooms, SizeIs(3)) << "direct rooms are not listed";
  EXPECT_THAT(read<reply::Rooms>(request::Rooms{}, kBob).rooms, SizeIs(2));
}

TEST_F(PrivateReadsTest, refuse_private_rooms_as_if_they_were_not_there) {
  for (const auto* room : {"alice/tea", "alice/none", "@alice"}) {
    EXPECT_EQ(read<Refusal>(request::History{room, Sequence{1}, {}, 9}, kCarol),
              refuse(RefusalCode::no_such_room));
    EXPECT_EQ(read<Refusal>(request::Who{{1}, 9, room}, kCarol), refuse(RefusalCode::no_such_room));
    EXPECT_EQ(read<Refusal>(request::Audit{room, 1, 9}, kCarol), refuse(RefusalCode::no_such_room));
  }
}

TEST_F(PrivateReadsTest, name_in_a_pong_the_heads_that_no_tick_names) {
  EXPECT_THAT(read<reply::Pong>(request::Ping{}).rooms,
              ElementsAre(RoomHead{"alice/tea", {1}}, RoomHead{"@bob", {1}}));
  EXPECT_THAT(read<reply::Pong>(request::Ping{}, kCarol).rooms, IsEmpty());
}

TEST_F(PrivateReadsTest, tell_roles_in_a_closed_room_alone) {
  EXPECT_EQ(read<reply::Who>(request::Who{{1}, 9, "alice/tea"}).clients.at(0).role, Role::owner);
  EXPECT_EQ(read<reply::Who>(request::Who{{1}, 9, "@bob"}).clients.at(0).role, std::nullopt);
}

TEST_F(PrivateReadsTest, list_what_was_done_page_by_page) {
  std::vector<Record> done;
  for (std::uint64_t number = 1; number <= 3; ++number) {
    done.emplace_back(
        record::Moderated{kClosed, number, {700}, kAlice, Moderation::kick, kBob, {}, {}, "reason"});
  }
  EXPECT_EQ(archive_.commit(done), CommitResult::committed);
  const auto first = read<reply::Audit>(request::Audit{"alice/tea", 1, 2});
  EXPECT_THAT(first.entries, SizeIs(2));
  EXPECT_EQ(first.entries[0].by, "alice");
  EXPECT_EQ(first.entries[0].name, "bob");
  EXPECT_EQ(first.next, 3U);
  const auto rest = read<reply::Audit>(request::Audit{"alice/tea", first.next, 2});
  EXPECT_THAT(rest.entries, SizeIs(1));
  EXPECT_EQ(rest.next, 0U);
}

}  // namespace
}  // namespace palabre::broker
