"""The C++ examples, which are the client library with as little around it as possible, against a real broker."""

import contextlib
import os
import subprocess

from palabre_harness import Program, eventually, program
from wire_client import Peer


def environment_of(tmp_path) -> dict:
    return {"XDG_DATA_HOME": str(tmp_path / "home")}


def listener(broker, tmp_path, *arguments) -> Program:
    return Program([program("example_listener"), broker.invitation or broker.talk, "lisa", *arguments], tmp_path, "lisa",
                   environment_of(tmp_path))


@contextlib.contextmanager
def poster(broker, tmp_path, name: str = "paul", room: str = "lobby"):
    """The process, which ends with the block: one left behind would go on posting to whoever gets the port next."""
    posting = subprocess.Popen([program("example_poster"), broker.invitation or broker.talk, name, room],
                               env={**os.environ, **environment_of(tmp_path)}, stdin=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    with posting:
        try:
            yield posting
        finally:
            posting.kill()


def post(broker, tmp_path, lines: str) -> None:
    with poster(broker, tmp_path) as posting:
        _, errors = posting.communicate(lines, timeout=60)
    assert posting.returncode == 0, errors


def test_what_the_poster_posts_the_listener_prints(broker, tmp_path):
    with listener(broker, tmp_path, "lobby", 1) as listening:
        eventually(lambda: broker.sessions() == ["session-1"])
        post(broker, tmp_path, "bonjour\n\nsalut\n")
        eventually(lambda: listening.lines() == ["1  #2 paul  bonjour", "2  #2 paul  salut"])


def test_an_invitation_is_an_address(make_broker, tmp_path):
    broker = make_broker(security="curve")
    with listener(broker, tmp_path, "lobby", 1) as listening:
        post(broker, tmp_path, "nobody reads along\n")
        eventually(lambda: [line.partition("  ")[2] for line in listening.lines()] in (
            ["#1 paul  nobody reads along"], ["#2 paul  nobody reads along"]))


def test_a_room_is_made_by_who_comes_first(broker, tmp_path):
    with listener(broker, tmp_path, "tea") as listening:
        eventually(lambda: broker.sessions() == ["session-1"])
        with poster(broker, tmp_path, room="tea") as posting:
            posting.communicate("two lumps\n", timeout=60)
        eventually(lambda: listening.lines() == ["1  #2 paul  two lumps"])


def test_nothing_is_lost_or_doubled_when_the_broker_is_killed_in_the_middle(broker, tmp_path):
    count = 3000
    with listener(broker, tmp_path, "lobby", 1) as listening:
        eventually(lambda: broker.sessions() == ["session-1"])
        with poster(broker, tmp_path) as posting:
            for number in range(1, count + 1):
                posting.stdin.write(f"{number}\n")
                if number % 1000 == 500:
                    posting.stdin.flush()
                    eventually(lambda: len(listening.lines()) > number - 500)
                    broker.kill()
                    broker.start()
            _, errors = posting.communicate(timeout=60)
        assert posting.returncode == 0, errors
        eventually(lambda: len(listening.lines()) >= count)
        assert listening.lines() == [f"{number}  #2 paul  {number}" for number in range(1, count + 1)]
        with Peer(broker, "witness") as witness:
            assert [cell[3] for cell in witness.row(2)] == [str(number) for number in range(1, count + 1)]


def test_a_name_that_belongs_to_somebody_else_is_refused(broker, tmp_path):
    post(broker, tmp_path, "mine\n")
    with poster(broker, tmp_path / "elsewhere") as stranger:
        _, errors = stranger.communicate("yours\n", timeout=60)
    assert stranger.returncode == 1
    assert "belongs to somebody" in errors


def test_an_example_that_cannot_run_says_why(broker, tmp_path):
    for arguments, reason in ([], "usage: example_poster"), ([broker.talk, "../paul", "lobby"], "is no name"):
        ended = subprocess.run([program("example_poster"), *arguments], capture_output=True, text=True, timeout=30)
        assert ended.returncode == 1
        assert reason in ended.stderr
