"""Who is who: numbers, tokens, several connections of one identity, and a thread for each."""

import msgpack
import pytest
from palabre_harness import eventually
from raw_sockets import hello
from wire_client import Dealer, Peer, Refused, token_of

OF_THE_BROKER = {"router", "greeter", "recorder", "publisher", "zap", "guard", "operator", "reader-1", "ZMQbg/Reaper",
                 "ZMQbg/IO/0", "ZMQbg/IO/1"}


def test_identities_are_numbered_from_one_in_the_order_they_register(broker):
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob, Peer(broker, "carol") as carol:
        assert [peer.client for peer in (alice, bob, carol)] == [1, 2, 3]
        assert [peer.welcome["new"] for peer in (alice, bob, carol)] == [True, True, True]
        assert alice.welcome["rooms"] == [["lobby", 0]]
        assert alice.welcome["version"] == 1 and alice.welcome["name"] == "alice"
        assert alice.welcome["feed_port"] == broker.feed_port


def test_an_identity_keeps_its_number_over_disconnects_and_restarts(broker):
    Peer(broker, "alice").goodbye()
    Peer(broker, "bob").goodbye()
    with Peer(broker, "bob") as again:
        assert (again.client, again.welcome["new"]) == (2, False)
    broker.restart()
    with Peer(broker, "bob") as later, Peer(broker, "carol") as newcomer:
        assert (later.client, later.welcome["new"]) == (2, False)
        assert (newcomer.client, newcomer.welcome["new"]) == (3, True)


def test_a_name_with_another_token_is_refused_and_its_owner_is_not_disturbed(broker):
    with Peer(broker, "alice") as alice:
        with pytest.raises(Refused, match="wrong_token"):
            Peer(broker, "alice", token="a-token-of-somebody-else")
        assert alice.ask("ping")["type"] == "pong"
    broker.restart()
    with pytest.raises(Refused, match="wrong_token"):
        Peer(broker, "alice", token="a-token-of-somebody-else")


def test_hello_said_again_is_answered_with_the_same_welcome(broker):
    with Peer(broker, "alice") as alice:
        again = alice.hello()
        assert (again["type"], again["client"], again["new"]) == ("welcome", 1, False)
        eventually(lambda: broker.sessions() == ["session-1"])


def test_nothing_but_hello_is_answered_before_hello(broker):
    stranger = Dealer(broker.talk)
    requests = [{"type": "ping"}, {"type": "rooms"}, {"type": "goodbye"}, {"type": "join", "room": "tea"},
                {"type": "who", "from": 1, "count": 9}, {"type": "history", "room": "lobby", "from": 1, "count": 1},
                {"type": "post", "room": "lobby", "outbox": 1, "counter": 1, "texts": ["x"]}]
    for number, request in enumerate(requests, 7):
        stranger.send(msgpack.packb({**request, "request": number}))
        refusal = stranger.reply()
        assert (refusal["type"], refusal["reason"], refusal["request"]) == ("refused", "hello_first", number)
    stranger.close()
    with Peer(broker, "alice") as alice:
        assert alice.ask("rooms")["rooms"] == [["lobby", 0, 1]]


def test_one_identity_may_have_several_connections_and_one_thread(broker):
    with Peer(broker, "alice") as window, Peer(broker, "alice") as script, Peer(broker, "bob"):
        assert window.client == script.client == 1
        eventually(lambda: broker.sessions() == ["session-1", "session-2"])
        window.follow("lobby")
        script.follow("lobby")
        assert script.post("lobby", "from the script")[0][2] == 1
        assert window.post("lobby", "from the window")[0][2] == 2
        for peer in (window, script):
            peer.until(lambda peer=peer: peer.texts() == ["from the script", "from the window"])
        script.goodbye()
        assert window.ask("ping")["type"] == "pong"
        assert broker.sessions() == ["session-1", "session-2"]


def test_each_identity_has_a_thread_that_ends_with_its_last_connection(broker):
    # A thread is called as the one that began it until it has named itself, so all are waited for. How many are called
    # "palabred" says nothing: ThreadSanitizer has one of its own.
    eventually(lambda: OF_THE_BROKER <= set(broker.threads()))
    base = broker.threads()
    peers = [Peer(broker, f"peer{number}") for number in range(1, 21)]
    eventually(lambda: broker.threads() == sorted([*base, *(f"session-{number}" for number in range(1, 21))]))
    for peer in peers:
        peer.goodbye()
    eventually(lambda: broker.threads() == base)


def test_a_connection_that_said_goodbye_must_say_hello_again(broker):
    with Peer(broker, "alice") as alice:
        alice.ask("goodbye")
        eventually(alice.is_forgotten)
        assert alice.hello()["client"] == 1
        assert alice.ask("ping")["type"] == "pong"


def is_welcomed_again(peer) -> bool:
    """A HELLO that comes before the broker has let go of the connection is told to wait."""
    try:
        return peer.hello()["client"] == 1
    except Refused as refused:
        assert refused.reason == "busy"
        return False


def test_what_is_sent_right_behind_a_goodbye_is_answered_like_a_strangers(broker):
    for _ in range(30):
        alice = Peer(broker, "alice")
        numbers = [alice.send("goodbye"), *(alice.send("ping") for _ in range(20))]
        answers = [alice.answer(number) for number in numbers]
        assert answers[0]["type"] == "farewell"
        assert {answer.get("reason", answer["type"]) for answer in answers[1:]} <= {"pong", "hello_first"}
        eventually(lambda alice=alice: is_welcomed_again(alice))
        alice.goodbye()


def test_one_identity_too_many_is_told_to_wait_and_is_welcome_when_somebody_has_left(make_broker):
    broker = make_broker(sessions_max=2)
    late = Dealer(broker.talk)

    def answer() -> dict:
        return hello(late, "carol", token=token_of("carol"))

    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
        alice.follow("lobby", notices=True)
        alice.until(lambda: alice.tick)
        for _ in range(3):
            refused = answer()
            assert (refused["type"], refused["reason"]) == ("refused", "busy") and refused["retry_after"] > 0
        eventually(lambda: broker.sessions() == ["session-1", "session-2"])
        Peer(broker, "bob").goodbye()  # another connection of who is there is none too many
        assert bob.ask("ping")["type"] == "pong"
        bob.goodbye()
        welcome = eventually(lambda: (reply := answer())["type"] == "welcome" and reply)
        assert (welcome["client"], welcome["new"]) == (3, True)
        eventually(lambda: broker.sessions() == ["session-1", "session-3"])  # a thread names itself
        alice.until(lambda: ("came", 3, "carol") in alice.notices)
        assert [kind for kind, _, name in alice.notices if name == "carol"] == ["came"], "and nobody heard of her before"
    late.close()
