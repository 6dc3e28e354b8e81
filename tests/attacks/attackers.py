"""The attackers: each a process with an address of its own, that begins one round of its attack after the other.

They take what processor time others leave, as if on machines of their own, so that what is measured is what the broker
lets them do to others, and not whom the scheduler prefers: all of them are one session, which stands back.
"""

import contextlib
import itertools
import multiprocessing
import os
import random
import signal
import socket
import struct
import threading
from types import SimpleNamespace

import msgpack
import zmq
from attacker import ATTACKS, GREETING, PATIENCE_S, Attack, connect, frame, is_ended, pour, ready_command, request
from palabre_harness import may_open
from processors import end_with_parent, has_stood_back
from wire_client import Keys, Peer

DESCRIPTORS = 8192
START_S = 60
CLAIM_MOST = b"\xff\xff\xff\xff"


def hello(name: str, token: str) -> bytes:
    return frame(request("hello", version=1, name=name, token=token))


class MsgpackBombs(Attack):
    """Frames that promise four thousand million elements, that nest without end, or that are longer than any may be."""

    promises = tuple(kind + CLAIM_MOST for kind in (b"\xdd", b"\xdf", b"\xdb", b"\xc6", b"\xc9"))
    nested = (b"\x91" * 200_000, b"\x81\xa1a" * 60_000, b"\xdd\x00\x03\xf0\x00" + b"\xc0" * 258_048)
    inside = tuple(msgpack.packb({"type": "post", "request": 1})[:-1] + b"\x01\xa5texts" + bomb
                   for bomb in (*promises, b"\x91" * 100_000))

    def attack(self) -> None:
        with self.dealer() as connection:
            connection.sendall(self.hello())
            for bomb in itertools.chain(self.promises, self.nested, self.inside):
                connection.setblocking(True)
                pour(connection, frame(bomb) * 4, 4 * len(bomb))
                if is_ended(connection):
                    return
        for size in (262_145, 1 << 31, 1 << 62, (1 << 64) - 1):
            with connect(self.talk_port, source=self.source) as connection:
                connection.sendall(GREETING if self.keys else GREETING + ready_command(b"DEALER"))
                pour(connection, bytes((2,)) + struct.pack(">Q", size) + bytes(65536), 1 << 20)


class ClaimedRoutingIds(Attack):
    """Routing ids that others have, may have, or will be given next; and what an honest client would say under them."""

    names = tuple(f"honest{number}" for number in range(50))

    def attack(self) -> None:
        with contextlib.ExitStack() as kept:
            for name in self.names:
                guess = b"\0" + random.randbytes(4)
                for routing_id in (guess, name.encode(), name.encode().ljust(255, b"x")):
                    with contextlib.suppress(OSError):
                        claimed = kept.enter_context(self.dealer(routing_id))
                        claimed.sendall(hello(name, "a-token-that-is-guessed") + frame(request(
                            "post", 2, room="lobby", outbox=1, counter=1, texts=["not by " + name])))


class PostFlood(Attack):
    """An identity of its own that keeps so many posts under way that it never waits, whatever it is asked for."""

    under_way = 128

    def attack(self) -> None:
        # libzmq's way to say where a connection comes from.
        broker = SimpleNamespace(talk=f"tcp://{self.source}:0;127.0.0.1:{self.talk_port}")
        with Peer(broker, self.name, keys=self.keys) as peer:
            due = acknowledged = newest = rewound = 1
            while True:
                while due < acknowledged + self.under_way:
                    newest = peer.send("post", room="lobby", outbox=peer.outbox, counter=due, texts=["flood " * 20])
                    due += 1
                reply = peer.dealer.reply(PATIENCE_S)
                if reply["type"] == "stored":
                    acknowledged = max(acknowledged, reply["acks"][-1][0] + 1)
                elif reply["type"] == "refused" and reply["request"] > rewound:
                    # All again and at once; what is refused of those before follows from the same gap.
                    due, rewound = reply.get("expected", acknowledged), newest


class ReplayedSession(Attack):
    """What an honest client once sent, byte by byte, as somebody would who listened at the cable."""

    recorded = b""

    def attack(self) -> None:
        for _ in range(20):
            with connect(self.talk_port, source=self.source) as connection:
                connection.sendall(self.recorded)
                connection.settimeout(1)
                with contextlib.suppress(OSError):
                    while connection.recv(65536):
                        pass


class Bystander(Attack):
    """None: counts, and leaves the broker alone. What sharing the processors costs by itself."""

    def attack(self) -> None:
        for _ in range(10_000_000):
            pass


EVERY = {
    "bystanders": Bystander,
    **{name: ATTACKS[name] for name in ("multipart", "subscriptions", "connections", "stall", "reset")},
    "msgpack": MsgpackBombs,
    "claimed": ClaimedRoutingIds,
    "junk": ATTACKS["flood"],
    "flood": PostFlood,
    "replay": ReplayedSession,
    "slow": ATTACKS["slow"],
}


class Relay:
    """Stands between a client and the talk port, and keeps what the client sends."""

    def __init__(self, talk_port: int):
        self.talk_port, self.recorded = talk_port, bytearray()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.listening = threading.Thread(target=self.relay, daemon=True)
        self.listening.start()

    def relay(self) -> None:
        client, _ = self.listener.accept()
        self.listener.close()
        broker = connect(self.talk_port)
        back = threading.Thread(target=self.carry, args=(broker, client, bytearray()), daemon=True)
        back.start()
        self.carry(client, broker, self.recorded)

    @staticmethod
    def carry(source: socket.socket, sink: socket.socket, copy: bytearray) -> None:
        source.settimeout(None)
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                copy += piece
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)


def record_session(broker, texts: list[str]) -> bytes:
    """The bytes of a client who says hello, posts each text, and goes."""
    relay = Relay(broker.talk_port)
    keys = Keys(broker.invitation) if broker.invitation else None
    with Peer(SimpleNamespace(talk=relay.address), "recorded", keys=keys) as peer:
        for text in texts:
            peer.post("lobby", text)
        peer.goodbye()
    relay.listening.join(PATIENCE_S)
    return bytes(relay.recorded)


def register(attack: Attack) -> None:
    """The feed is for who has a name: an attacker takes one with his key."""
    with attack.dealer() as connection:
        connection.sendall(attack.hello())
        connection.settimeout(PATIENCE_S)
        connection.recv(1)


def attack_on(name: str, ports: tuple, number: int, extras: dict, rounds, all_here) -> None:
    """The process of one attacker, which ends when it is told to."""
    end_with_parent()
    may_open(DESCRIPTORS)
    invitation = extras.pop("invitation")
    attack = EVERY[name](*ports, number, f"127.0.1.{number + 1}", Keys(invitation) if invitation else None)
    for key, value in extras.items():
        setattr(attack, key, value)
    all_here.wait()
    if attack.keys:
        register(attack)
    while True:
        rounds[number] += 1
        with contextlib.suppress(OSError, AssertionError, zmq.ZMQError):
            attack.attack()


def lead(name: str, ports: tuple, extras: dict, rounds, all_here) -> None:
    """The process that starts all attackers, in a session of their own."""
    end_with_parent()
    os.setsid()
    if not has_stood_back():
        print("attackers get as much of the processors as everybody: the kernel does not share them by session", flush=True)
    context = multiprocessing.get_context("spawn")
    for number in range(len(rounds)):
        context.Process(target=attack_on, args=(name, ports, number, extras, rounds, all_here)).start()
    signal.pause()


@contextlib.contextmanager
def attackers(name: str, broker, count: int, extras: dict):
    """So many of them until the block ends, which begins with their first rounds. Yields how many each has begun."""
    context = multiprocessing.get_context("spawn")
    all_here = context.Barrier(count + 1)
    rounds = context.Array("Q", count, lock=False)
    ports = (broker.talk_port, broker.feed_port)
    leader = context.Process(target=lead, args=(name, ports, extras, rounds, all_here))
    leader.start()
    try:
        all_here.wait(START_S)
        yield rounds
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader.pid, signal.SIGKILL)
        leader.kill()
        leader.join()
