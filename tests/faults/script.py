"""A short dialogue that goes the same way each time, so that each call it makes the broker do can be made to fail.

What is said, answered and read is written as the applications of the standard work write it; the checker reads both.
"""

import time
from pathlib import Path

import msgpack
from palabre_harness import Broker, eventually
from stored import digest_of
from wire_client import Dealer, events_of, token_of

LONG = "x" * 15_900
WHO = ("alice", "bob")


class BrokerEnded(Exception):
    pass


class Speaker:
    """An identity that says one thing after the other, and says again what it has no answer to."""

    def __init__(self, broker: Broker, name: str, journals: Path):
        self.broker, self.name, self.dealer = broker, name, None
        self.request = self.outbox_counter = self.posted = 0
        self.is_begun = False
        journals.mkdir(parents=True, exist_ok=True)
        self.journal = open(journals / f"{name}.journal", "w", encoding="utf-8")

    def write(self, *fields) -> None:
        print(*fields, time.monotonic_ns() // 1_000_000, sep="\t", file=self.journal, flush=True)

    def hello(self) -> None:
        if self.dealer:
            self.dealer.close()
        self.dealer = Dealer(self.broker.talk)
        welcome = self.ask("hello", version=1, name=self.name, token=token_of(self.name))
        if not self.is_begun:
            self.write("B", self.name, welcome["client"], welcome["epoch"], 1)
        self.is_begun = True

    def ask(self, type: str, **fields) -> dict:
        """The answer; a refusal that says so is waited out."""
        while True:
            self.request += 1
            self.dealer.send(msgpack.packb({"type": type, "request": self.request, **fields}))
            reply = self.reply()
            if reply["type"] != "refused" or "retry_after" not in reply:
                return reply

    def reply(self) -> dict:
        def has_come_or_ended() -> bool:
            return self.dealer.socket.poll(20) or self.broker.running.process.poll() is not None

        eventually(has_come_or_ended)
        if not self.dealer.socket.poll(0):
            raise BrokerEnded
        return self.dealer.reply()

    def post(self, room: str, *endings: str) -> None:
        first = self.outbox_counter + 1
        ids = [f"{self.name}.1.{first + place}" for place in range(len(endings))]
        texts = [f"{post} {ending}" for post, ending in zip(ids, endings)]
        for post, text in zip(ids[self.posted - first + 1:], texts[self.posted - first + 1:]):
            self.write("P", post, room, digest_of(text.encode()))
            self.posted += 1
        reply = self.ask("post", room=room, outbox=7, counter=first, texts=texts)
        assert reply["type"] == "stored", reply
        for post, (_, sequence, column, _) in zip(ids, reply["acks"]):
            self.write("S", post, room, sequence, column)
        self.outbox_counter += len(texts)

    def read(self, room: str) -> None:
        self.write("F", room, 1)
        due, head = 1, 1
        while due <= head:
            page = self.ask("history", room=room, count=1024, **{"from": due})
            for event in events_of(page, page["events"], True):
                text = event.text.encode()
                self.write("M", room, event.sequence, event.client, event.column, event.text.split(" ")[0],
                           digest_of(text))
                due = event.sequence + 1
            head = page["head"]
        self.write("D", room, due - 1)

    def end(self) -> None:
        self.write("Q", 0)
        for room in ("lobby", "tea"):
            self.read(room)
        self.write("Z", 2)
        self.dealer.close()
        self.journal.close()


class Script:
    """All of it, step by step; run() goes on where it was when the broker ended."""

    def __init__(self, broker: Broker, journals: Path, long_posts: int = 0):
        self.speakers = {name: Speaker(broker, name, journals) for name in WHO}
        self.steps = [("ask", name, "join") for name in WHO]
        self.steps += [("post", name, room) for name in WHO for room in ("lobby", "tea") for _ in range(4)]
        self.steps += [("long", "alice", "tea")] * long_posts
        self.steps += [("ask", "bob", "leave"), ("post", "alice", "tea"), ("ask", "bob", "join"), ("post", "bob", "tea")]
        self.done = 0

    def run(self) -> bool:
        """False when the broker ended before the script did."""
        try:
            for speaker in self.speakers.values():
                speaker.hello()
            while self.done < len(self.steps):
                self.say(*self.steps[self.done])
                self.done += 1
            return True
        except BrokerEnded:
            return False

    def say(self, what: str, name: str, where: str) -> None:
        speaker = self.speakers[name]
        if what == "ask":
            speaker.ask(where, room="tea")
        elif what == "long":
            speaker.post(where, *[LONG] * 15)
        else:
            speaker.post(where, "one", "two", "three")

    def end(self) -> None:
        for speaker in self.speakers.values():
            speaker.end()
