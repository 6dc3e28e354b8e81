"""What the broker says of what happens: one line each, for people or for programs, and nothing that was said."""

import contextlib
import json
import re
import socket
import time

from palabre_harness import Broker, eventually
from raw_sockets import ask, hello
from wire_client import Dealer, Peer, token_of

SAID = "what-was-said-between-us"
NASTY = "al\x1b[2J\nice"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def log_of(broker: Broker) -> list[str]:
    """All lines of this run but the one that says where it serves, which is the same in every format."""
    lines = broker.running.talk().splitlines()
    ready = [line for line in lines if line.startswith("palabred: ready talk=")]
    assert len(ready) == 1
    return [line for line in lines if line not in ready]


def speak(broker: Broker) -> None:
    """Words that have no place in a log: a text, a token, a name that no terminal should see."""
    with Peer(broker, "alice") as alice:
        alice.post("lobby", SAID)
        dealer = Dealer(broker.talk)
        for name, token in ((NASTY, token_of("bob")), ("alice", "not-the-token-of-alice"), ("bob", "short")):
            assert hello(dealer, name, token=token)["type"] == "refused"
        assert ask(dealer, type=NASTY)["type"] == "refused"
        dealer.close()


def crowd(broker: Broker) -> None:
    """More connections than an address may have, until the broker says that it ended some.

    They come together: who came after the broker noticed would have to wait outside.
    """
    with contextlib.ExitStack() as kept:
        def is_told_when_more_came() -> bool:
            for _ in range(40):
                caller = kept.enter_context(socket.socket())
                caller.setblocking(False)
                caller.connect_ex(("127.0.0.1", broker.talk_port))
            return "ended a connection from 127.0.0.1" in broker.running.talk()

        eventually(is_told_when_more_came, interval=1.1)


def damage(broker: Broker) -> None:
    """As a failing disk would: one letter of what was said."""
    database = broker.directory / "data" / "palabre.sqlite3"
    content = database.read_bytes()
    assert content.count(SAID.encode()) == 1
    database.write_bytes(content.replace(SAID.encode(), SAID.replace("was", "has").encode()))


def read_what_is_damaged(broker: Broker, seconds: float) -> float:
    """How long it took."""
    began = time.monotonic()
    with Peer(broker, "alice") as alice:
        while time.monotonic() < began + seconds:
            assert alice.refusal("history", room="lobby", count=9, **{"from": 1})["reason"] == "store_damaged"
    return time.monotonic() - began


def all_that_can_happen(make_broker, **settings) -> list[str]:
    """The lines of two runs in which everything is logged that peers can bring about."""
    broker = make_broker(bind="0.0.0.0", log_level="debug", connections_per_local_address=20, reads_per_second=0,
                         **settings)
    speak(broker)
    crowd(broker)
    broker.stop()
    lines = log_of(broker)
    damage(broker)
    broker.start()
    took = read_what_is_damaged(broker, seconds=1.5)
    broker.stop()
    refused = [line for line in log_of(broker) if "a client was refused" in line]
    assert 1 <= len(refused) <= 2 + 2 * took, "no more than two a second"
    lines += log_of(broker)
    for secret in (SAID, SAID.replace("was", "has"), token_of("alice"), token_of("bob"), "not-the-token", NASTY[2:]):
        assert not any(secret in line for line in lines)
    assert all(line.isprintable() for line in lines)
    return lines


def test_for_people_it_is_a_line_with_the_programs_name_and_the_level(make_broker):
    lines = all_that_can_happen(make_broker)
    assert all(re.match(r"palabred: (info|warning|error): \S", line) for line in lines), lines
    assert any(line.startswith("palabred: warning: nothing is encrypted") for line in lines)
    assert lines[-1] == "palabred: info: ending"


def test_for_programs_it_is_an_object_a_line(make_broker):
    objects = [json.loads(line) for line in all_that_can_happen(make_broker, log_format="json")]
    assert all(list(told)[:4] == ["time", "level", "event", "message"] for told in objects)
    assert all(TIME.fullmatch(told["time"]) for told in objects)
    assert [told["event"] for told in objects if told["level"] == "info"] == ["ending", "ending"]
    ended = next(told for told in objects if told["event"] == "connection_ended")
    assert (ended["address"], ended["level"]) == ("127.0.0.1", "warning") and "connections" in ended["reason"]
    assert ended["count"] >= 1
    assert any(told.get("unwritten", 0) > 0 for told in objects if told["event"] == "store_damaged")


def test_a_start_that_fails_is_told_in_the_same_format(tmp_path, make_broker):
    taken = make_broker()
    for log_format in ("text", "json"):
        late = Broker(tmp_path / log_format, log_format=log_format)
        late.talk_port = taken.talk_port
        late.start(is_awaited=False)
        assert late.running.wait() == 1
        line, = late.running.talk().splitlines()
        if log_format == "json":
            told = json.loads(line)
            assert (told["level"], told["event"]) == ("critical", "start_failed")
            line = told["message"]
        assert f"cannot listen on tcp://127.0.0.1:{taken.talk_port}" in line
