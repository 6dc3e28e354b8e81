"""The verbs for scripts: what goes to standard output, and the status at the end."""

import json
import os
import signal
import socket
import subprocess
import time

import pytest

from palabre_harness import eventually

MESSAGE_KEYS = ["v", "room", "sequence", "epoch", "client", "name", "column", "at", "text", "replay"]


def objects(result) -> list[dict]:
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def unreachable(palabre, tmp_path):
    """The program, pointed at a port where nobody listens."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield type(palabre)(tmp_path / "home", f"tcp://127.0.0.1:{reserved.getsockname()[1]}")


def test_messages_have_the_keys_of_the_contract_wherever_they_are_printed(palabre):
    sent = objects(palabre.run("alice", "send", "-r", "tea", "--json", "a \u00e9 \u202e \"b\""))
    assert [list(each) for each in sent] == [["v", "room", "sequence", "client", "column", "at"]]
    for arguments in (["history", "-r", "tea"], ["tail", "-r", "tea", "--since", "all", "--count", "1"],
                      ["matrix", "--client", "1"]):
        [message] = objects(palabre.run("bob", *arguments, "--json"))
        assert list(message) == MESSAGE_KEYS
        assert (message["text"], message["replay"], message["at"]) == ("a \u00e9 \u202e \"b\"", True, sent[0]["at"])


def test_lists_have_number_name_and_counts(palabre):
    assert objects(palabre.run("alice", "whoami", "--json")) == [{"v": 1, "client": 1, "name": "alice"}]
    palabre.run("bob", "send", "-r", "tea", "x")
    eventually(lambda: objects(palabre.run("carol", "who", "--json")) == [
        {"v": 1, "client": 1, "name": "alice", "online": False}, {"v": 1, "client": 2, "name": "bob", "online": False},
        {"v": 1, "client": 3, "name": "carol", "online": True}])
    assert objects(palabre.run("carol", "rooms", "--json")) == [
        {"v": 1, "room": "lobby", "head": 0, "members": 3}, {"v": 1, "room": "tea", "head": 1, "members": 1}]
    [ping] = objects(palabre.run("carol", "ping", "--json"))
    assert ping["server"] == palabre.server and 0 < ping["round_trip_ms"] < 10_000


def test_tail_prints_news_as_they_come_and_ends_after_so_many(palabre):
    palabre.run("alice", "send", "old")
    with palabre.start("tail", "bob", "tail", "--count", "2", "--json") as tail:
        def heard():
            palabre.run("alice", "send", "news")
            return tail.lines()
        eventually(heard)  # a subscription takes a moment; each line is there at once
        palabre.run("alice", "send", "news")
        assert tail.wait() == 0
        assert [(each["text"], each["client"]) for each in tail.objects()] == [("news", 1)] * 2


def test_tail_since_a_sequence_or_an_age_begins_in_the_past(palabre):
    palabre.run("alice", "send", "--lines", stdin="1\n2\n3\n")
    since = lambda when: [each["text"] for each in objects(  # noqa: E731
        palabre.run("bob", "tail", "--since", when, "--until-end", "--json"))]
    assert since("all") == ["1", "2", "3"]
    assert since("3") == ["3"]
    assert since("10m") == ["1", "2", "3"]


def test_tail_ends_with_5_at_its_time_out_and_notices_count_as_nothing(palabre):
    with palabre.start("tail", "bob", "tail", "--count", "1", "--timeout", "2", "--json") as tail:
        for name in ("carol", "dave", "erin"):
            palabre.run(name, "whoami")
        assert tail.wait() == 5
        assert tail.lines() == []


def test_history_gives_the_last_ones_or_begins_where_it_is_told(palabre):
    palabre.run("alice", "send", "--lines", stdin="".join(f"{number}\n" for number in range(1, 1501)))
    sequences = lambda *arguments: [each["sequence"] for each in objects(  # noqa: E731
        palabre.run("bob", "history", "--json", *arguments))]
    assert sequences() == list(range(1, 1501))
    assert sequences("--count", "2") == [1499, 1500]
    assert sequences("--since", "1400", "--count", "2") == [1400, 1401]
    assert sequences("--since", "9999") == []


def test_exec_hands_the_message_over_without_a_shell_seeing_it(palabre, tmp_path):
    palabre.run("alice", "send", "$(touch bad) `id` ; exit 9")
    result = palabre.run("bob", "tail", "--since", "all", "--until-end", "--exec",
                         f'cat >> {tmp_path}/heard; echo " from $PALABRE_MESSAGE_NAME" >> {tmp_path}/heard')
    assert result.returncode == 0
    assert (tmp_path / "heard").read_text() == "$(touch bad) `id` ; exit 9 from alice\n"


@pytest.mark.parametrize("arguments", [
    [], ["nope"], ["send", "--timeout", "-1", "x"], ["tail", "--since", "yesterday"], ["tail", "--count", "0"],
    ["send", "-r", "NOT A ROOM", "x"], ["--profile", "work", "whoami"], ["history", "--nope"]])
def test_wrong_usage_is_status_2_and_says_so(palabre, arguments):
    result = palabre.run("alice", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr != ""


@pytest.mark.parametrize("server", ["palabre://abc", "http://host", "host:0", ""])
def test_what_is_no_server_is_status_2(palabre, tmp_path, server):
    assert type(palabre)(tmp_path / "home", server).run("alice", "whoami").returncode == 2


def test_no_broker_is_status_3(unreachable):
    result = unreachable.run("alice", "send", "--timeout", "0.5", "x")
    assert (result.returncode, result.stdout) == (3, "")
    assert unreachable.run("alice", "chat", stdin="x\n").returncode == 3


def test_refusals_are_status_1_and_a_name_of_somebody_else_4(palabre, tmp_path):
    assert palabre.run("alice", "history", "-r", "nowhere").returncode == 1
    assert palabre.run("alice", "matrix", "--client", "99").returncode == 1
    stranger = type(palabre)(tmp_path / "stranger", palabre.server)
    assert stranger.run("alice", "whoami").returncode == 4


def test_interrupted_is_130_and_6_when_something_is_unanswered(palabre, broker):
    with palabre.start("tail", "alice", "tail") as tail:
        eventually(lambda: any(each["online"] for each in objects(palabre.run("bob", "who", "--json"))
                               if each["name"] == "alice"))
        time_out = time.monotonic() + 20
        while tail.process.poll() is None and time.monotonic() < time_out:
            tail.signal(signal.SIGINT)
            try:
                tail.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
        assert tail.wait() == 130
    with palabre.start("send", "alice", "send", "--lines", "--json", stdin=subprocess.PIPE) as send:
        send.process.stdin.write(b"stored\n")
        send.process.stdin.flush()
        eventually(send.lines)
        os.kill(broker.pid, signal.SIGSTOP)
        try:
            send.process.stdin.write(b"unanswered\n")
            send.process.stdin.close()
            with pytest.raises(subprocess.TimeoutExpired):
                send.wait(0.5)
            send.signal(signal.SIGINT)
            assert send.wait() == 6
        finally:
            os.kill(broker.pid, signal.SIGCONT)


def test_a_time_out_with_unanswered_posts_is_6_and_without_any_5(palabre, broker):
    with palabre.start("idle", "alice", "send", "--lines", "--timeout", "1", stdin=subprocess.PIPE) as send:
        assert send.wait() == 5
    with palabre.start("stuck", "alice", "send", "--lines", "--json", "--timeout", "4", stdin=subprocess.PIPE) as send:
        send.process.stdin.write(b"stored\n")
        send.process.stdin.flush()
        eventually(send.lines)
        os.kill(broker.pid, signal.SIGSTOP)
        try:
            send.process.stdin.write(b"unanswered\n")
            send.process.stdin.flush()
            assert send.wait() == 6
        finally:
            os.kill(broker.pid, signal.SIGCONT)


def test_a_reader_that_goes_away_ends_a_verb_quietly(palabre):
    palabre.run("alice", "send", "--lines", stdin="x\n" * 5000)
    for verb in (["history"], ["tail", "--since", "all"], ["matrix"]):
        command = [str(part) for part in palabre.command("alice", *verb)]
        with subprocess.Popen(command, env={**os.environ, **palabre.environment}, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as reader:
            reader.stdout.readline()
            reader.stdout.close()
            assert reader.wait(30) == 0, verb
            assert reader.stderr.read() == b""


def test_hostile_text_is_marked_on_a_terminal_and_untouched_in_a_pipe(palabre, tmp_path):
    from screen import Terminal
    palabre.run("alice", "send", "\u202eevil \u009b31m")
    assert "\u202eevil \u009b31m" in palabre.run("bob", "history").stdout
    with Terminal(palabre.command("bob", "history"), palabre.environment) as terminal:
        terminal.until_row("#1 alice  <U+202E>evil <U+009B>31m")
        terminal.until_row("ended with 0")


def test_two_programs_started_at_once_are_the_same_identity(palabre):
    started = [palabre.start(f"first-{number}", "alice", "whoami", "--json") for number in range(4)]
    for each in started:
        with each:
            assert each.wait() == 0
            assert each.objects() == [{"v": 1, "client": 1, "name": "alice"}]


def test_the_configuration_file_is_found_and_its_errors_are_named(palabre, tmp_path):
    file = tmp_path / "home" / "config" / "palabre" / "palabre.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('room = "ops"\n[profile.tea]\nroom = "tea"\n')
    palabre.run("alice", "send", "x")
    palabre.run("alice", "--profile", "tea", "send", "y")
    assert [each["room"] for each in objects(palabre.run("bob", "matrix", "--client", "1", "--json"))] == ["ops", "tea"]
    file.write_text('rom = "ops"\n')
    result = palabre.run("alice", "whoami")
    assert result.returncode == 2 and f"{file}:1:1: unknown key rom" in result.stderr
