"""What the broker lets hear who stands by: further connections of some identities, that of a stranger, and a subscriber
to all of the feed. A client library passes over what its application did not ask for; here all of it is written down."""

import concurrent.futures
import re
import threading
import time
from pathlib import Path

import msgpack
import zmq
from doors import FEED
from wire_client import Dealer, NoReply, token_of

STRANGER = "zoe"
# An id at the beginning of a text (tests/faults/application/member.cpp), whatever is around it.
ID = r"(?:{names})\.\d+\.\d+(?= )"
HELLO_S = 0.25
FAREWELL_S = 2


class Taps:
    """Has a thread of its own, which owns the sockets."""

    def __init__(self, talk: str, feed: str, journals: Path, who: list[str], everybody: list[str], keys: dict):
        """`keys`: of an encrypted broker, those of all identities and the stranger, by name; else empty."""
        self.talk, self.feed, self.journals, self.keys = talk, feed, journals, keys
        self.who = [*who, STRANGER]
        self.ids = re.compile(ID.format(names="|".join(everybody)).encode())
        self.topics, self.is_ending = set(), threading.Event()
        self.running = concurrent.futures.ThreadPoolExecutor(1).submit(self.run)

    def end(self) -> None:
        """Raises what the thread ended with."""
        self.is_ending.set()
        self.running.result()

    def run(self) -> None:
        poller = zmq.Poller()
        dealers = {name: Dealer(self.talk, self.keys.get(name)) for name in self.who}
        subscriber = zmq.Context.instance().socket(zmq.SUB)
        subscriber.linger, subscriber.rcvhwm = 0, 0
        subscriber.subscribe(b"")
        if STRANGER in self.keys:
            self.keys[STRANGER].encrypt(subscriber)
        subscriber.connect(self.feed)
        written = {socket: open(self.journals / f"{name}.tap", "w", encoding="utf-8") for name, socket in
                   [(FEED, subscriber), *((name, dealer.socket) for name, dealer in dealers.items())]}
        for socket in written:
            poller.register(socket, zmq.POLLIN)
        hello_at = 0
        while not self.is_ending.is_set():
            if time.monotonic() >= hello_at:
                hello_at = time.monotonic() + HELLO_S
                self.say_hello(dealers)
            for socket, _ in poller.poll(50):
                self.take(socket, written[socket])
        for dealer in dealers.values():
            say_goodbye(dealer)
        subscriber.close()
        for journal in written.values():
            journal.close()

    def say_hello(self, dealers: dict) -> None:
        """Again and again: the answer is the same, and a broker that was started anew has forgotten us."""
        for name, dealer in dealers.items():
            hello = {"type": "hello", "request": 1, "version": 1, "name": name, "token": token_of(name)}
            dealer.socket.send(msgpack.packb(hello), zmq.DONTWAIT)

    def take(self, socket: zmq.Socket, journal) -> None:
        topic, *_ = frames = socket.recv_multipart()
        moment = time.monotonic_ns() // 1_000_000
        if len(frames) > 1 and topic not in self.topics:
            self.topics.add(topic)
            print("T", topic.decode(errors="replace"), moment, sep="\t", file=journal)
        for post in self.ids.findall(frames[-1]):
            print("H", post.decode(), moment, sep="\t", file=journal)


def say_goodbye(dealer: Dealer) -> None:
    """So that the broker has nothing left of us when it is asked what it has."""
    dealer.socket.send(msgpack.packb({"type": "goodbye", "request": 2}), zmq.DONTWAIT)
    try:
        while dealer.reply(FAREWELL_S)["type"] != "farewell":
            pass
    except NoReply:
        pass
    dealer.close()
