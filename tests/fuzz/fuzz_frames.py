#!/usr/bin/env python3
"""Random and mutated frames to both ports of a live broker, beside two honest clients that must not notice.

Each process is a known client, a stranger, a mad subscriber and a source of raw bytes. Every frame on the talk port
must get exactly one reply. At the end the honest clients have everything, and the broker's threads and memory are
back where they were after the first tenth.
"""

import argparse
import collections
import contextlib
import multiprocessing
import socket
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import msgpack  # noqa: E402
import zmq  # noqa: E402
from mutations import Mutator  # noqa: E402
from palabre_harness import Broker, eventually  # noqa: E402
from wire_client import Dealer, Peer, Refused  # noqa: E402

ROUND = {"known": 60, "stranger": 20, "feed": 20}
ROUND_FRAMES = sum(ROUND.values())
MEMORY_GROWTH_MAX = 48 * 1024 * 1024
HEARTBEAT_MS = 2000


class Address:
    """What a Peer needs to know of a broker that another process started."""

    def __init__(self, talk: str):
        self.talk = talk


class Attacker:
    def __init__(self, seed: int, talk: str, feed_port: int):
        self.mutator, self.chance, self.seed = Mutator(seed), Mutator(seed).chance, seed
        self.talk, self.feed_port, self.replies = talk, feed_port, collections.Counter()
        self.known, self.stranger, self.subscriber = None, None, None

    def one_round(self, number: int) -> None:
        if number % 20 == 0:
            # Who sends too much is held, with all who share the address: the next comes from another, and so do
            # those whose replies are waited for. Who goes on sending what can only be refused is ended, too.
            self.open_talk()
            self.open_subscriber(self.next_address(number // 20))
            self.raw_bytes(self.next_address(number // 20))
        self.exchange(self.known.dealer, ROUND["known"])
        self.exchange(self.stranger, ROUND["stranger"])
        for _ in range(ROUND["feed"]):
            first = self.chance.choice((b"", b"\x00", b"\x01", b"\x01", b"\x02"))
            self.subscriber.send_multipart([first + self.mutator.frame()[:1000]] * self.chance.choice((1, 1, 1, 3)))
        # A mutated frame may have been a goodbye, and another one a hello as somebody else.
        self.known.answer(self.known.send("goodbye"))
        eventually(self.is_welcomed)

    def is_welcomed(self) -> bool:
        """A HELLO behind a goodbye may come before the broker has let go of the connection, and is told to wait."""
        try:
            return self.known.hello()["type"] == "welcome"
        except Refused as refused:
            assert refused.reason == "busy"
            return False

    def exchange(self, dealer: Dealer, count: int) -> None:
        """Sends frames, not more than a mailbox holds, and takes a reply to each."""
        for _ in range(count):
            dealer.send(*[self.mutator.frame()] * self.chance.choice((1,) * 20 + (2, 5)))
        for _ in range(count):
            reply = dealer.reply()
            assert isinstance(reply["request"], int)
            self.replies[reply.get("reason", reply["type"])] += 1

    def next_address(self, number: int) -> str:
        return f"127.{1 + self.seed % 250}.{number // 250 % 250}.{1 + number % 250}"

    def open_talk(self) -> None:
        self.close_talk()
        self.known, self.stranger = Peer(Address(self.talk), f"mallory-{self.seed}"), Dealer(self.talk)

    def close_talk(self) -> None:
        if self.known:
            self.known.goodbye()
            self.stranger.close()

    def open_subscriber(self, source: str) -> None:
        if self.subscriber:
            self.subscriber.close()
        self.subscriber = zmq.Context.instance().socket(zmq.XSUB)
        self.subscriber.setsockopt(zmq.LINGER, 0)
        self.subscriber.connect(f"tcp://{source}:0;127.0.0.1:{self.feed_port}")

    def raw_bytes(self, source: str) -> None:
        for port in (int(self.talk.rpartition(":")[2]), self.feed_port):
            with contextlib.suppress(ConnectionError, TimeoutError):
                with socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(source, 0)) as connection:
                    connection.sendall(self.mutator.frame())


def attack(seed: int, talk: str, feed_port: int, frames: int, deadline: float) -> tuple[int, collections.Counter]:
    attacker, sent = Attacker(seed, talk, feed_port), 0
    while sent < frames and time.time() < deadline:
        attacker.one_round(sent // ROUND_FRAMES)
        sent += ROUND_FRAMES
    attacker.close_talk()
    return sent, attacker.replies


class Honest:
    """Two clients that go on talking, and what they must have in the end."""

    def __init__(self, broker: Broker):
        self.speaker, self.listener = Peer(broker, "honest-speaker"), Peer(broker, "honest-listener")
        self.listener.follow("lobby")
        self.said, self.slowest_s = [], 0.0

    def talk(self) -> None:
        self.said.append(f"message {len(self.said) + 1}")
        began = time.monotonic()
        self.speaker.post("lobby", self.said[-1])
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        self.listener.pump()
        self.listener.ask("ping")

    def heard(self) -> list[str]:
        return [event.text for event in self.listener.events["lobby"] if event.client == self.speaker.client]

    def check(self) -> None:
        self.talk()
        self.listener.until(lambda: self.heard()[-1:] == self.said[-1:])
        assert self.heard() == self.said
        assert [cell[3] for cell in self.listener.row(self.speaker.client)] == self.said
        sequences = [event.sequence for event in self.listener.events["lobby"]]
        assert sequences == list(range(1, len(sequences) + 1))


def run_attacks(broker: Broker, honest: Honest, frames: int, seconds: float,
                seeds: range) -> tuple[int, collections.Counter]:
    """Runs the processes until each has sent its share, while the honest clients talk."""
    share, deadline = frames // len(seeds), time.time() + seconds
    with multiprocessing.get_context("spawn").Pool(len(seeds)) as pool:
        running = [pool.apply_async(attack, (seed, broker.talk, broker.feed_port, share, deadline)) for seed in seeds]
        while not all(result.ready() for result in running):
            honest.talk()
        results = [result.get() for result in running]
    return sum(sent for sent, _ in results), sum((replies for _, replies in results), collections.Counter())


def settle(broker: Broker, honest: Honest) -> int:
    """Waits until only the honest clients' threads are left; the memory then."""
    def is_quiet() -> bool:
        honest.talk()
        return len(broker.sessions()) == 2

    eventually(is_quiet, timeout=60)
    return broker.resident_bytes()


def fuzz(arguments) -> None:
    with tempfile.TemporaryDirectory(prefix="palabre-fuzz-") as directory, \
            Broker(Path(directory), heartbeat_ms=HEARTBEAT_MS, changes_per_second=0, reads_per_second=0) as broker:
        honest, began = Honest(broker), time.monotonic()
        seeds = range(arguments.seed, arguments.seed + arguments.processes)
        tenth, _ = run_attacks(broker, honest, arguments.frames // 10, arguments.seconds / 10, seeds)
        before = settle(broker, honest)
        seeds = range(seeds.stop, seeds.stop + len(seeds))
        rest, replies = run_attacks(broker, honest, arguments.frames - tenth, arguments.seconds * 0.9, seeds)
        took, after = time.monotonic() - began, settle(broker, honest)
        honest.check()
        print(f"{tenth + rest} frames in {took:.0f} s; replies: {dict(replies.most_common())}")
        print(f"honest clients: {len(honest.said)} messages, slowest acknowledgement {honest.slowest_s * 1000:.0f} ms")
        print(f"broker memory: {before >> 20} MiB after the first tenth, {after >> 20} MiB at the end")
        assert after - before < MEMORY_GROWTH_MAX, "the broker's memory does not return"
        broker.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=1_000_000, help="how many in all")
    parser.add_argument("--seconds", type=float, default=3600, help="stop sending after so long")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    fuzz(parser.parse_args())


if __name__ == "__main__":
    main()
