"""Attackers who know ZeroMQ's wire protocol, beside two clients who talk on and lose nothing."""

import contextlib
import select
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from attacker import (ATTACKS, MORE, connect, dealer, frame, is_ended, pour, read_exactly, reset, shake_hands,
                      subscriber)
from palabre_harness import eventually
from wire_client import Keys, Peer

MEBIBYTE = 1024 * 1024
GROWTH_MAX = 128 * MEBIBYTE
ALLOCATOR_KEEPS = 32 * MEBIBYTE
STRANGERS_PATIENCE_S = 10.5


class Watched:
    """Two honest clients, and what becomes of the broker's memory while they talk."""

    def __init__(self, broker):
        self.broker = broker
        self.alice, self.bob = Peer(broker, "alice"), Peer(broker, "bob")
        self.bob.follow("lobby")
        self.said = []
        self.talk()
        self.is_weighed = not broker.is_sanitized()
        self.before = broker.resident_bytes()

    def grown(self) -> int:
        return self.broker.resident_bytes() - self.before if self.is_weighed else 0

    def talk(self) -> None:
        self.said.append(f"message {len(self.said) + 1}")
        self.alice.post("lobby", self.said[-1])
        self.bob.pump(0)

    def watch(self) -> None:
        self.talk()
        grown = self.grown()
        assert grown < GROWTH_MAX, f"{grown >> 20} MiB more"

    def beside(self, attack, patience: float = 30) -> None:
        """Runs `attack` on a thread of its own, and talks until it is over."""
        def attack_until_refused() -> None:
            with contextlib.suppress(OSError):
                attack()

        thread = threading.Thread(target=attack_until_refused, daemon=True)
        thread.start()
        deadline = time.monotonic() + patience
        while thread.is_alive():
            self.watch()
            assert time.monotonic() < deadline, "the attack goes on and on"

    def heard(self) -> list[str]:
        return [event.text for event in self.bob.events["lobby"] if event.client == self.alice.client]

    def check(self) -> None:
        self.talk()
        self.bob.until(lambda: self.heard()[-1:] == self.said[-1:])
        assert self.heard() == self.said
        assert self.alice.is_forgotten() is False and self.bob.is_forgotten() is False

    def check_memory(self) -> None:
        eventually(lambda: self.grown() < ALLOCATOR_KEEPS)


@contextlib.contextmanager
def honest(broker):
    watched = Watched(broker)
    yield watched
    watched.check()
    watched.check_memory()
    broker.stop()


def warnings(broker) -> list[str]:
    return [line for line in broker.running.talk().splitlines() if "ended a connection" in line]


@pytest.mark.parametrize("part", [frame(b"", MORE) * 32768, frame(bytes(250_000), MORE)], ids=["empty", "long"])
def test_a_message_without_an_end_is_ended(broker, part):
    with honest(broker) as watched:
        for number in range(5):
            # Its own address each time: who did it once may not come again at once.
            with dealer(broker.talk_port, source=f"127.0.2.{number + 1}") as mallory:
                watched.beside(lambda: pour(mallory, part, 1 << 30))
        assert "a message without an end" in warnings(broker)[0]


def test_a_message_without_an_end_is_ended_though_it_comes_no_further(broker):
    with honest(broker) as watched, dealer(broker.talk_port) as mallory:
        with contextlib.suppress(ConnectionError):
            mallory.sendall(frame(b"", MORE) * 200_000)
        eventually(lambda: is_ended(mallory), timeout=5)
        watched.talk()


def test_subscriptions_without_an_end_are_ended(broker):
    with honest(broker) as watched:
        for number in range(3):
            flood = ATTACKS["subscriptions"](broker.talk_port, broker.feed_port, number, f"127.0.2.{number + 1}")
            watched.beside(flood.attack)
        assert "the feed port" in warnings(broker)[0]


def test_who_was_ended_for_what_he_did_may_not_come_back_at_once(broker):
    there = "127.0.2.1"
    flood = ATTACKS["subscriptions"](broker.talk_port, broker.feed_port, 1, there)
    with honest(broker) as watched:
        for length in (1, 2, 4):
            began = time.monotonic()
            watched.beside(flood.attack)
            # Others, and who is here already, notice nothing.
            assert not is_ended(dealer(broker.talk_port, source="127.0.2.2"))
            eventually(lambda: dealer_that_stays(broker, there))
            assert time.monotonic() - began >= length


def test_who_has_nothing_to_say_again_and_again_may_not_come_for_a_while(broker):
    there = "127.0.2.1"

    def is_held() -> bool:
        with contextlib.suppress(OSError):
            # A SYN that was dropped is sent again after a second.
            reset(dealer(broker.talk_port, source=there, patience=0.5))
            return False
        return True

    with honest(broker):
        assert [is_held() for _ in range(50)] == [False] * 50
        eventually(is_held)
        assert not is_ended(dealer(broker.talk_port, source="127.0.2.2"))
        eventually(lambda: dealer_that_stays(broker, there))


def test_who_sends_nothing_but_what_is_no_request_is_ended(broker):
    with honest(broker), dealer(broker.talk_port, "127.0.0.9") as junk:
        junk.sendall(frame(b"") * 255)
        answered = junk.recv(2, socket.MSG_PEEK | socket.MSG_WAITALL)
        assert answered and warnings(broker) == []
        junk.sendall(frame(b""))
        eventually(lambda: is_ended(junk))
        assert "could only be refused" in eventually(lambda: warnings(broker))[0]


def test_who_is_welcomed_is_no_stranger_any_more(make_broker):
    broker = make_broker(connections_per_local_address=160)  # twenty of them may be strangers'
    with honest(broker), contextlib.ExitStack() as kept:
        for number in range(30):
            kept.enter_context(Peer(broker, f"peer-{number}"))
        began = time.monotonic()
        kept.enter_context(dealer(broker.talk_port))
        assert time.monotonic() - began < 1 and warnings(broker) == []


def test_a_crowd_behind_one_address_comes_in_at_once(make_broker):
    """As many as may be there, such as after the broker was started anew: no offence, and nobody is ended."""
    broker = make_broker(security="curve", connections_per_local_address=256)
    crowd = SimpleNamespace(talk=f"tcp://127.0.2.1:0;127.0.0.1:{broker.talk_port}")
    keys = [Keys(broker.invitation) for _ in range(120)]
    with contextlib.ExitStack() as kept, ThreadPoolExecutor(len(keys)) as threads:
        peers = threads.map(lambda one: kept.enter_context(Peer(crowd, f"peer-{one}", keys=keys[one])), range(len(keys)))
        assert len({peer.client for peer in peers}) == len(keys)
        assert warnings(broker) == []


def is_kept_away(broker, there: str) -> bool:
    """A SYN that was dropped is sent again after a second."""
    try:
        connect(broker.talk_port, source=there, patience=0.5).close()
    except TimeoutError:
        return True
    return False


def test_strangers_who_say_nothing_do_not_keep_others_out(make_broker):
    broker = make_broker(connections_per_local_address=160)
    there = "127.0.2.1"
    with honest(broker) as watched, contextlib.ExitStack() as kept:
        strangers = [kept.enter_context(dealer(broker.talk_port, there)) for _ in range(21)]
        came = time.monotonic()
        eventually(lambda: is_kept_away(broker, there))  # the guard hears of each a moment after it is here
        assert not any(map(is_ended, strangers)) and warnings(broker) == []
        eventually(lambda: watched.talk() or time.monotonic() > came + STRANGERS_PATIENCE_S, interval=0.1)
        late = kept.enter_context(dealer(broker.talk_port, there))
        assert eventually(lambda: [is_ended(one) for one in strangers].count(True)) == 1
        assert "nobody was welcomed" in warnings(broker)[0] and not is_ended(late)


def test_subscriptions_of_every_room_there_may_be_are_no_flood(make_broker):
    broker = make_broker(changes_per_second=0)
    with honest(broker) as watched, subscriber(broker.feed_port) as eager:
        for first in range(0, 1023, 8):  # as many as everybody may make
            with Peer(broker, f"founder{first}") as founder:
                for number in range(first, min(first + 8, 1023)):
                    founder.ask("join", room=f"room-{number}")
        for room in range(1024):
            topic = b"\x01" + f"room/{room}".ljust(37, "x").encode() + b"/"
            eager.sendall(frame(topic) + frame(topic.replace(b"room", b"notice")))
        eager.sendall(frame(b"\x01tick/"))
        assert read_exactly(eager, 7)[2:] == b"tick/"
        watched.talk()
        assert not is_ended(eager) and warnings(broker) == []


def test_connections_beyond_their_number_are_ended_and_those_before_stay(make_broker):
    broker = make_broker(connections_per_local_address=40)
    with honest(broker) as watched, contextlib.ExitStack() as kept:
        crowd = []
        for _ in range(60):  # who is not let in costs a tenth of a second, and after five the silent are ended anyway
            with contextlib.suppress(OSError):  # some are ended before connect() returns, others never let in
                crowd.append(kept.enter_context(connect(broker.feed_port, patience=0.1)))
        eventually(lambda: sum(not is_ended(one) for one in crowd) <= 40)
        assert not any(is_ended(one) for one in crowd[:30])
        assert not is_ended(shake_hands(connect(broker.talk_port, source="127.0.0.2"), b"DEALER"))
        watched.talk()
        assert "too many connections" in warnings(broker)[0]


def test_a_place_is_free_again_when_its_connection_is_gone(make_broker):
    broker = make_broker(connections_per_local_address=20)
    with honest(broker):
        for _ in range(60):
            reset(dealer(broker.talk_port))
        with eventually(lambda: dealer_that_stays(broker)) as late:
            assert not is_ended(late)


def dealer_that_stays(broker, source=None):
    with contextlib.suppress(OSError):
        connection = dealer(broker.talk_port, source)
        # Who is not welcome is ended a moment later.
        if not select.select([connection], [], [], 0.05)[0]:
            connection.setblocking(True)
            return connection
    return None


def test_descriptors_do_not_run_out_under_a_flood_of_connections(make_broker):
    broker = make_broker(sessions_max=4)
    with honest(broker) as watched, contextlib.ExitStack() as kept:
        for number in range(2000):
            with contextlib.suppress(OSError):
                kept.enter_context(connect((broker.talk_port, broker.feed_port)[number % 2]))
        assert "too many connections" in eventually(lambda: warnings(broker))[0]
        watched.talk()


def test_who_asks_for_history_and_does_not_read_it_costs_little(broker):
    attack = ATTACKS["slow"](broker.talk_port, broker.feed_port, 1)
    with Peer(broker, "writer") as writer:
        for _ in range(10):
            writer.post("lobby", *["x" * 16_000] * 15)
    with honest(broker) as watched:
        for _ in range(3):
            watched.beside(attack.attack)


@pytest.mark.parametrize("name", ["stall", "reset", "flood"])
def test_others_notice_nothing_of_an_attack(broker, name):
    attack = ATTACKS[name](broker.talk_port, broker.feed_port, 1)
    with honest(broker) as watched:
        watched.beside(attack.attack)


def test_who_posts_as_much_as_a_program_can_is_not_ended(broker):
    watched = Watched(broker)
    with Peer(broker, "busy") as busy:
        texts = ["x" * 16_000] * 15
        for _ in range(20):
            first = busy.counter + 1
            numbers = [busy.send("post", room="lobby", outbox=busy.outbox, counter=first + 15 * place, texts=texts)
                       for place in range(8)]
            assert {busy.answer(number)["type"] for number in numbers} == {"stored"}
            busy.counter += 15 * len(numbers)
        watched.check()
        assert warnings(broker) == []
