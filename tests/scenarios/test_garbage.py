"""Strangers' bytes on both ports: refused by name where a reply is possible, and nobody else notices."""

import contextlib
import random
import socket

import msgpack
import zmq
from palabre_harness import eventually
from vectors import bytes_of, vectors
from wire_client import Dealer, Peer

GREETING = bytes.fromhex("ff00000000000000017f") + b"\x03\x00NULL" + bytes(16 + 32)
READY_COMMAND = b"\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER"


@contextlib.contextmanager
def undisturbed(broker):
    """Two honest clients, before, during and after: each hears all, and strangers have left no thread behind."""
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
        bob.follow("lobby")
        alice.post("lobby", "before")
        threads = broker.threads()

        def talk(text: str) -> None:
            alice.post("lobby", text)
            bob.until(lambda: bob.texts()[-1:] == [text])

        yield talk
        talk("after")
        eventually(lambda: [name for name in broker.threads() if name != "session-3"] == threads)
        assert [event.text for event in alice.history("lobby")] == bob.texts()


def throw(port: int, data: bytes, source: str) -> None:
    """Sends raw bytes, and goes away without reading. From an address that has not done so too often already."""
    with socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(source, 0)) as connection:
        with contextlib.suppress(ConnectionError, TimeoutError):
            connection.sendall(data)


def junk(seed: int) -> list[bytes]:
    chance = random.Random(seed)
    noise = [chance.randbytes(chance.choice((1, 9, 64, 500, 70_000))) for _ in range(60)]
    return [
        b"GET / HTTP/1.1\r\nHost: palabre\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), b"",
        b"\n" * 5000, GREETING, GREETING[:17], GREETING + READY_COMMAND,
        GREETING + READY_COMMAND + b"\x02" + b"\xff" * 8 + b"x" * 1000,
        GREETING + b"\x04\xff", *noise, *(GREETING + data for data in noise),
        *(GREETING + READY_COMMAND + data for data in noise)]


def test_raw_bytes_on_both_ports_change_nothing_for_others(broker):
    with undisturbed(broker) as talk:
        for number, data in enumerate(junk(seed=1)):
            for port in (broker.talk_port, broker.feed_port):
                throw(port, data, f"127.0.3.{number + 1}")
        talk("in between")


def test_frames_of_any_kind_on_the_feed_port_change_nothing_for_others(broker):
    chance = random.Random(2)
    with undisturbed(broker) as talk:
        junk_sender = zmq.Context.instance().socket(zmq.XSUB)
        junk_sender.setsockopt(zmq.LINGER, 0)
        junk_sender.connect(f"tcp://127.0.0.1:{broker.feed_port}")
        for number in range(2000):
            frames = [chance.choice((b"", b"\x00", b"\x01", b"\x02")) + chance.randbytes(chance.randrange(200))
                      for _ in range(chance.randrange(1, 5))]
            junk_sender.send_multipart(frames)
            if number % 500 == 0:
                talk(f"in between {number}")
        junk_sender.send(b"\x01" + bytes(1500))  # longer than a subscription may be
        talk("in between, at last")
        junk_sender.close()


def test_every_malformed_request_of_a_known_client_is_refused_with_its_reason(broker):
    wrong = []
    with undisturbed(broker) as talk, Peer(broker, "mallory") as mallory:
        for vector in vectors("malformed"):
            mallory.dealer.send(bytes_of(vector))
            reply = mallory.dealer.reply()
            got = (reply["type"], reply.get("reason"), reply["request"])
            if got != ("refused", vector["reason"], vector["request"]):
                wrong.append((vector["name"], got, (vector["reason"], vector["request"])))
            assert "code" in reply and reply["text"], vector["name"]
        talk("in between")
        assert mallory.ask("ping")["type"] == "pong"
        mallory.goodbye()
        eventually(lambda: "session-3" not in broker.sessions())
    assert wrong == []


def test_a_strangers_wrong_hello_is_refused_with_its_reason_and_registers_nobody(broker):
    with undisturbed(broker):
        hellos = [vector for vector in vectors("malformed") if vector["name"].startswith("hello")]
        assert len(hellos) > 20
        for vector in hellos:
            stranger = Dealer(broker.talk)
            stranger.send(bytes_of(vector))
            reply = stranger.reply()
            assert (reply["type"], reply["reason"], reply["request"]) == (
                "refused", vector["reason"], vector["request"]), vector["name"]
            stranger.close()
    with Peer(broker, "carol") as carol:
        assert carol.client == 3


def test_a_message_of_several_frames_is_refused_as_a_whole(broker):
    ping = msgpack.packb({"type": "ping", "request": 9})
    with undisturbed(broker), Peer(broker, "mallory") as mallory:
        for frames in ((ping, ping), (b"", ping), (ping, b""), (b"",) * 10, (ping,) * 300):
            mallory.dealer.send(*frames)
            reply = mallory.dealer.reply()
            assert (reply["type"], reply["reason"], reply["request"]) == ("refused", "malformed", 0)
        assert mallory.ask("ping")["type"] == "pong", "and not one answer too many"
        mallory.goodbye()
        eventually(lambda: "session-3" not in broker.sessions())


def test_a_frame_longer_than_a_request_ends_its_connection_only(broker):
    with undisturbed(broker):
        mallory = Peer(broker, "mallory")
        mallory.dealer.send(msgpack.packb({"type": "ping", "request": 9, "ballast": "x" * 300_000}))
        # The library connects anew by itself; that is another connection, which must say hello.
        eventually(mallory.is_forgotten)
        assert mallory.hello()["client"] == 3
        mallory.vanish()


def test_strangers_who_connect_and_say_nothing_take_no_thread(broker):
    with undisturbed(broker) as talk:
        silent = [socket.create_connection(("127.0.0.1", port)) for port in
                  (broker.talk_port, broker.feed_port) for _ in range(100)]
        talk("in between")
        for connection in silent:
            connection.close()
