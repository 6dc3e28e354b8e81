"""The talk half of the protocol: say hello, ask, get the answer. schema/README.md is the whole story."""

import base64
import itertools
import os
import secrets
import time
from pathlib import Path

import msgpack
import zmq

ANSWER_MS = 3000


class Refused(Exception):
    """The broker said no, and trying again does not help."""


def secret_of(name: str) -> str:
    """The name's secret token: PALABRE_TOKEN, or a file beside this one that is made at first use."""
    if token := os.environ.get("PALABRE_TOKEN"):
        return token
    path = Path(__file__).with_name(f"{name}.token")
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text()


def key_pair_of(name: str) -> tuple[bytes, bytes]:
    """What the name is where connections are encrypted: a public and a secret key, in a file beside this one."""
    path = Path(__file__).with_name(f"{name}.key")
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(b"\n".join(zmq.curve_keypair()))
    public, secret = path.read_bytes().split(b"\n")
    return public, secret


class Talk:
    """One connection to a broker's talk port, which outlives the broker's restarts."""

    def __init__(self, address: str, name: str):
        self.name, self.token = name, secret_of(name)
        place, _, key = address.removeprefix("palabre://").partition("#")
        self.address = f"tcp://{place}" if key else address
        self.broker_key, _, self.invite = key.partition(".")
        self.numbers = itertools.count(1)
        self.outbox, self.counter = 1 + secrets.randbelow(2**53 - 1), 0
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.setsockopt(zmq.RCVHWM, 0)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.encrypt(self.socket)
        self.socket.connect(self.address)
        self.hello()

    def encrypt(self, socket: zmq.Socket) -> None:
        if self.broker_key:
            socket.curve_serverkey = base64.urlsafe_b64decode(self.broker_key + "=")
            socket.curve_publickey, socket.curve_secretkey = key_pair_of(self.name)

    def hello(self) -> None:
        invite = {"invite": self.invite} if self.invite else {}
        self.welcome = self.ask("hello", version=1, name=self.name, token=self.token, **invite)

    def post(self, room: str, text: str) -> None:
        """Returns when the message is safe. Asking again is harmless: the counter says that it is the same one."""
        self.counter += 1
        self.ask("post", room=room, outbox=self.outbox, counter=self.counter, texts=[text])

    def keep_alive(self) -> None:
        """To be called now and then: says something when nothing was said for half a heartbeat."""
        if (time.monotonic() - self.asked) * 1000 > self.welcome["heartbeat"] / 2:
            self.ask("ping")

    def ask(self, type: str, **fields) -> dict:
        """The answer to one request, which is sent again while the broker is away, busy, or has forgotten us."""
        number = next(self.numbers)
        request = msgpack.packb({"type": type, "request": number, **fields})
        while True:
            self.asked = time.monotonic()
            self.socket.send(request)
            reply = self.answer_to(number)
            if reply is None:
                continue
            if reply["type"] != "refused":
                return reply
            if reply["reason"] == "hello_first":
                self.hello()
            elif "retry_after" in reply:
                time.sleep(reply["retry_after"] / 1000)
            else:
                raise Refused(f"{type}: {reply['text']}")

    def answer_to(self, number: int) -> dict | None:
        while self.socket.poll(ANSWER_MS):
            reply = msgpack.unpackb(self.socket.recv())
            if reply["request"] == number:
                return reply
        return None
