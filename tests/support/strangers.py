"""Those who are not let in at an encrypted broker: what they try on both ports, and what they get there."""

import contextlib

import msgpack
import zmq
from palabre_harness import Broker
from vectors import vectors
from wire_client import Keys


def every_request(names: list[str], first: int = 1) -> list[dict]:
    """One at least of each kind, numbered from `first` on. Who says hello says each of these names."""
    requests = []
    for vector in vectors("requests"):
        said = vector["value"]
        requests += [{**said, "name": name} for name in names] if said["type"] == "hello" else [said]
    return [{**said, "request": number} for number, said in enumerate(requests, first)]


class Door:
    """One socket at one port."""

    def __init__(self, kind: int, address: str, port: int, keys: Keys | str | None):
        self.socket = zmq.Context.instance().socket(kind)
        self.socket.linger, self.socket.rcvhwm, self.socket.sndtimeo = 0, 0, 0
        if isinstance(keys, str):
            self.socket.plain_username, self.socket.plain_password = b"ada", keys.encode()
        elif keys:
            keys.encrypt(self.socket)
        if kind == zmq.SUB:
            self.socket.subscribe(b"")
        self.monitor = self.socket.get_monitor_socket(zmq.EVENT_CONNECTED)
        self.socket.connect(f"tcp://{address}:0;127.0.0.1:{port}")

    def was_reached(self) -> bool:
        """The broker took a connection of it, whatever became of that."""
        return self.monitor.poll(0) != 0

    def received(self) -> list[list[bytes]]:
        messages = []
        while self.socket.poll(0):
            messages.append(self.socket.recv_multipart())
        return messages

    def close(self) -> None:
        self.socket.disable_monitor()
        self.socket.close()


class Stranger:
    """Comes to both ports with these keys, or a password, from an address of its own: nobody else is held for it."""

    def __init__(self, broker: Broker, address: str, keys: Keys | str | None):
        self.talk = Door(zmq.DEALER, address, broker.talk_port, keys)
        self.feed = Door(zmq.SUB, address, broker.feed_port, keys)
        self.replies = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.talk.close()
        self.feed.close()

    def ask(self, requests: list[dict]) -> None:
        """All at once. Where libzmq has given up, because it was told to, there is nowhere to send to."""
        for request in requests:
            with contextlib.suppress(zmq.Again):
                self.talk.socket.send(msgpack.packb(request))

    def answers(self) -> list[tuple[int, str]]:
        """To which request came which reason, or another type of reply. What came unasked has the number 0."""
        for frames in self.talk.received():
            reply = msgpack.unpackb(frames[0])
            self.replies.append((reply["request"], reply.get("reason", reply["type"])))
        return sorted(self.replies)

    def was_there(self) -> bool:
        return self.talk.was_reached() and self.feed.was_reached()
