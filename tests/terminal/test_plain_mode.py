"""The chat for pipes, screen readers and simple terminals: one message a line, nothing redrawn."""

import json
import os
import subprocess

from palabre_harness import eventually


def said(palabre) -> list[str]:
    lines = palabre.run("witness", "history", "--json").stdout.splitlines()
    return [json.loads(line)["text"] for line in lines]


def test_lines_from_a_pipe_are_posted_and_the_end_waits_until_all_is_stored(palabre):
    lines = [f"line {number}" for number in range(3000)]
    ended = palabre.run("carol", "chat", stdin="\n".join(lines))
    assert ended.returncode == 0, ended.stderr
    assert said(palabre) == lines


def test_an_unknown_command_in_a_pipe_is_not_sent_and_makes_the_status_1(palabre):
    ended = palabre.run("carol", "chat", stdin="good\n/nope\n//slash\n")
    assert ended.returncode == 1
    assert "-- there is no command /nope and nothing was sent" in ended.stdout
    assert said(palabre) == ["good", "/slash"]


def test_what_follows_quit_in_a_pipe_is_not_sent(palabre):
    assert palabre.run("carol", "chat", stdin="good\n/quit\nlate\n").returncode == 0
    assert said(palabre) == ["good"]


def test_state_is_told_in_lines_and_messages_wait_behind_the_lock(palabre):
    chat = palabre.start("plain", "carol", "chat", stdin=subprocess.PIPE)
    with chat:
        def type_line(text: str) -> None:
            chat.process.stdin.write(f"{text}\n".encode())
            chat.process.stdin.flush()

        eventually(lambda: any("/help" in line for line in chat.lines()))
        type_line("/lock")
        eventually(lambda: "-- locked, holding --" in chat.lines())
        assert palabre.run("bob", "send", "one\ntwo").returncode == 0
        type_line("/lock")
        eventually(lambda: "-- LOCK 1 --" in chat.lines() or type_line("/lock"))
        assert not any("one" in line for line in chat.lines())
        type_line("my line")
        eventually(lambda: any(line.endswith("#1 carol  my line") for line in chat.lines()))
        lines = chat.lines()
        held, own = (next(number for number, line in enumerate(lines) if line.endswith(end))
                     for end in ("#2 bob  one \u23ce two", "#1 carol  my line"))
        assert lines.index("-- 1 held --") < held < own
        assert "-- unlocked --" in lines
        chat.process.stdin.close()
        assert chat.wait() == 0


def test_a_reader_that_goes_away_ends_it_quietly(palabre):
    assert palabre.run("bob", "send", "x").returncode == 0
    with subprocess.Popen([str(part) for part in palabre.command("carol", "chat")],
                          env={**os.environ, **palabre.environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as chat:
        chat.stdout.readline()
        chat.stdout.close()
        eventually(lambda: palabre.run("bob", "send", "y") and chat.poll() is not None)
        assert (chat.returncode, chat.stderr.read()) == (0, b"")


def test_plain_and_a_dumb_terminal_never_move_the_cursor(open_chat, tmp_path):
    for arguments, environment in ((["--plain"], {}), ([], {"TERM": "dumb"})):
        chat = open_chat(*arguments, environment=environment)
        chat.record(tmp_path / "drawn")
        chat.enter("/lock")
        chat.until_row("-- locked, holding --")
        chat.enter("hello")
        chat.until_row("carol  hello")
        assert b"\x1b" not in (tmp_path / "drawn").read_bytes()
        chat.enter("/quit")
        chat.until_row("ended with 0")
