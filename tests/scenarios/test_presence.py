"""Coming, going and vanishing: notices, WHO, ROOMS and the heartbeat."""

from palabre_harness import eventually
from wire_client import Peer

HEARTBEAT = {"heartbeat_ms": 500}


def online(peer: Peer) -> dict:
    return {name: is_online for _, name, is_online in peer.ask("who", count=100, **{"from": 1})["clients"]}


def watch(broker, name: str = "watcher") -> Peer:
    watcher = Peer(broker, name)
    watcher.follow("lobby", notices=True)
    watcher.until(lambda: watcher.tick > 0)  # so the subscriptions have taken effect
    return watcher


def stay(peer: Peer, condition) -> None:
    """Listens like a program that keeps its connection up, until `condition()`."""
    def asked() -> bool:
        peer.ask("ping")
        return condition()

    peer.until(asked)


def test_others_are_told_who_came_and_who_went(broker):
    watcher = watch(broker)
    with Peer(broker, "alice") as alice:
        watcher.until(lambda: ("came", 2, "alice") in watcher.notices)
        assert online(watcher) == {"watcher": True, "alice": True}
        alice.ask("goodbye")
        watcher.until(lambda: ("went", 2, "alice") in watcher.notices)
    assert online(watcher) == {"watcher": True, "alice": False}
    watcher.goodbye()


def test_who_vanishes_is_forgotten_after_three_heartbeats_with_its_thread(make_broker):
    broker = make_broker(**HEARTBEAT)
    watcher = watch(broker)
    assert watcher.welcome["heartbeat"] == 500
    alice = Peer(broker, "alice")
    eventually(lambda: broker.sessions() == ["session-1", "session-2"])
    alice.vanish()
    stay(watcher, lambda: ("went", 2, "alice") in watcher.notices)
    eventually(lambda: broker.sessions() == ["session-1"])
    assert online(watcher)["alice"] is False
    watcher.goodbye()
    broker.stop()


def test_a_silent_connection_must_say_hello_again_and_one_that_pings_need_not(make_broker):
    broker = make_broker(**HEARTBEAT)
    watcher, silent = watch(broker), Peer(broker, "silent")
    stay(watcher, lambda: ("went", 2, "silent") in watcher.notices)
    assert silent.refusal("ping")["reason"] == "hello_first"
    assert silent.hello()["client"] == 2
    assert silent.ask("ping")["type"] == "pong"
    watcher.goodbye()
    silent.goodbye()
    broker.stop()


def test_who_went_is_told_only_when_the_last_connection_went(make_broker):
    broker = make_broker(**HEARTBEAT)
    watcher, window, script = watch(broker), Peer(broker, "alice"), Peer(broker, "alice")
    script.vanish()

    def has_outlived_it() -> bool:
        window.ask("ping")
        return watcher.tick >= first_tick + 3  # two seconds at least, which is more than three heartbeats

    first_tick = watcher.tick
    stay(watcher, has_outlived_it)
    assert [notice for notice in watcher.notices if notice[2] == "alice"] == [("came", 2, "alice")]
    window.goodbye()
    stay(watcher, lambda: ("went", 2, "alice") in watcher.notices)
    watcher.goodbye()
    broker.stop()


def test_a_rooms_members_see_who_joined_and_left(broker):
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
        alice.follow("tea", notices=True)
        alice.until(lambda: alice.tick > 0)
        bob.ask("join", room="tea")
        alice.until(lambda: ("joined", 2, "bob") in alice.notices)
        members = alice.ask("who", room="tea", count=10, **{"from": 1})["clients"]
        assert members == [[1, "alice", True], [2, "bob", True]]
        bob.ask("leave", room="tea")
        alice.until(lambda: ("left", 2, "bob") in alice.notices)
        assert alice.ask("rooms")["rooms"] == [["lobby", 0, 2], ["tea", 0, 1]]
        assert all(kind in ("joined", "left") for kind, *_ in alice.notices)


def test_who_is_told_in_parts_that_join_without_a_hole(broker):
    peers = [Peer(broker, f"peer{number}") for number in range(1, 8)]
    seen, start = [], 1
    while start:
        part = peers[0].ask("who", count=3, **{"from": start})
        assert 0 < len(part["clients"]) <= 3
        seen += part["clients"]
        start = part["next"]
    assert seen == [[number, f"peer{number}", True] for number in range(1, 8)]
    for peer in peers:
        peer.goodbye()


def test_a_polite_leaver_with_a_crowd_leaves_nobody_online(broker):
    watcher = watch(broker)
    crowd = [Peer(broker, f"guest{number}") for number in range(10)]
    for guest in crowd:
        guest.goodbye()
    watcher.until(lambda: sum(kind == "went" for kind, *_ in watcher.notices) == 10)
    assert [name for name, is_online in online(watcher).items() if is_online] == ["watcher"]
    watcher.goodbye()
