#!/usr/bin/env python3
"""Prints every message of a room, once and in order.

usage: listener.py ADDRESS NAME ROOM [FROM]       listener.py tcp://127.0.0.1:8420 alice lobby 1

ADDRESS is tcp://HOST:PORT, or the invitation of an encrypted broker. FROM is the first sequence wanted; without it only what is posted from now on is printed.
"""

import sys
from urllib.parse import urlsplit

import msgpack
import zmq

from talk import Refused, Talk

TICK_DEAD_MS = 3500


class Listener:
    """Follows one room by the listener's rules: schema/README.md, section 7."""

    def __init__(self, talk: Talk, room: str):
        self.talk, self.room, self.epoch = talk, room, talk.welcome["epoch"]
        self.tick = self.due = 0

    def messages(self, first: int | None = None):
        """Yields the room's messages for ever, as dictionaries."""
        feed = self.subscribe()
        head = self.talk.ask("join", room=self.room)["head"]
        self.last = head if first is None else first - 1
        while True:
            yield from self.refill(head)
            self.talk.keep_alive()
            if not feed.poll(TICK_DEAD_MS):
                feed.close()
                feed, head = self.subscribe(), self.ask_head()
                continue
            topic, body = feed.recv_multipart()
            header, *events = objects_in(body)
            self.look_at_epoch(header["epoch"])
            if topic == b"tick/":
                head = self.head_in(header)
            else:
                yield from self.take(header, events, is_replay=False)
                head = header["first"] + header["count"] - 1

    def subscribe(self) -> zmq.Socket:
        feed = zmq.Context.instance().socket(zmq.SUB)
        for option in (zmq.RCVHWM, zmq.SNDHWM, zmq.LINGER):
            feed.setsockopt(option, 0)
        self.talk.encrypt(feed)
        feed.subscribe("tick/")
        feed.subscribe(f"room/{self.room}/")
        host = urlsplit(self.talk.address).netloc.rpartition(":")[0]
        feed.connect(f"tcp://{host}:{self.talk.welcome['feed_port']}")
        return feed

    def take(self, header: dict, events: list, is_replay: bool):
        """What of a batch or page comes next; nothing when there is a gap before it."""
        names = dict(header["names"])
        if header["first"] > self.last + 1:
            return
        for sequence, (client, column, text, *_) in enumerate(events, header["first"]):
            if sequence > self.last:
                self.last = sequence
                yield {"sequence": sequence, "client": client, "name": names[client], "column": column,
                       "text": text, "replay": is_replay}

    def refill(self, head: int):
        while self.last < head:
            page = self.talk.ask("history", room=self.room, **{"from": self.last + 1}, count=1024)
            self.look_at_epoch(page["epoch"])
            if page["count"] == 0:
                return
            yield from self.take(page, page["events"], is_replay=page["replay"])

    def head_in(self, tick: dict) -> int:
        """The head that ticks tell of. After a lost tick HEADS does, but it may be ahead of the feed, whose news
        are not to be taken for history: so it counts at the next tick, when what it named has come or was lost."""
        head = max(self.due, dict(tick["heads"]).get(self.room, 0))
        self.due = 0 if tick["tick"] == self.tick + 1 else self.ask_head()
        self.tick = tick["tick"]
        return head

    def ask_head(self) -> int:
        heads = self.talk.ask("heads")
        self.look_at_epoch(heads["epoch"])
        return dict(heads["rooms"])[self.room]

    def look_at_epoch(self, epoch: str) -> None:
        if epoch != self.epoch:
            print("the broker's store went back in time: beginning anew", file=sys.stderr)
            self.epoch, self.last = epoch, 0


def objects_in(body: bytes) -> list:
    unpacker = msgpack.Unpacker()
    unpacker.feed(body)
    return list(unpacker)


def visible(text: str) -> str:
    """Text from others must not move the cursor."""
    return "".join(c if c.isprintable() else f"<{ord(c):x}>" for c in text)


def main() -> None:
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    address, name, room, *first = sys.argv[1:]
    for message in Listener(Talk(address, name), room).messages(*map(int, first)):
        print("{sequence}  #{client} {name}  ".format(**message) + visible(message["text"]), flush=True)


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(f"listener: {refused}")
    except KeyboardInterrupt:
        pass
