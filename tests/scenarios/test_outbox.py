"""`palabre send --outbox`: the same command, given again after it was cut off, posts each message once."""

import contextlib
import random
import subprocess

from palabre_harness import Palabre, eventually
from wire_client import Peer

LINES = 3000
KILLS_MIN = 10
WORD_S = 3  # in which a sender that loses its connection says so, mostly; else it is tried again
LAST_S = 0.03  # a run that is not killed by then goes on to its end


def history(broker, room: str = "lobby") -> list[str]:
    with Peer(broker, "witness") as witness:
        texts = [event.text for event in witness.history(room)]
        witness.goodbye()
        return texts


def newest(broker, room: str = "lobby") -> str | None:
    """The last text alone: it is asked for after each of hundreds of runs."""
    with Peer(broker, "witness") as witness:
        head = dict(witness.welcome["rooms"])[room]
        texts = [event.text for event in witness.history(room, head)] if head else [None]
        witness.goodbye()
        return texts[-1]


def ended_within(program, seconds: float) -> int | None:
    try:
        return program.wait(seconds)
    except subprocess.TimeoutExpired:
        program.kill()
        return None


def send_until_done(broker, palabre, source, dice, between) -> int:
    """Gives the same command again and again, killing it at random instants; how many runs that took. One that was
    killed in the instant between removing its file and its end has done its work, and is not repeated."""
    last = source.read_text(encoding="utf-8").splitlines()[-1]
    outbox = source.with_suffix(".outbox")
    for run in range(1000):
        with open(source, encoding="utf-8") as lines:
            program = palabre.start(f"send-{run}", "alice", "send", "--lines", "--outbox", outbox, stdin=lines)
            status = ended_within(program, dice.uniform(0, LAST_S) if run < 200 else 60)
        if status is not None:
            assert status == 0, program.talk()
            assert not outbox.exists()
            return run
        if not outbox.exists() and newest(broker) == last:
            return run
        between(run)
    raise AssertionError("never done")


def test_a_sender_killed_at_random_instants_posts_each_line_once_and_in_order(broker, palabre, tmp_path):
    dice = random.Random(4)
    kills = 0
    expected = []
    for round_number in range(100):
        lines = [f"{round_number}.{number} " + "x" * dice.randrange(200) for number in range(LINES)]
        source = tmp_path / f"lines-{round_number}"
        source.write_text("\n".join(lines))
        kills += send_until_done(broker, palabre, source, dice, lambda run: None)
        expected += lines
        if kills >= KILLS_MIN and round_number >= 9:
            break
    assert kills >= KILLS_MIN
    assert history(broker) == expected


def test_nor_does_it_matter_when_the_broker_is_killed_as_well(broker, palabre, tmp_path):
    dice = random.Random(5)
    source = tmp_path / "lines"
    lines = [f"{number} " + "y" * dice.randrange(200) for number in range(LINES)]
    source.write_text("\n".join(lines))

    def kill_broker_at_times(run: int) -> None:
        if run % 3 == 0:
            broker.kill()
            broker.start()

    send_until_done(broker, palabre, source, dice, kill_broker_at_times)
    assert history(broker) == lines


def test_a_run_that_found_no_broker_leaves_nothing_to_double(broker, palabre, tmp_path):
    outbox = tmp_path / "outbox"
    assert palabre.run("alice", "send", "--outbox", outbox, "first").returncode == 0
    broker.kill()
    assert palabre.run("alice", "send", "--outbox", outbox, "--timeout", "0.3", "second").returncode == 3
    broker.start()
    assert palabre.run("alice", "send", "--outbox", outbox, "second").returncode == 0
    assert history(broker) == ["first", "second"]
    assert not outbox.exists()


def has_left_behind(broker, palabre, outbox, text: str) -> bool:
    """A sender that was killed while the broker was away, with `text` in its outbox and nowhere else. False when
    the broker went before it had welcomed the sender."""
    with palabre.start("left", "alice", "send", "--lines", "--outbox", outbox, stdin=subprocess.PIPE) as sender:
        with Peer(broker, "witness") as witness:
            everybody = {"from": 1, "count": 9}
            eventually(lambda: "alice" in [name for _, name, _ in witness.ask("who", **everybody)["clients"]])
        broker.kill()
        # Who was not welcomed yet goes on knocking, and says nothing of a connection.
        with contextlib.suppress(AssertionError):
            eventually(lambda: "connection lost" in sender.talk(), timeout=WORD_S)
        was_welcomed = "connection lost" in sender.talk()
        if was_welcomed:
            sender.process.stdin.write(f"{text}\n".encode())
            sender.process.stdin.flush()
            eventually(lambda: text.encode() in outbox.read_bytes())
        sender.kill()
    broker.start()
    return was_welcomed


def test_a_message_that_was_kept_is_posted_once_when_it_is_given_again(broker, palabre, tmp_path):
    outbox = tmp_path / "outbox"
    eventually(lambda: has_left_behind(broker, palabre, outbox, "deploy 42 is done"))
    assert palabre.run("alice", "send", "--outbox", outbox, "deploy 42 is done").returncode == 0
    assert history(broker) == ["deploy 42 is done"]
    assert not outbox.exists()


def test_a_message_that_was_kept_is_posted_before_another_one(broker, palabre, tmp_path):
    outbox = tmp_path / "outbox"
    eventually(lambda: has_left_behind(broker, palabre, outbox, "deploy 42 is done"))
    assert palabre.run("alice", "send", "--outbox", outbox, "deploy 43 is done").returncode == 0
    assert history(broker) == ["deploy 42 is done", "deploy 43 is done"]
    assert not outbox.exists()


def test_two_programs_do_not_share_an_outbox(broker, palabre, tmp_path):
    outbox = tmp_path / "outbox"
    with palabre.start("first", "alice", "send", "--lines", "--outbox", outbox, stdin=subprocess.PIPE):
        eventually(outbox.exists)
        eventually(lambda: outbox.stat().st_size > 0)
        second = palabre.run("alice", "send", "--outbox", outbox, "hello")
    assert second.returncode == 1
    assert second.stderr == f"palabre: the outbox {outbox} is in use by another program that still runs\n"


def test_an_outbox_of_something_else_is_named_and_left_alone(broker, palabre, tmp_path):
    outbox = tmp_path / "notes.txt"
    outbox.write_text("my notes")
    run = palabre.run("alice", "send", "--outbox", outbox, "hello")
    assert (run.returncode, run.stderr) == (1, f"palabre: {outbox} is no outbox of palabre\n")
    assert outbox.read_text() == "my notes"


def test_another_input_is_not_taken_for_the_one_that_was_cut_off(broker, palabre, tmp_path):
    outbox = tmp_path / "outbox"
    with palabre.start("first", "alice", "send", "--lines", "--outbox", outbox, stdin=subprocess.PIPE) as first:
        first.process.stdin.write(b"one\ntwo\n")
        first.process.stdin.flush()
        eventually(lambda: history(broker) == ["one", "two"])
        first.kill()
    other = palabre.run("alice", "send", "--lines", "--outbox", outbox, stdin="one\n2\nthree\n")
    assert other.returncode == 2
    assert other.stderr == f"palabre: {outbox} is of a run with another input; remove it to send this one\n"
    again = palabre.run("alice", "send", "--lines", "--outbox", outbox, stdin="one\ntwo\nthree\n")
    assert again.returncode == 0, again.stderr
    assert history(broker) == ["one", "two", "three"]


def test_who_gets_no_answer_is_told_unknown_and_that_it_can_be_asked_again(make_broker, tmp_path):
    broker = make_broker()
    palabre = Palabre(tmp_path / "home", broker.talk)
    outbox = tmp_path / "outbox"
    with palabre.start("sender", "alice", "send", "--lines", "--outbox", outbox, stdin=subprocess.PIPE) as sender:
        sender.process.stdin.write(b"one\n")
        sender.process.stdin.flush()
        eventually(lambda: history(broker) == ["one"])
        broker.kill()
        eventually(lambda: "connection lost" in sender.talk())
        sender.process.stdin.write(b"two\n")
        sender.process.stdin.flush()
        eventually(lambda: b"two" in outbox.read_bytes())
        sender.signal(2)
        assert sender.wait() == 6
    assert f"1 unknown: sent, and no answer came; the same command with {outbox} asks again" in sender.talk()
    broker.start()
    assert palabre.run("alice", "send", "--lines", "--outbox", outbox, stdin="one\ntwo\n").returncode == 0
    assert history(broker) == ["one", "two"]
