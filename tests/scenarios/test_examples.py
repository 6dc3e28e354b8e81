"""The examples, run as a reader of the repository would run them, against a real broker."""

import os
import subprocess
from pathlib import Path

import pytest
from palabre_harness import Program, eventually, example
from wire_client import Peer


def environment_of(name: str) -> dict:
    return {"PALABRE_TOKEN": f"the-token-of-{name}"}


def start(broker, tmp_path, script: str, name: str, *arguments) -> Program:
    return Program(example(script, broker.talk, name, "lobby", *arguments), tmp_path, name, environment_of(name))


def post_lines(broker, name: str, lines: str) -> subprocess.CompletedProcess:
    return subprocess.run(list(map(str, example("poster.py", broker.talk, name, "lobby"))), input=lines, text=True,
                          env={**os.environ, **environment_of(name)}, capture_output=True, timeout=60)


def test_what_the_poster_posts_the_listener_prints(broker, tmp_path):
    with start(broker, tmp_path, "listener.py", "lisa", 1) as listener:
        eventually(lambda: broker.sessions() == ["session-1"])
        assert post_lines(broker, "paul", "bonjour\n\nsalut, \u202e!\n").returncode == 0
        eventually(lambda: len(listener.lines()) == 2)
        with Peer(broker, "witness") as witness:
            assert [cell[3] for cell in witness.row(2)] == ["bonjour", "salut, \u202e!"]
        assert listener.lines() == ["1  #2 paul  bonjour", "2  #2 paul  salut, <202e>!"]


def test_they_speak_with_an_encrypted_broker_too(make_broker, tmp_path):
    broker = make_broker(security="curve")
    words = [example("poster.py", broker.invitation, "paul", "lobby"), example("listener.py", broker.invitation, "lisa",
                                                                              "lobby", 1)]
    try:
        posted = subprocess.run(list(map(str, words[0])), input="bonjour\n", text=True, capture_output=True, timeout=60)
        assert posted.returncode == 0, posted.stderr
        with Program(words[1], tmp_path, "lisa") as listener:
            eventually(lambda: listener.lines() == ["1  #1 paul  bonjour"])
    finally:
        for name in ("paul", "lisa"):
            for kind in ("key", "token"):
                Path(words[0][1]).with_name(f"{name}.{kind}").unlink(missing_ok=True)


def test_the_poster_says_why_it_may_not(broker):
    refused = post_lines(broker, "Paul", "x\n")
    assert refused.returncode == 1
    assert "a name has" in refused.stderr


def test_the_listener_fills_the_gap_that_a_restart_leaves(broker, tmp_path):
    with start(broker, tmp_path, "listener.py", "lisa", 1) as listener:
        post_lines(broker, "paul", "one\ntwo\n")
        eventually(lambda: len(listener.lines()) == 2)
        broker.kill()
        broker.start()
        post_lines(broker, "paul", "three\nfour\n")
        eventually(lambda: len(listener.lines()) == 4)
        assert [line.rsplit("  ", 1)[1] for line in listener.lines()] == ["one", "two", "three", "four"]


def test_the_bot_echoes_news_and_neither_history_nor_itself(broker, tmp_path):
    post_lines(broker, "paul", "echo too early\n")
    with start(broker, tmp_path, "echo_bot.py", "parrot"):
        eventually(lambda: broker.sessions() == ["session-2"])
        witness = Peer(broker, "witness")
        witness.follow("lobby")

        def has_answered() -> bool:
            witness.post("lobby", "echo echo hello")
            return any(event.client == 2 for event in witness.events["lobby"])

        witness.until(has_answered)
        witness.post("lobby", "echo the last")
        witness.until(lambda: "the last" in witness.texts())
        answers = [event.text for event in witness.events["lobby"] if event.client == 2]
        assert set(answers) == {"echo hello", "the last"}
        witness.goodbye()


@pytest.mark.parametrize("script", ["poster.py", "listener.py", "echo_bot.py"])
def test_without_arguments_an_example_tells_its_usage(script):
    ended = subprocess.run(list(map(str, example(script))), capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    assert f"usage: {script} ADDRESS NAME ROOM" in ended.stderr


def test_without_a_token_in_the_environment_an_example_keeps_one_beside_itself(broker, tmp_path):
    copies = tmp_path / "copies"
    copies.mkdir()
    for script in ("talk.py", "poster.py"):
        (copies / script).write_text(example(script)[1].read_text())
    command = ["/usr/bin/python3", copies / "poster.py", broker.talk, "paul", "lobby"]
    for line in ("first run\n", "second run\n"):
        ended = subprocess.run(command, input=line, text=True, capture_output=True, timeout=30,
                               env={key: value for key, value in os.environ.items() if key != "PALABRE_TOKEN"})
        assert ended.returncode == 0, ended.stderr
    assert (copies / "paul.token").stat().st_mode & 0o777 == 0o600
    with Peer(broker, "witness") as witness:
        assert [cell[3] for cell in witness.row(1)] == ["first run", "second run"]
