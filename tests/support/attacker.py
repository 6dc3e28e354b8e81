"""What an attacker sends who knows ZeroMQ: its wire protocol by hand, over bare TCP connections.

Each attack is a class: attack() does one round, and is called again and again until the time is over. What fails is
the attacker's loss.
"""

import contextlib
import select
import socket
import struct

import msgpack
from curve_wire import CurvePeer

GREETING = bytes.fromhex("ff00000000000000017f") + b"\x03\x00NULL" + bytes(16 + 32)
PATIENCE_S = 10.0
MORE, LAST, LONG, COMMAND = 1, 0, 2, 4


def frame(body: bytes, flags: int = LAST) -> bytes:
    if len(body) < 256:
        return bytes((flags, len(body))) + body
    return bytes((flags | LONG,)) + struct.pack(">Q", len(body)) + body


def ready_command(socket_type: bytes, routing_id: bytes = b"") -> bytes:
    properties = [(b"Socket-Type", socket_type), (b"Identity", routing_id)]
    body = b"\x05READY" + b"".join(bytes((len(name),)) + name + struct.pack(">I", len(value)) + value
                                   for name, value in properties)
    return frame(body, COMMAND)


def connect(port: int, host: str = "127.0.0.1", source: str | None = None,
            patience: float = PATIENCE_S) -> socket.socket:
    connection = socket.create_connection((host, port), patience, source and (source, 0))
    connection.settimeout(PATIENCE_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def shake_hands(connection: socket.socket, socket_type: bytes, routing_id: bytes = b"") -> socket.socket:
    """Speaks ZMTP until both are ready. Reads not more than the broker's own part."""
    connection.sendall(GREETING + ready_command(socket_type, routing_id))
    read_exactly(connection, len(GREETING))
    _, size = read_exactly(connection, 2)
    read_exactly(connection, size)
    return connection


def read_exactly(connection: socket.socket, size: int) -> bytes:
    read = b""
    while len(read) < size:
        more = connection.recv(size - len(read))
        if not more:
            raise ConnectionError("the broker ended the connection")
        read += more
    return read


def dealer(port: int, source: str | None = None, patience: float = PATIENCE_S) -> socket.socket:
    return shake_hands(connect(port, source=source, patience=patience), b"DEALER")


def subscriber(port: int, source: str | None = None) -> socket.socket:
    return shake_hands(connect(port, source=source), b"SUB")


def sealed(connection: socket.socket, keys, socket_type: bytes, routing_id: bytes = b"") -> CurvePeer:
    try:
        return CurvePeer(connection, keys, socket_type, routing_id)
    except OSError:
        connection.close()
        raise


def is_ended(connection: socket.socket) -> bool:
    """Whether the broker has ended the connection; what came meanwhile is read and forgotten."""
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
        return True
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def reset(connection: socket.socket) -> None:
    """Ends it with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def pour(connection: socket.socket, piece: bytes, bytes_max: int) -> int:
    """Sends `piece` again and again until the broker ends the connection; the number of bytes that it took."""
    poured = 0
    with contextlib.suppress(ConnectionError, TimeoutError):
        while poured < bytes_max:
            poured += connection.send(piece)
    return poured


def request(type: str, number: int = 1, **fields) -> bytes:
    return msgpack.packb({"type": type, "request": number, **fields})


class Attack:
    """Against the two ports of a broker on this machine; `source` is the address that it comes from, `keys` what it
    encrypts with, if it does."""

    def __init__(self, talk_port: int, feed_port: int, number: int, source: str | None = None, keys=None):
        self.talk_port, self.feed_port, self.number, self.source, self.keys = talk_port, feed_port, number, source, keys
        self.name = f"attacker-{number}"

    def hello(self) -> bytes:
        return frame(request("hello", version=1, name=self.name, token=f"the-token-of-{self.name}"))

    def attack(self) -> None:
        raise NotImplementedError

    def dealer(self, routing_id: bytes = b"") -> socket.socket:
        return self.shaken(connect(self.talk_port, source=self.source), b"DEALER", routing_id)

    def subscriber(self) -> socket.socket:
        return self.shaken(connect(self.feed_port, source=self.source), b"SUB")

    def shaken(self, connection: socket.socket, socket_type: bytes, routing_id: bytes = b"") -> socket.socket:
        if self.keys:
            return sealed(connection, self.keys, socket_type, routing_id)
        return shake_hands(connection, socket_type, routing_id)

    def to_either_port(self, number: int, patience: float = PATIENCE_S) -> socket.socket:
        return connect((self.talk_port, self.feed_port)[number % 2], source=self.source, patience=patience)


class EndlessMultipart(Attack):
    """A message whose next part always follows; its parts are as small as can be, or as large."""

    parts = (frame(b"", MORE) * 32768, frame(bytes(250_000), MORE))

    def attack(self) -> None:
        for part in self.parts:
            with self.dealer() as connection:
                pour(connection, part, 1 << 30)


class SubscriptionFlood(Attack):
    """Topics that nobody has, one after the other."""

    def attack(self) -> None:
        with self.subscriber() as connection:
            for block in range(1 << 20):
                topics = (f"{self.number}/{block}/{topic}".ljust(200, "x") for topic in range(256))
                piece = b"".join(frame(b"\x01" + topic.encode()) for topic in topics)
                if pour(connection, piece, len(piece)) < len(piece):
                    return


class ConnectionFlood(Attack):
    """Connections by the thousand, all kept for as long as the broker keeps them; where nobody answers, the next."""

    patience_s = 0.25

    def attack(self) -> None:
        with contextlib.ExitStack() as kept:
            for number in range(2000):
                with contextlib.suppress(OSError):
                    kept.enter_context(self.to_either_port(number, self.patience_s))


class HandshakeStall(Attack):
    """Half a greeting, and silence until the broker has enough of it."""

    def attack(self) -> None:
        with contextlib.ExitStack() as kept:
            for number in range(100):
                connection = kept.enter_context(self.to_either_port(number))
                connection.sendall(GREETING[:number % len(GREETING)])
            # The broker ends it after its own patience, which is shorter.
            with contextlib.suppress(TimeoutError):
                read_exactly(connection, 1 << 20)


class ResetFlood(Attack):
    """Connections that are reset at every stage of their beginning."""

    def attack(self) -> None:
        for number in range(200):
            connection = self.to_either_port(number)
            with contextlib.suppress(ConnectionError):
                connection.sendall((GREETING + ready_command(b"DEALER"))[:number])
            reset(connection)


class SlowReader(Attack):
    """Asks for the whole history again and again, and reads none of it."""

    def attack(self) -> None:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(PATIENCE_S)
        if self.source:
            connection.bind((self.source, 0))
        connection.connect(("127.0.0.1", self.talk_port))
        with self.shaken(connection, b"DEALER") as connection:
            connection.sendall(self.hello())
            history = frame(request("history", 2, room="lobby", count=1024, **{"from": 1}))
            with contextlib.suppress(ConnectionError, TimeoutError):
                for _ in range(100):
                    connection.sendall(history * 20)
                    # A pace at which most are answered.
                    select.select([], [], [], 0.02)


class MessageFlood(Attack):
    """Requests as fast as they can be written: junk of two bytes from a stranger, and posts from somebody known."""

    def attack(self) -> None:
        with self.dealer() as connection:
            pour(connection, frame(b"") * 32768, 16 << 20)
        with self.dealer() as connection:
            connection.sendall(self.hello())
            post = request("post", 2, room="lobby", outbox=self.number + 1, counter=1, texts=["x" * 1000] * 200)
            pour(connection, frame(post), 64 << 20)


ATTACKS = {
    "multipart": EndlessMultipart,
    "subscriptions": SubscriptionFlood,
    "connections": ConnectionFlood,
    "stall": HandshakeStall,
    "reset": ResetFlood,
    "slow": SlowReader,
    "flood": MessageFlood,
}
