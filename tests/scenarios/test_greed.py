"""Who takes as much as he may: others are served as before, and a broker short of memory puts off and recovers."""

import contextlib
import socket
import statistics
import time
from pathlib import Path

from attacker import dealer, frame, request
from palabre_harness import Palabre, eventually
from wire_client import Dealer, Peer, Refused, token_of

MEBIBYTE = 1024 * 1024
LONG = "x" * 16_000
# A longest page of the lobby, asked for as often as may wait.
PAGES = frame(request("history", 2, room="lobby", count=1024, **{"from": 1})) * 1000


def greedy(broker, name: str) -> socket.socket:
    """Somebody who has said HELLO and reads nothing more."""
    connection = dealer(broker.talk_port)
    connection.sendall(frame(request("hello", version=1, name=name, token=token_of(name))))
    connection.recv(1)
    return connection


def post_a_page(peer: Peer) -> None:
    for _ in range(2):
        peer.post("lobby", *[LONG] * 8)


def page_times(peer: Peer, count: int) -> list[float]:
    times = []
    for _ in range(count):
        begun = time.monotonic()
        assert peer.ask("history", room="lobby", count=1024, **{"from": 1})["count"] == 16
        times.append(time.monotonic() - begun)
    return times


def reading_ticks(broker) -> int:
    """What the reading thread has had of a processor, in hundredths of a second."""
    for task in Path(f"/proc/{broker.pid}/task").iterdir():
        name, _, rest = (task / "stat").read_text().partition(") ")
        if name.endswith("(reader-1"):
            return sum(map(int, rest.split()[11:13]))
    raise AssertionError("nobody reads")


def test_sixteen_who_ask_for_all_they_may_keep_nobody_waiting(make_broker):
    broker = make_broker(reads_per_second=0, unread_reply_bytes=MEBIBYTE)
    with Peer(broker, "alice") as alice, contextlib.ExitStack() as kept:
        post_a_page(alice)
        quiet = statistics.median(page_times(alice, 20))
        crowd = [kept.enter_context(greedy(broker, f"greedy-{number}")) for number in range(16)]
        for connection in crowd:
            connection.sendall(PAGES)
        begun = reading_ticks(broker)
        eventually(lambda: reading_ticks(broker) > begun + 10)
        attacked = statistics.median(page_times(alice, 20))
        after = reading_ticks(broker)
        eventually(lambda: reading_ticks(broker) > after + 10)  # they have not had all of it yet
        assert attacked < 10 * quiet + 0.05, f"{quiet * 1000:.1f} ms, and {attacked * 1000:.1f} beside them"
    broker.kill()


def test_who_comes_back_to_many_rooms_may_ask_for_all_at_once(broker):
    with Peer(broker, "alice") as alice:
        alice.post("lobby", "hello")
        numbers = [alice.send("history", room="lobby", count=1024, **{"from": 1}) for _ in range(896)]
        assert {alice.answer(number)["type"] for number in numbers} == {"page"}


def test_who_asks_too_fast_is_told_to_wait(make_broker):
    broker = make_broker(reads_per_second=10, bots="bot")
    with Peer(broker, "alice") as alice, Peer(broker, "bot") as bot:
        answers = [alice.answer(number) for number in [alice.send("heads") for _ in range(30)]]
        assert [answer["type"] for answer in answers[:20]] == ["heads"] * 20
        assert answers[-1]["reason"] == "too_fast" and 0 < answers[-1]["retry_after"] <= 100
        assert alice.post("lobby", "and may post all the same")
        assert {bot.ask("heads")["type"] for _ in range(100)} == {"heads"}
    broker.stop()


def check_what_is_put_off(broker, alice: Peer, bob: Peer) -> None:
    refused = [alice.refusal("post", room="lobby", outbox=alice.outbox, counter=alice.counter + 1, texts=["more"]),
               bob.refusal("history", room="lobby", count=1, **{"from": 1})]
    stranger = Dealer(broker.talk)
    stranger.send(request("hello", version=1, name="eve", token=token_of("eve")))
    refused.append(stranger.reply())
    stranger.close()
    assert [(one["reason"], one["retry_after"]) for one in refused] == [("busy", 1000)] * 3
    assert bob.ask("ping")["type"] == "pong" and bob.ask("heads")["rooms"] == [["lobby", 16]]


def post_when_it_may(peer: Peer, text: str):
    with contextlib.suppress(Refused):
        return peer.post("lobby", text)


def test_short_of_memory_it_puts_off_what_takes_more_and_recovers(make_broker, tmp_path):
    plain = make_broker()
    with Peer(plain, "alice"), Peer(plain, "bob"):
        weight = plain.resident_bytes("RssAnon")
    plain.stop()
    broker = make_broker(memory_max_bytes=weight + 24 * MEBIBYTE, unread_reply_bytes=64 * MEBIBYTE)
    palabre = Palabre(tmp_path / "home", broker.talk)
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob, contextlib.ExitStack() as kept:
        post_a_page(alice)
        crowd = [kept.enter_context(greedy(broker, f"greedy-{number}")) for number in range(2)]
        for connection in crowd:
            connection.sendall(PAGES)
        eventually(lambda: "more than it may" in broker.running.talk(), timeout=120)
        check_what_is_put_off(broker, alice, bob)
        if broker.is_sanitized():
            return  # it never gives back what was freed
        late = kept.enter_context(palabre.start("late", "carol", "send", "I had to wait"))
        for connection in crowd:
            connection.close()
        assert eventually(lambda: post_when_it_may(alice, "it goes on"))
        assert late.wait() == 0, late.talk()
        assert [event.text for event in bob.history("lobby", 17)] in (["it goes on", "I had to wait"],
                                                                     ["I had to wait", "it goes on"])
        assert [broker.running.talk().count(word) for word in ("more than it may", "all are served again")] == [1, 1]
    broker.stop()
