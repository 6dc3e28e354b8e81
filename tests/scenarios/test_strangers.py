"""Whatever the registration: strangers get at most refusals and nothing of the feed, and no broker is without the
thread that asks for keys."""

import contextlib
import shutil
import signal
import socket
import sys
from pathlib import Path

import pytest
import zmq
from palabre_harness import READY, Broker, eventually
from raw_sockets import ask, hello, listener
from strangers import Stranger, every_request
from wire_client import Dealer, Keys

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "faults"))

from calls import Injected  # noqa: E402
from stopped_thread import Stopped  # noqa: E402

needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="skipped: needs strace")


class Member:
    """Ada, who is registered, talks and listens: what she hears is what strangers could have heard."""

    def __init__(self, broker: Broker, keys: Keys):
        self.dealer, self.feed = Dealer(broker.talk, keys), listener(broker, keys)
        self.outbox, self.counter, self.messages = hello(self.dealer, "ada")["time"], 0, []
        eventually(self.ticks)

    def close(self) -> None:
        self.dealer.close()
        self.feed.close()

    def heard(self) -> list[list[bytes]]:
        while self.feed.poll(0):
            self.messages.append(self.feed.recv_multipart())
        return self.messages

    def ticks(self) -> int:
        return [topic for topic, _ in self.heard()].count(b"tick/")

    def says(self, text: str) -> None:
        self.counter += 1
        stored = ask(self.dealer, type="post", room="lobby", outbox=self.outbox, counter=self.counter, texts=[text])
        assert stored["type"] == "stored"
        eventually(lambda: any(text.encode() in body for _, body in self.heard()))

    def talks(self) -> None:
        """For two of the broker's seconds."""
        before = self.ticks()
        self.says(f"first {self.counter}")
        eventually(lambda: self.ticks() >= before + 2)
        self.says(f"last {self.counter}")


class Town:
    """A broker in which ada is registered, and then its registration is as it shall be."""

    def __init__(self, broker: Broker, registration: str):
        self.broker, self.registration, self.keys = broker, registration, Keys(broker.invitation)
        assert hello(Dealer(broker.talk, self.keys), "ada")["type"] == "welcome"
        broker.settings["registration"] = registration
        broker.restart()
        self.ada = Member(broker, self.keys)

    def start_again(self) -> None:
        self.ada.close()
        self.broker.kill()
        self.broker.start()
        self.ada = Member(self.broker, self.keys)

    def requests(self, first: int = 1) -> list[dict]:
        """Who may register is soon no stranger: where all may, every hello has the name of somebody who is there."""
        return every_request(["ada"] if self.registration == "anyone" else ["ada", "mallory"], first)

    def refusals(self, requests: list[dict]) -> list[tuple[int, str]]:
        """The most that somebody gets who has a key."""
        to_hello = "wrong_key" if self.registration == "anyone" else "not_registered"  # of ada, who is there, too
        return [] if self.registration == "closed" else [
            (said["request"], to_hello if said["type"] == "hello" else "hello_first") for said in requests]

    @contextlib.contextmanager
    def strangers(self, **more):
        """All come to both ports and ask all that can be asked."""
        wrong = Keys(self.broker.invitation)
        wrong.broker = zmq.curve_keypair()[0]
        own = Keys(self.broker.invitation)
        everybody = {"no key": None, "password": "a password", "wrong key": wrong, "own key": own, **more}
        with contextlib.ExitStack() as there:
            strangers = {name: there.enter_context(Stranger(self.broker, f"127.0.5.{number}", keys))
                         for number, (name, keys) in enumerate(everybody.items(), 1)}
            for one in strangers.values():
                one.ask(self.requests())
            yield strangers


@pytest.fixture(scope="module", params=["anyone", "invite", "closed"])
def town(request, tmp_path_factory):
    with Broker(tmp_path_factory.mktemp(request.param), security="curve") as broker:
        made = Town(broker, request.param)
        yield made
        made.ada.close()


def are_there(strangers: dict) -> None:
    eventually(lambda: all(one.was_there() for one in strangers.values()))


def answers(strangers: dict) -> dict:
    return {name: one.answers() for name, one in strangers.items()}


def feeds(strangers: dict) -> dict:
    return {name: one.feed.received() for name, one in strangers.items()}


def nothing(strangers: dict) -> dict:
    return {name: [] for name in strangers}


def test_a_stranger_gets_at_most_refusals_and_nothing_of_the_feed(town):
    with town.strangers() as strangers:
        own, requests = strangers["own key"], town.requests()
        are_there(strangers)
        eventually(lambda: len(own.answers()) >= len(town.refusals(requests)))
        again = town.requests(first=1 + len(requests))
        own.ask(again)  # its hello was refused by now
        town.ada.talks()
        assert answers(strangers) == {**nothing(strangers), "own key": town.refusals(requests + again)}
        assert feeds(strangers) == nothing(strangers)


def test_nobody_comes_in_while_the_thread_that_asks_for_keys_is_stopped(town):
    with contextlib.ExitStack() as stopped:
        try:
            stopped.enter_context(Stopped(town.broker, "zap"))
        except PermissionError:
            pytest.skip("skipped: no thread may be stopped here")
        with town.strangers(registered=town.keys) as strangers:
            are_there(strangers)
            town.ada.talks()
            assert answers(strangers) == feeds(strangers) == nothing(strangers)
            stopped.close()
            registered = strangers["registered"]
            eventually(lambda: (1, "welcome") in registered.answers() and registered.feed.received())


@needs_strace
def test_the_broker_ends_at_once_when_the_thread_that_asks_for_keys_fails(town):
    """Whoever comes next wakes that thread, and its next wait fails."""
    ports = town.broker.talk_port, town.broker.feed_port
    with Injected(town.broker, "zap", "poll", "error=EBADF"), town.strangers(registered=town.keys) as strangers:
        assert town.broker.running.wait(timeout=10) == -signal.SIGABRT
        assert not any(is_open(port) for port in ports)
        assert answers(strangers) == feeds(strangers) == nothing(strangers)
    town.start_again()
    town.ada.says("it was that thread, and nothing else")


def is_open(port: int) -> bool:
    with socket.socket() as caller:
        caller.bind(("127.0.5.9", 0))  # from the port's own address it might connect to itself
        return caller.connect_ex(("127.0.0.1", port)) == 0


@needs_strace
def test_a_broker_that_cannot_have_all_its_threads_is_never_ready(make_broker, tmp_path):
    """Its first thread cannot be had, its second, … : one of them is the one that asks for keys."""
    whole = make_broker(security="curve")
    if whole.is_sanitized():
        pytest.skip("skipped: a sanitizer has threads of its own")
    assert "zap" in whole.threads()
    for number in range(1, len(whole.threads())):
        broker = Broker(tmp_path / f"without-{number}", security="curve", prefix=without_thread(number))
        running = broker.start(is_awaited=False).running
        try:
            assert running.wait() in (1, -signal.SIGABRT) and not READY.search(running.talk())
        finally:
            running.signal(signal.SIGTERM)


def without_thread(number: int) -> tuple:
    """Runs a program that is refused its thread of that number. A signal to end it is passed on (-I 2)."""
    return ("strace", "-f", "-I", "2", "-qq", "-o", "/dev/null", "-e", "trace=clone,clone3",
            "-e", f"inject=clone,clone3:error=EAGAIN:when={number}")
