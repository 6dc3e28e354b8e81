"""Frames that are nearly right, and frames that are not at all; the same seed gives the same frames."""

import random

import msgpack
from vectors import bytes_of, vectors

KEYS = ("type", "request", "version", "name", "token", "room", "outbox", "counter", "texts", "from", "since", "count",
        "client", "x")
TYPES = ("hello", "post", "join", "leave", "history", "row", "heads", "rooms", "who", "whois", "ping", "goodbye",
         "stored", "")
NUMBERS = (0, 1, 2, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**53 - 1, 2**53, 2**64 - 1, -1, -2**63)
STRINGS = ("", "lobby", "tea", "alice", "ünïcödé", "\x00", "a\x1b[2J", "x" * 33, "the-secret-token-of-nobody")
LENGTH_BYTES = bytes.fromhex("808f9fa0bfc0c1c4c5c6c7c9cacbcccfd3d4d8d9dadbdcdddedfff00017f")
FRAME_BYTES_MAX = 200_000


def seeds() -> list[bytes]:
    """The requests of the test vectors, right and wrong ones, without the very long."""
    frames = [bytes_of(vector) for name in ("requests", "tolerated", "malformed") for vector in vectors(name)]
    return [frame for frame in frames if len(frame) < 2000]


class Mutator:
    def __init__(self, seed: int):
        self.chance, self.seeds = random.Random(seed), seeds()
        self.requests = [vector["value"] for vector in vectors("requests")]

    def frame(self) -> bytes:
        make = self.chance.choices((self.mutated, self.changed, self.invented, self.noise), (5, 3, 1, 1))[0]
        return make()[:FRAME_BYTES_MAX]

    def noise(self) -> bytes:
        return self.chance.randbytes(self.chance.choice((0, 1, 5, 40, 300)))

    def mutated(self) -> bytes:
        frame = bytearray(self.chance.choice(self.seeds))
        for _ in range(self.chance.randrange(1, 4)):
            mutate = self.chance.choice((self.flip, self.put_length, self.cut, self.repeat, self.insert, self.splice))
            mutate(frame, self.chance.randrange(len(frame) + 1))
        return bytes(frame)

    def flip(self, frame: bytearray, at: int) -> None:
        if at < len(frame):
            frame[at] ^= 1 << self.chance.randrange(8)

    def put_length(self, frame: bytearray, at: int) -> None:
        frame[at:at + 1] = bytes([self.chance.choice(LENGTH_BYTES)])

    def cut(self, frame: bytearray, at: int) -> None:
        del frame[at:at + self.chance.choice((1, 2, 8, 2000))]

    def repeat(self, frame: bytearray, at: int) -> None:
        frame[at:at] = frame[at:at + self.chance.randrange(1, 20)]

    def insert(self, frame: bytearray, at: int) -> None:
        frame[at:at] = self.chance.randbytes(self.chance.randrange(1, 6))

    def splice(self, frame: bytearray, at: int) -> None:
        frame[at:] = self.chance.choice(self.seeds)[at:]

    def changed(self) -> bytes:
        """A right request with one field that may be wrong."""
        request = dict(self.chance.choice(self.requests))
        return msgpack.packb({**request, self.chance.choice(list(request)): self.value(0)})

    def invented(self) -> bytes:
        """A map as a request has it, with any values."""
        keys = self.chance.sample(KEYS, self.chance.randrange(len(KEYS)))
        request = {"type": self.chance.choice(TYPES), "request": self.chance.randrange(100)}
        return msgpack.packb({**request, **{key: self.value(0) for key in keys}})

    def value(self, depth: int):
        kind = self.chance.randrange(8 if depth < 6 else 6)
        if kind < 2:
            return self.chance.choice(NUMBERS)
        if kind < 4:
            return self.chance.choice(STRINGS)
        if kind == 4:
            return self.chance.choice((None, True, False, 1.5, float("nan"), b"bytes", msgpack.ExtType(5, b"ext")))
        if kind == 5:
            return [self.chance.choice(STRINGS) for _ in range(self.chance.choice((0, 1, 3, 300)))]
        if kind == 6:
            return [self.value(depth + 1) for _ in range(self.chance.randrange(4))]
        return {self.chance.choice(KEYS): self.value(depth + 1) for _ in range(self.chance.randrange(4))}
