"""From a post to everybody's ears: delivery, rooms, history, counters and acknowledgements."""

import pytest
from palabre_harness import eventually
from wire_client import Peer


def test_a_post_reaches_everybody_and_its_sender_with_number_name_and_column(broker):
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
        for peer in (alice, bob):
            peer.follow("lobby")
            peer.until(lambda peer=peer: peer.tick > 0)  # the subscription has taken effect
        [[counter, sequence, column, at]] = bob.post("lobby", "été, 日本, 🙂\n\tsecond line")
        assert (counter, sequence, column) == (1, 1, 1)
        for peer in (alice, bob):
            peer.until(lambda peer=peer: peer.events["lobby"])
            assert peer.events["lobby"] == [(1, 2, 1, "été, 日本, 🙂\n\tsecond line", at, False)]


def test_columns_count_a_senders_messages_over_all_rooms_and_sequences_count_a_rooms(broker):
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
        alice.ask("join", room="tea")
        assert [ack[:3] for ack in alice.post("lobby", "a", "b")] == [[1, 1, 1], [2, 2, 2]]
        assert [ack[:3] for ack in bob.post("lobby", "c")] == [[1, 3, 1]]
        assert [ack[:3] for ack in alice.post("tea", "d")] == [[3, 1, 3]]
        assert [ack[:3] for ack in alice.post("lobby", "e")] == [[4, 4, 4]]
        assert [cell[:4] for cell in bob.row(1)] == [[1, "lobby", 1, "a"], [2, "lobby", 2, "b"], [3, "tea", 1, "d"],
                                                     [4, "lobby", 4, "e"]]
        assert [cell[3] for cell in bob.ask("row", client=1, count=1, **{"from": 3})["cells"]] == ["d"]
        assert bob.refusal("row", client=3, count=1, **{"from": 1})["reason"] == "no_such_client"


def test_two_rooms_do_not_mix(broker):
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
        alice.follow("tea")
        bob.follow("team")
        bob.ask("join", room="tea")
        for number in range(50):
            bob.post("tea", f"tea {number}")
            bob.post("team", f"team {number}")
        alice.until(lambda: len(alice.events["tea"]) == 50)
        bob.until(lambda: len(bob.events["team"]) == 50)
        assert alice.texts("tea") == [f"tea {number}" for number in range(50)]
        assert bob.texts("team") == [f"team {number}" for number in range(50)]
        assert set(alice.events) == {"tea"}


def test_a_late_joiner_gets_the_history_and_then_the_news(broker):
    with Peer(broker, "alice") as alice:
        for start in range(0, 3000, 100):
            alice.post("lobby", *(f"old {number}" for number in range(start, start + 100)))
        with Peer(broker, "bob") as bob:
            assert bob.welcome["rooms"] == [["lobby", 3000]]
            bob.follow("lobby")
            assert bob.texts() == [f"old {number}" for number in range(3000)]
            assert all(event.replay for event in bob.events["lobby"])
            alice.post("lobby", "new")
            bob.until(lambda: bob.texts()[-1:] == ["new"])
            assert len(bob.texts()) == 3001


def test_history_can_begin_at_a_time_and_ends_past_the_head(broker):
    with Peer(broker, "alice") as alice:
        times = []
        for number in range(3):
            times.append(alice.post("lobby", f"message {number}")[0][3])
            eventually(lambda: alice.ask("ping")["time"] > times[-1])
        page = alice.ask("history", room="lobby", since=times[1], count=10)
        assert (page["first"], page["count"], page["head"]) == (2, 2, 3)
        past = alice.ask("history", room="lobby", count=10, **{"from": 4})
        assert (past["count"], past["events"], past["head"]) == (0, [], 3)
        later = alice.ask("history", room="lobby", since=times[2] + 3_600_000, count=10)
        assert (later["count"], later["first"]) == (0, 4)


def test_a_repeated_post_gets_its_original_acknowledgement_and_is_not_stored_again(broker):
    alice = Peer(broker, "alice")
    request = {"room": "lobby", "outbox": 77, "counter": 1, "texts": ["one", "two", "three"]}
    original = alice.ask("post", **request)
    alice.post("lobby", "something else in between")
    assert alice.ask("post", **request)["acks"] == original["acks"]
    assert alice.ask("post", **{**request, "counter": 2, "texts": ["two"]})["acks"] == original["acks"][1:2]
    alice.vanish()
    broker.restart()
    alice = Peer(broker, "alice")
    assert alice.ask("post", **request)["acks"] == original["acks"]
    overlapping = alice.ask("post", **{**request, "counter": 3, "texts": ["three", "four"]})["acks"]
    assert overlapping[0] == original["acks"][2] and overlapping[1][:3] == [4, 5, 5]
    assert [event.text for event in alice.history("lobby")] == [
        "one", "two", "three", "something else in between", "four"]
    alice.goodbye()


def test_a_counter_that_is_not_the_next_is_refused_with_the_one_that_is_due(broker):
    with Peer(broker, "alice") as alice:
        refusal = alice.refusal("post", room="lobby", outbox=5, counter=2, texts=["too early"])
        assert (refusal["reason"], refusal["expected"]) == ("out_of_order", 1)
        alice.ask("post", room="lobby", outbox=5, counter=1, texts=["a", "b"])
        refusal = alice.refusal("post", room="lobby", outbox=5, counter=9, texts=["too early"])
        assert (refusal["reason"], refusal["expected"]) == ("out_of_order", 3)
        assert [event.text for event in alice.history("lobby")] == ["a", "b"]


def test_a_counter_used_in_another_room_is_refused(broker):
    with Peer(broker, "alice") as alice:
        alice.ask("join", room="tea")
        alice.ask("post", room="lobby", outbox=5, counter=1, texts=["a"])
        assert alice.refusal("post", room="tea", outbox=5, counter=1, texts=["a"])["reason"] == "id_reused"
        assert alice.history("tea") == []


def test_the_same_outbox_and_counter_of_two_senders_are_two_posts(broker):
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
        for peer in (alice, bob):
            peer.ask("post", room="lobby", outbox=5, counter=1, texts=[f"from {peer.name}"])
        assert [event.text for event in bob.history("lobby")] == ["from alice", "from bob"]


def test_posting_needs_membership_and_reading_does_not(broker):
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
        assert alice.ask("join", room="tea")["new"] is True
        alice.post("tea", "is served")
        assert bob.refusal("post", room="tea", outbox=1, counter=1, texts=["x"])["reason"] == "not_a_member"
        assert [event.text for event in bob.history("tea")] == ["is served"]
        joined = bob.ask("join", room="tea")
        assert (joined["type"], joined["room"], joined["head"], joined["new"]) == ("joined", "tea", 1, False)
        assert bob.ask("post", room="tea", outbox=1, counter=1, texts=["x"])["acks"][0][:2] == [1, 2]
        assert bob.ask("leave", room="tea")["room"] == "tea"
        assert bob.refusal("post", room="tea", outbox=1, counter=2, texts=["x"])["reason"] == "not_a_member"


@pytest.mark.parametrize("request_type", ["history", "post", "leave"])
def test_a_room_nobody_made_is_no_room(broker, request_type):
    fields = {"history": {"from": 1, "count": 1}, "post": {"outbox": 1, "counter": 1, "texts": ["x"]}, "leave": {}}
    with Peer(broker, "alice") as alice:
        assert alice.refusal(request_type, room="nowhere", **fields[request_type])["reason"] == "no_such_room"


def test_nobody_leaves_the_lobby(broker):
    with Peer(broker, "alice") as alice:
        assert alice.refusal("leave", room="lobby")["reason"] == "not_allowed"
        alice.post("lobby", "still here")


def test_a_broker_that_keeps_messages_in_memory_never_says_stored(make_broker):
    broker = make_broker(durability="memory")
    with Peer(broker, "alice") as alice:
        reply = alice.ask("post", room="lobby", outbox=1, counter=1, texts=["x"])
        assert (reply["type"], reply["acks"][0][:3]) == ("received", [1, 1, 1])
    broker.stop()


def test_a_longest_text_and_a_fullest_post_pass_and_come_back_whole(broker):
    with Peer(broker, "alice") as alice:
        alice.follow("lobby")
        texts = ["x" * 16384, *(f"text {number}" for number in range(255))]
        assert len(alice.post("lobby", *texts)) == 256
        alice.until(lambda: len(alice.texts()) == 256)
        assert alice.texts() == texts
        assert [event.text for event in alice.history("lobby")] == texts
