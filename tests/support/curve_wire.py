"""CURVE by hand, over a bare TCP connection: for peers who know the encryption and keep to nothing else.

The boxes are libsodium's; what is put into them, and in which order, is ZeroMQ's RFC 26.
"""

import ctypes
import ctypes.util
import os
import socket
import struct

from zmq.utils import z85

GREETING = bytes.fromhex("ff00000000000000017f") + b"\x03\x00CURVE" + bytes(15 + 32)
KEY_BYTES, MAC_BYTES, COOKIE_BYTES = 32, 16, 96
COMMAND, LONG = 4, 2

sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
sodium.sodium_init()
sizes = ctypes.c_ulonglong


def key_pair() -> tuple[bytes, bytes]:
    public, secret = ctypes.create_string_buffer(KEY_BYTES), ctypes.create_string_buffer(KEY_BYTES)
    sodium.crypto_box_keypair(public, secret)
    return public.raw, secret.raw


def shared(theirs: bytes, secret: bytes) -> bytes:
    key = ctypes.create_string_buffer(KEY_BYTES)
    if sodium.crypto_box_beforenm(key, theirs, secret) != 0:
        raise ConnectionError("a key that is none")
    return key.raw


def box(plain: bytes, nonce: bytes, key: bytes) -> bytes:
    boxed = ctypes.create_string_buffer(len(plain) + MAC_BYTES)
    sodium.crypto_box_easy_afternm(boxed, plain, sizes(len(plain)), nonce, key)
    return boxed.raw


def unbox(boxed: bytes, nonce: bytes, key: bytes) -> bytes:
    plain = ctypes.create_string_buffer(max(1, len(boxed) - MAC_BYTES))
    if sodium.crypto_box_open_easy_afternm(plain, boxed, sizes(len(boxed)), nonce, key) != 0:
        raise ConnectionError("a box that does not open")
    return plain.raw


def framed(body: bytes, flags: int = 0) -> bytes:
    if len(body) < 256:
        return bytes((flags, len(body))) + body
    return bytes((flags | LONG,)) + struct.pack(">Q", len(body)) + body


def frames_in(stream: bytes):
    """What plain ZMTP frames hold: flags and body of each."""
    place = 0
    while place < len(stream):
        flags = stream[place]
        if flags & LONG:
            size, place = struct.unpack_from(">Q", stream, place + 1)[0], place + 9
        else:
            size, place = stream[place + 1], place + 2
        yield flags, stream[place:place + size]
        place += size


class CurvePeer:
    """A connection whose hands are shaken. What is sent are plain ZMTP frames; each goes out in a box of its own."""

    def __init__(self, connection: socket.socket, keys, socket_type: bytes, routing_id: bytes = b""):
        self.connection, self.broker = connection, keys.broker
        # As ZeroMQ's bindings have them: in letters.
        self.public, self.secret = z85.decode(keys.public), z85.decode(keys.secret)
        self.nonce = 0
        self.short_public, self.short_secret = key_pair()
        metadata = [(b"Socket-Type", socket_type), (b"Identity", routing_id)]
        self.metadata = b"".join(bytes((len(name),)) + name + struct.pack(">I", len(value)) + value
                                 for name, value in metadata)
        self.shake_hands()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def __getattr__(self, name: str):
        return getattr(self.connection, name)

    def counter(self) -> bytes:
        self.nonce += 1
        return struct.pack(">Q", self.nonce)

    def shake_hands(self) -> None:
        self.connection.sendall(GREETING)
        self.read(len(GREETING))
        counter = self.counter()
        hello = box(bytes(64), b"CurveZMQHELLO---" + counter, shared(self.broker, self.short_secret))
        self.command(b"\x05HELLO\x01\x00" + bytes(72) + self.short_public + counter + hello)
        self.initiate(self.answer(b"\x07WELCOME"))
        self.answer(b"\x05READY")

    def initiate(self, welcome: bytes) -> None:
        opened = unbox(welcome[16:], b"WELCOME-" + welcome[:16], shared(self.broker, self.short_secret))
        theirs, cookie = opened[:KEY_BYTES], opened[KEY_BYTES:]
        self.key = shared(theirs, self.short_secret)
        vouch_nonce = os.urandom(16)
        vouch = box(self.short_public + self.broker, b"VOUCH---" + vouch_nonce, shared(theirs, self.secret))
        counter = self.counter()
        about = self.public + vouch_nonce + vouch + self.metadata
        self.command(b"\x08INITIATE" + cookie + counter + box(about, b"CurveZMQINITIATE" + counter, self.key))

    def command(self, body: bytes) -> None:
        self.connection.sendall(framed(body, COMMAND))

    def answer(self, prefix: bytes) -> bytes:
        flags, size = self.read(2)
        if flags & LONG:
            size = struct.unpack(">Q", bytes((size,)) + self.read(7))[0]
        body = self.read(size)
        if not body.startswith(prefix):
            raise ConnectionError("the broker does not go on with the handshake")
        return body[len(prefix):]

    def read(self, size: int) -> bytes:
        read = b""
        while len(read) < size:
            more = self.connection.recv(size - len(read))
            if not more:
                raise ConnectionError("the broker ended the connection")
            read += more
        return read

    def sealed(self, stream: bytes) -> bytes:
        boxes = []
        for flags, body in frames_in(stream):
            counter = self.counter()
            boxes.append(framed(b"\x07MESSAGE" + counter +
                                box(bytes((flags & 1,)) + body, b"CurveZMQMESSAGEC" + counter, self.key)))
        return b"".join(boxes)

    def send(self, stream: bytes) -> int:
        """Requires whole frames."""
        self.sendall(stream)
        return len(stream)

    def sendall(self, stream: bytes) -> None:
        self.connection.sendall(self.sealed(stream))
