"""A thousand registered clients at once: a thread each, a constant beside them, and what one of them weighs."""

import msgpack
import pytest
import zmq
from palabre_harness import eventually, may_open
from wire_client import Dealer, Peer, token_of

CLIENTS = 1000
BYTES_PER_CLIENT_MAX = 100 * 1024


@pytest.fixture
def many_descriptors():
    if not may_open(16_384):
        pytest.skip("skipped: this machine does not allow 16,384 open files")
    zmq.Context.instance().set(zmq.MAX_SOCKETS, 4 * CLIENTS)


def listen(broker, welcome: dict) -> zmq.Socket:
    feed = zmq.Context.instance().socket(zmq.SUB)
    feed.setsockopt(zmq.LINGER, 0)
    for topic in ("room/lobby/", "notice/lobby/", "tick/"):
        feed.subscribe(topic)
    feed.connect(f"{broker.talk.rpartition(':')[0]}:{welcome['feed_port']}")
    return feed


def hear(feed: zmq.Socket, topic: bytes) -> bytes:
    """The body of the next message under a topic."""
    while feed.poll(1000 * 60):
        found, body = feed.recv_multipart()
        if found == topic:
            return body
    raise AssertionError(f"nothing came under {topic} within a minute")


def say(dealer: Dealer, type: str, **fields) -> None:
    dealer.send(msgpack.packb({"type": type, "request": 1, **fields}))


def test_a_thousand_clients_are_a_thousand_threads_and_a_constant(many_descriptors, make_broker):
    broker = make_broker(heartbeat_ms=60_000)
    # A thread bears its maker's name until it has given itself its own.
    eventually(lambda: {"zap", "router", "greeter", "recorder", "publisher", "reader-1"} <= set(broker.threads()))
    base_threads, base_bytes = broker.threads(), broker.resident_bytes()
    names = [f"client{number}" for number in range(CLIENTS)]
    dealers = [Dealer(broker.talk) for _ in names]
    for dealer, name in zip(dealers, names):
        say(dealer, "hello", version=1, name=name, token=token_of(name))
    replies = [dealer.reply(60) for dealer in dealers]
    assert sorted(reply["client"] for reply in replies) == list(range(1, CLIENTS + 1))
    eventually(lambda: len(broker.sessions()) == CLIENTS)
    assert len(broker.threads()) == len(base_threads) + CLIENTS

    feeds = [listen(broker, reply) for reply in replies]
    for feed in feeds:
        hear(feed, b"tick/")  # subscribed for last, so the room is, too

    with Peer(broker, names[0]) as speaker:
        speaker.post("lobby", "hello, all of you")
        assert all(b"hello, all of you" in hear(feed, b"room/lobby/") for feed in feeds)
        for dealer in dealers:
            say(dealer, "row", client=speaker.client, count=1, **{"from": 1})
        assert {dealer.reply(60)["cells"][0][3] for dealer in dealers} == {"hello, all of you"}
        speaker.goodbye()

    per_client = (broker.resident_bytes() - base_bytes) // CLIENTS
    print(f"memory per registered client: {per_client / 1024:.1f} KiB")
    assert per_client < BYTES_PER_CLIENT_MAX
    for dealer in dealers:
        say(dealer, "goodbye")
    assert {dealer.reply(60)["type"] for dealer in dealers} == {"farewell"}
    eventually(lambda: broker.threads() == base_threads)
    for socket in (*dealers, *feeds):
        socket.close()
    broker.stop()
