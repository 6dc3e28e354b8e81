"""Honest clients in a process of their own: they post at a steady pace and follow the lobby by the listener's rules.

All of them live in one thread and one loop. A delivery's delay is from the post's leaving to the moment its frame was
taken from the socket, by a feed or by a page of history.
"""

import time
from array import array

import msgpack
import zmq
from wire_client import TICK_DEAD_S, Keys, Peer, objects_in

ROOM = "lobby"
MARK = "honest "
INTERVAL_S = 0.5
ASK_AGAIN_S = 5.0
FRAMES_A_TURN = 64
BEGINNING, BATCHES_KEPT = 128, 256


class Contents:
    """What a batch or a page holds, as few look-ups away as can be: fifty clients get the same bytes."""

    def __init__(self, header: dict, events: list):
        self.first = header["first"]
        self.said = [(event[0], event[2]) for event in events]
        self.sent = [(place, int(text.rpartition(" ")[2]))
                     for place, (_, text) in enumerate(self.said) if text.startswith(MARK)]


class Batches:
    """Decodes each batch once. Told apart by their beginnings and then compared, which takes a tenth of what hashing
    all of 64 KiB takes: fifty clients would do that fifty times."""

    def __init__(self):
        self.recent = {}

    def contents(self, body: bytes) -> Contents:
        known, contents = self.recent.get(body[:BEGINNING], (None, None))
        if known == body:
            return contents
        header, *events = objects_in(body)
        if len(self.recent) == BATCHES_KEPT:
            self.recent.clear()
        self.recent[body[:BEGINNING]] = (body, Contents(header, events))
        return self.recent[body[:BEGINNING]][1]


class Record:
    """What all honest clients together know: what was said, what was acknowledged, and what went wrong."""

    def __init__(self):
        self.said, self.acknowledged, self.problems = [], {}, []
        self.delays, self.posted, self.refills, self.refused = array("Q"), 0, 0, 0
        self.batches = Batches()

    def handed_over(self, after: int, fresh: list) -> None:
        """Notes what a client was handed behind sequence `after`, or sees that it is what others were handed."""
        known = self.said[after:after + len(fresh)]
        if fresh[:len(known)] != known:
            self.problems.append(f"two clients were handed different messages behind {after}")
        self.said += fresh[len(known):]

    def acknowledge(self, sequence: int, text: str) -> None:
        if sequence in self.acknowledged:
            self.problems.append(f"sequence {sequence} was acknowledged twice")
        self.acknowledged[sequence] = text


class Member:
    """One client. `turn()` does what is due, `reply()` and `feed()` take what came."""

    def __init__(self, peer: Peer, keys: Keys | None, record: Record, begins: float):
        self.peer, self.keys, self.record, self.next_post = peer, keys, record, begins
        self.waiting, self.counter, self.resend_at = {}, 0, None
        self.last = self.head = self.tick = 0
        self.history_at = 0.0
        self.subscribe()

    def subscribe(self) -> None:
        if self.keys:
            self.peer.feed_options = {zmq.CURVE_SERVERKEY: self.keys.broker, zmq.CURVE_PUBLICKEY: self.keys.public,
                                      zmq.CURVE_SECRETKEY: self.keys.secret}
        self.peer.last, self.peer.wants_notices = {ROOM: 0}, False
        self.peer.subscribe()
        self.heard, self.tick = time.monotonic(), 0

    def sockets(self) -> dict:
        return {self.peer.dealer.socket: self.reply, self.peer.feed: self.feed}

    # What is due

    def turn(self, now: float, is_posting: bool) -> bool:
        """Returns whether the sockets have changed."""
        if is_posting and now >= self.next_post:
            self.next_post += INTERVAL_S
            self.say()
        oldest = min((sent for _, sent in self.waiting.values()), default=now)
        if self.resend_at is None and now - oldest > ASK_AGAIN_S:
            self.resend_at = now
        if self.resend_at is not None and now >= self.resend_at:
            self.resend(now)
        if self.last < self.head and now - self.history_at > ASK_AGAIN_S:
            self.history_at = now
            self.record.refills += 1
            self.peer.send("history", room=ROOM, count=1024, **{"from": self.last + 1})
        if now - self.heard <= TICK_DEAD_S:
            return False
        self.subscribe()
        return True

    def say(self) -> None:
        self.counter += 1
        text = f"{MARK}{self.peer.name} {self.counter} {time.monotonic_ns()}"
        self.waiting[self.counter] = (text, time.monotonic())
        self.record.posted += 1
        self.post(self.counter, text)

    def post(self, counter: int, text: str) -> None:
        self.peer.send("post", room=ROOM, outbox=self.peer.outbox, counter=counter, texts=[text])

    def resend(self, now: float) -> None:
        """Everything that is not acknowledged, in its order: no text is told from another by who asks again."""
        self.resend_at = None
        for counter, (text, _) in self.waiting.items():
            self.waiting[counter] = (text, now)
            self.post(counter, text)

    # What came

    def reply(self, frame: bytes, now_ns: int) -> None:
        reply = msgpack.unpackb(frame)
        kind = reply["type"]
        if kind == "stored":
            for counter, sequence, *_ in reply["acks"]:
                if counter in self.waiting:
                    self.record.acknowledge(sequence, self.waiting.pop(counter)[0])
        elif kind == "page":
            self.history_at = 0.0
            self.head = max(self.head, reply["head"])
            self.take(Contents(reply, reply["events"]), now_ns)
        elif kind == "heads":
            self.note_heads(reply["rooms"])
        elif kind == "welcome":
            self.resend_at = 0.0
        elif kind == "refused":
            self.refused(reply)

    def refused(self, reply: dict) -> None:
        self.record.refused += 1
        reason = reply["reason"]
        if reason == "hello_first":
            self.peer.send("hello", version=1, name=self.peer.name, token=self.peer.token)
        elif reason == "out_of_order" or "retry_after" in reply:
            self.resend_at = time.monotonic() + reply.get("retry_after", 20) / 1000
        else:
            self.record.problems.append(f"{self.peer.name} was refused: {reason}, {reply['text']}")

    def feed(self, frame: bytes, now_ns: int) -> None:
        self.heard = time.monotonic()
        body = self.peer.feed.recv()
        if frame == b"tick/":
            header = msgpack.unpackb(body)
            if header["tick"] != self.tick + 1:
                self.peer.send("heads")
            self.tick = header["tick"]
            self.note_heads(header["heads"])
        elif frame.startswith(b"room/"):
            self.take(self.record.batches.contents(body), now_ns)

    def note_heads(self, heads: list) -> None:
        for room, head in heads:
            if room == ROOM:
                self.head = max(self.head, head)

    def take(self, contents: Contents, now_ns: int) -> None:
        self.head = max(self.head, contents.first + len(contents.said) - 1)
        known = self.last + 1 - contents.first
        if known < 0 or known >= len(contents.said):
            return
        fresh = contents.said[known:]
        self.record.handed_over(self.last, fresh)
        self.last += len(fresh)
        for place, sent_ns in contents.sent:
            if place >= known:
                self.record.delays.append(max(0, now_ns - sent_ns))

    def is_done(self) -> bool:
        return not self.waiting and self.last == self.head


class Crowd:
    """All members, and the loop that serves them and the commands of the process that started them."""

    def __init__(self, members: list[Member], record: Record, commands):
        self.members, self.record, self.commands = members, record, commands
        self.is_posting = True
        self.watch()

    def watch(self) -> None:
        self.poller, self.takers = zmq.Poller(), {}
        self.poller.register(self.commands.fileno(), zmq.POLLIN)
        for member in self.members:
            for socket, take in member.sockets().items():
                self.poller.register(socket, zmq.POLLIN)
                self.takers[socket] = take

    def run(self) -> None:
        while self.members:
            for ready, _ in self.poller.poll(10):
                if ready in self.takers:
                    self.drain(ready, self.takers[ready])
                else:
                    self.obey(self.commands.recv())
            now = time.monotonic()
            # A list: every member has its turn, though one of them changed its sockets.
            if any([member.turn(now, self.is_posting) for member in self.members]):
                self.watch()

    def drain(self, socket: zmq.Socket, take) -> None:
        for _ in range(FRAMES_A_TURN):
            try:
                frame = socket.recv(zmq.NOBLOCK)
            except zmq.Again:
                return
            take(frame, time.monotonic_ns())

    def obey(self, command: str) -> None:
        if command == "report":
            self.commands.send(self.report())
        elif command == "hush":
            self.is_posting = False
            for member in self.members:
                member.peer.send("heads")
            self.commands.send(None)
        elif command == "end":
            self.commands.send((self.record.said, self.record.acknowledged, self.record.problems))
            self.members = []

    def report(self) -> dict:
        """What was counted since the last report, and how things stand."""
        record = self.record
        delays, record.delays = sorted(record.delays), array("Q")
        undone = [f"{member.peer.name} at {member.last} of {member.head}, {len(member.waiting)} unanswered"
                  for member in self.members if not member.is_done()]
        newest = max(record.acknowledged, default=0)
        if newest > len(record.said):
            # The acknowledgement may be here before anybody has heard the message, or that there is one.
            undone.append(f"{newest} was acknowledged, and {len(record.said)} were handed over")
        return {"delays_ns": array("Q", delays), "posted": record.posted, "refills": record.refills,
                "refused": record.refused, "undone": undone, "heads": {member.last for member in self.members}}


def serve(address, invitation: str | None, count: int, commands) -> None:
    """The process: connects `count` members to the broker at `address`, says so, and goes on until told to end."""
    record, members, began = Record(), [], time.monotonic()
    for number in range(count):
        keys = Keys(invitation) if invitation else None
        members.append(Member(Peer(address, f"honest{number}", keys=keys), keys, record,
                              began + 2 + INTERVAL_S * number / count))
    commands.send("ready")
    Crowd(members, record, commands).run()
