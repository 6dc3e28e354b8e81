"""A broker that sends its clients whatever may harm their terminals: texts, names and sentences."""

import itertools
import threading
import time

import msgpack
import zmq

EPOCH = "0123456789abcdef"
# Beyond those that Linux gives by itself, of which a broker that was killed may have left an invitation behind.
PORTS = {"min_port": 61000, "max_port": 65536}
TICK_S = 0.2
CLIENT = 3  # who said everything


class HostileBroker:
    """One thread. `texts` is what the lobby holds, `names` what its clients are called."""

    def __init__(self, texts: list[str], names: list[str], refused: tuple = ()):
        self.texts, self.names, self.refused = texts, itertools.cycle(names), refused
        self.began, self.ticks = int(time.time() * 1000), itertools.count(1)
        self.talk_socket = zmq.Context.instance().socket(zmq.ROUTER)
        self.feed_socket = zmq.Context.instance().socket(zmq.PUB)
        self.ports = [each.bind_to_random_port("tcp://127.0.0.1", **PORTS)
                      for each in (self.talk_socket, self.feed_socket)]
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.serve)

    @property
    def talk(self) -> str:
        return f"tcp://127.0.0.1:{self.ports[0]}"

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()
        self.talk_socket.close(linger=0)
        self.feed_socket.close(linger=0)

    def serve(self) -> None:
        while not self.is_over.is_set():
            if self.talk_socket.poll(int(TICK_S * 1000)):
                sender, frame = self.talk_socket.recv_multipart()
                request = msgpack.unpackb(frame)
                reply = {"request": request["request"], **self.answer(request)}
                self.talk_socket.send_multipart([sender, msgpack.packb(reply)])
            self.publish("tick/", {"v": 1, "epoch": EPOCH, "tick": next(self.ticks), "time": self.began,
                                   "heads": [["lobby", len(self.texts)]]})
            self.publish("notice/lobby/", {"v": 1, "room": "lobby", "time": self.began,
                                           "events": [["joined", 9, next(self.names)]]})

    def publish(self, topic: str, message: dict) -> None:
        self.feed_socket.send_multipart([topic.encode(), msgpack.packb(message)])

    def answer(self, request: dict) -> dict:
        kind = request["type"]
        if kind in self.refused:
            return {"type": "refused", "code": 17, "reason": "not_allowed", "text": next(self.names)}
        return getattr(self, f"answer_{kind}")(request)

    def answer_hello(self, request: dict) -> dict:
        limits = {"text_bytes": 16384, "texts": 256, "request_bytes": 262144, "page_events": 1024}
        return {"type": "welcome", "version": 1, "client": 1, "name": request["name"], "new": False, "epoch": EPOCH,
                "feed_port": self.ports[1], "heartbeat": 10_000, "time": self.began,
                "rooms": [["lobby", len(self.texts)]], "limits": limits}

    def answer_join(self, request: dict) -> dict:
        return {"type": "joined", "room": request["room"], "head": len(self.texts), "new": False}

    def answer_history(self, request: dict) -> dict:
        first = request.get("from", 1)
        texts = self.texts[first - 1:first - 1 + min(request["count"], 1024)]
        return {"type": "page", "epoch": EPOCH, "room": "lobby", "first": first, "count": len(texts), "time": self.began,
                "names": [[CLIENT, next(self.names)]], "head": len(self.texts), "replay": True,
                "events": [[CLIENT, first + place, text, 0] for place, text in enumerate(texts)]}

    def answer_row(self, request: dict) -> dict:
        cells = [[column, "lobby", column, text, self.began] for column, text in enumerate(self.texts, 1)]
        later = request["from"] - 1 + min(request["count"], 1024)
        return {"type": "row", "client": CLIENT, "name": next(self.names), "columns": len(self.texts),
                "cells": cells[request["from"] - 1:later], "next": later + 1 if later < len(cells) else 0}

    def answer_heads(self, _request: dict) -> dict:
        return {"type": "heads", "epoch": EPOCH, "rooms": [["lobby", len(self.texts)]]}

    def answer_rooms(self, _request: dict) -> dict:
        return {"type": "rooms", "rooms": [["lobby", len(self.texts), 2]]}

    def answer_who(self, _request: dict) -> dict:
        return {"type": "who", "clients": [[number, next(self.names), True] for number in range(1, 40)], "next": 0}

    def answer_whois(self, _request: dict) -> dict:
        return {"type": "whois", "client": CLIENT, "name": next(self.names), "online": True, "key": "A" * 43}

    def answer_ping(self, _request: dict) -> dict:
        return {"type": "pong", "time": self.began, "epoch": EPOCH}

    def answer_goodbye(self, _request: dict) -> dict:
        return {"type": "farewell"}
