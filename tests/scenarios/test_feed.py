"""What the feed carries besides messages: ticks with heads, the epoch, and nothing private or unasked."""

import zmq
from wire_client import Peer, objects_in


def feed_of(broker, *topics: str) -> zmq.Socket:
    feed = zmq.Context.instance().socket(zmq.SUB)
    feed.setsockopt(zmq.RCVHWM, 0)
    for topic in topics:
        feed.subscribe(topic)
    feed.connect(f"tcp://127.0.0.1:{broker.feed_port}")
    return feed


def tick_from(feed: zmq.Socket) -> dict:
    assert feed.poll(5000), "no tick within five seconds"
    topic, body = feed.recv_multipart()
    assert topic == b"tick/"
    [tick] = objects_in(body)
    return tick


def test_ticks_are_numbered_and_tell_the_heads_of_rooms_that_changed(broker):
    feed = feed_of(broker, "tick/")
    first = tick_from(feed)
    assert (first["v"], first["heads"]) == (1, [])
    with Peer(broker, "alice") as alice:
        assert first["epoch"] == alice.welcome["epoch"]
        alice.ask("join", room="tea")
        alice.post("lobby", "a", "b")
        ticks = [tick_from(feed)]
        while not ticks[-1]["heads"]:
            ticks.append(tick_from(feed))
        assert ticks[-1]["heads"] == [["lobby", 2]]
        after = tick_from(feed)
        assert after["heads"] == []
        numbers = [tick["tick"] for tick in (first, *ticks, after)]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    feed.close()


def test_the_epoch_stays_over_a_restart(broker):
    with Peer(broker, "alice") as alice:
        alice.post("lobby", "a")
        epoch = alice.welcome["epoch"]
    broker.restart()
    with Peer(broker, "alice") as alice:
        assert alice.welcome["epoch"] == alice.ask("ping")["epoch"] == alice.ask("heads")["epoch"] == epoch
        assert alice.ask("history", room="lobby", count=1, **{"from": 1})["epoch"] == epoch


def test_two_stores_have_two_epochs(make_broker):
    epochs = set()
    for broker in (make_broker(), make_broker()):
        with Peer(broker, "alice") as alice:
            epochs.add(alice.welcome["epoch"])
        broker.stop()
    assert len(epochs) == 2
    assert all(len(epoch) == 16 and set(epoch) <= set("0123456789abcdef") for epoch in epochs)


def test_whoever_subscribes_to_everything_sees_messages_notices_and_ticks_only(broker):
    feed = feed_of(broker, "")
    tick = feed.recv_multipart()
    assert tick[0] == b"tick/"
    with Peer(broker, "alice") as alice:
        alice.ask("join", room="tea")
        alice.post("tea", "is served")
        alice.history("tea")
    seen, bodies = set(), b""
    while b"tick/" not in seen or b"room/tea/" not in seen:
        assert feed.poll(5000)
        topic, body = feed.recv_multipart()
        seen.add(topic)
        bodies += body
    assert seen <= {b"tick/", b"room/tea/", b"notice/tea/", b"notice/lobby/"}
    assert alice.token.encode() not in bodies
    feed.close()


def test_posts_given_together_travel_in_few_frames_within_sixteen_bytes_each(broker):
    with Peer(broker, "alice") as alice:
        feed = feed_of(broker, "room/lobby/", "tick/")
        tick_from(feed)
        alice.post("lobby", *["x" * 100] * 256)
        frames, events = [], 0
        while events < 256:
            assert feed.poll(5000)
            topic, body = feed.recv_multipart()
            if topic == b"room/lobby/":
                frames.append(body)
                events += objects_in(body)[0]["count"]
        assert len(frames) == 1, "one commit, one frame"
        header = 150
        assert sum(map(len, frames)) <= header + 256 * (100 + 16)
        feed.close()
