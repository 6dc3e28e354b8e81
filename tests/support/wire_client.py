"""A client of the protocol as schema/README.md tells it, with nothing of ours, for scenarios and fuzzing.

One thread per Peer. Nothing runs behind the test's back: sockets are read by ask(), pump() and until() only.
"""

import base64
import itertools
import random
import time
from typing import NamedTuple

import msgpack
import zmq
import zmq.utils.z85

from palabre_harness import PATIENCE_S

TICK_DEAD_S = 3.5


class Refused(Exception):
    def __init__(self, reply: dict):
        super().__init__(reply)
        self.reply, self.reason = reply, reply["reason"]

    def __str__(self) -> str:
        return f"{self.reason}: {self.reply['text']}"


class NoReply(AssertionError):
    pass


class Event(NamedTuple):
    sequence: int
    client: int
    column: int
    text: str
    at: int
    replay: bool


def objects_in(body: bytes) -> list:
    unpacker = msgpack.Unpacker()
    unpacker.feed(body)
    return list(unpacker)


def token_of(name: str) -> str:
    return f"the-secret-token-of-{name}"


class Keys:
    """What a client of an encrypted broker has: the broker's public key, and a pair of its own."""

    def __init__(self, invitation: str):
        text = invitation.partition("#")[2].partition(".")[0]
        self.broker = base64.urlsafe_b64decode(text + "=")
        self.public, self.secret = zmq.curve_keypair()

    @property
    def secret_text(self) -> str:
        """As `palabre` keeps it."""
        return base64.urlsafe_b64encode(zmq.utils.z85.decode(self.secret)).decode().rstrip("=")

    def encrypt(self, socket: zmq.Socket) -> None:
        socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = self.broker, self.public, self.secret


class Dealer:
    """The talk port alone, byte by byte: what a stranger can send."""

    def __init__(self, address: str, keys: "Keys | None" = None, routing_id: bytes | None = None):
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        if keys:
            keys.encrypt(self.socket)
        if routing_id:
            self.socket.setsockopt(zmq.ROUTING_ID, routing_id)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.RCVHWM, 0)
        self.socket.connect(address)

    def send(self, *frames: bytes) -> None:
        self.socket.send_multipart(frames)

    def reply(self, timeout: float = PATIENCE_S) -> dict:
        if not self.socket.poll(int(timeout * 1000)):
            raise NoReply(f"no reply within {timeout} s")
        frames = self.socket.recv_multipart()
        assert len(frames) == 1, f"a reply of {len(frames)} frames"
        return msgpack.unpackb(frames[0])

    def close(self) -> None:
        self.socket.close()


class Peer:
    """An identity's connection: says hello, asks, posts, and follows rooms by the listener's rules."""

    def __init__(self, broker, name: str, token: str | None = None, feed_options: dict | None = None,
                 keys: Keys | None = None):
        self.host = broker.talk.rpartition(":")[0]
        self.name, self.token = name, token or token_of(name)
        self.feed_options = feed_options or {}
        self.dealer, self.numbers = Dealer(broker.talk, keys), itertools.count(1)
        self.outbox, self.counter = random.randrange(1, 2**53), 0
        self.answers, self.unasked, self.feed, self.tick = {}, [], None, 0
        self.last, self.events, self.notices, self.refills = {}, {}, [], 0
        self.welcome = self.hello()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.vanish()

    @property
    def client(self) -> int:
        return self.welcome["client"]

    def hello(self) -> dict:
        return self.ask("hello", version=1, name=self.name, token=self.token)

    def vanish(self) -> None:
        """Ends the connection without a word."""
        self.dealer.close()
        if self.feed:
            self.feed.close()
            self.feed = None

    def goodbye(self) -> None:
        self.ask("goodbye")
        self.vanish()

    # Asking

    def send(self, type: str, **fields) -> int:
        number = next(self.numbers)
        self.dealer.send(msgpack.packb({"type": type, "request": number, **fields}))
        return number

    def answer(self, number: int, timeout: float = PATIENCE_S) -> dict:
        while number not in self.answers:
            self.sort(self.dealer.reply(timeout))
        return self.answers.pop(number)

    def sort(self, reply: dict) -> None:
        if reply["type"] in ("batch", "notice"):
            self.unasked.append(reply)
        else:
            self.answers[reply["request"]] = reply

    def private(self, count: int, timeout: float = PATIENCE_S) -> list[dict]:
        """The next `count` things that were said, or happened, in private rooms."""
        while len(self.unasked) < count:
            self.sort(self.dealer.reply(timeout))
        heard, self.unasked = self.unasked[:count], self.unasked[count:]
        return heard

    def ask(self, type: str, timeout: float = PATIENCE_S, **fields) -> dict:
        reply = self.answer(self.send(type, **fields), timeout)
        if reply["type"] == "refused":
            raise Refused(reply)
        return reply

    def refusal(self, type: str, **fields) -> dict:
        """The refusal that a request is answered with."""
        reply = self.answer(self.send(type, **fields))
        assert reply["type"] == "refused", f"not refused: {reply}"
        return reply

    def is_forgotten(self) -> bool:
        """Whether the broker wants a HELLO again. A request may be lost with the connection it was sent on."""
        try:
            return self.answer(self.send("ping"), timeout=1).get("reason") == "hello_first"
        except NoReply:
            return False

    def post(self, room: str, *texts: str) -> list:
        """The acknowledgements, [counter, sequence, column, at] each."""
        reply = self.ask("post", room=room, outbox=self.outbox, counter=self.counter + 1, texts=list(texts))
        self.counter += len(texts)
        return reply["acks"]

    def history(self, room: str, first: int = 1) -> list[Event]:
        """All of a room from `first` on, page by page."""
        events = []
        while True:
            page = self.ask("history", room=room, count=1024, **{"from": first + len(events)})
            events += events_of(page, page["events"], page["replay"])
            if page["first"] + page["count"] - 1 >= page["head"]:
                return events

    def row(self, client: int) -> list:
        cells, due = [], 1
        while due:
            reply = self.ask("row", client=client, count=1024, **{"from": due})
            cells, due = cells + reply["cells"], reply["next"]
        return cells

    # Listening

    def follow(self, room: str, first: int = 1, notices: bool = False) -> None:
        """Collects the room's messages from `first` on in events[room]."""
        self.last[room], self.events[room] = first - 1, []
        self.wants_notices = notices
        self.subscribe()
        self.refill(room, self.ask("join", room=room)["head"])

    def subscribe(self) -> None:
        if self.feed:
            self.feed.close()
        self.feed = zmq.Context.instance().socket(zmq.SUB)
        for option, value in {zmq.LINGER: 0, zmq.RCVHWM: 0, zmq.SNDHWM: 0, **self.feed_options}.items():
            self.feed.setsockopt(option, value)
        self.feed.subscribe("tick/")
        for room in self.last:
            self.feed.subscribe(f"room/{room}/")
            if self.wants_notices:
                self.feed.subscribe(f"notice/{room}/")
        self.feed.connect(f"{self.host}:{self.welcome['feed_port']}")
        self.heard = time.monotonic()

    def refill(self, room: str, head: int) -> None:
        if self.last[room] < head:
            self.refills += 1
            self.take(room, self.history(room, self.last[room] + 1))

    def take(self, room: str, events: list[Event]) -> None:
        for event in events:
            if event.sequence == self.last[room] + 1:
                self.last[room] += 1
                self.events[room].append(event)

    def pump(self, wait_ms: int = 20) -> None:
        """Handles what has come on the feed, waiting a moment for the first."""
        while self.feed.poll(wait_ms):
            self.heard, wait_ms = time.monotonic(), 0
            self.handle(*self.feed.recv_multipart())
        if time.monotonic() - self.heard > TICK_DEAD_S:
            self.subscribe()
            self.look_at_heads()

    def handle(self, topic: bytes, body: bytes) -> None:
        header, *events = objects_in(body)
        if topic.startswith(b"notice/"):
            self.notices += [tuple(event) for event in header["events"]]
        elif topic == b"tick/":
            is_next, self.tick = header["tick"] == self.tick + 1, header["tick"]
            for room, head in header["heads"]:
                if room in self.last:
                    self.refill(room, head)
            if not is_next:
                self.look_at_heads()
        else:
            assert len(events) == header["count"], "a batch that is not as long as it says"
            room = header["room"]
            if header["first"] > self.last[room] + 1:
                self.refill(room, header["first"] + header["count"] - 1)
            self.take(room, events_of(header, events, False))

    def look_at_heads(self) -> None:
        for room, head in self.ask("heads")["rooms"]:
            if room in self.last:
                self.refill(room, head)

    def texts(self, room: str = "lobby") -> list[str]:
        return [event.text for event in self.events[room]]

    def until(self, condition, timeout: float = PATIENCE_S) -> None:
        """Listens until `condition()` is true."""
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, f"{self.name}: not within {timeout} s; heads {self.last}"
            self.pump()


def events_of(header: dict, events: list, replay: bool) -> list[Event]:
    names = dict(header["names"])
    assert all(event[0] in names for event in events), "a client number without its name"
    return [Event(sequence, client, column, text, header["time"] + offset, replay)
            for sequence, (client, column, text, offset, *_) in enumerate(events, header["first"])]
