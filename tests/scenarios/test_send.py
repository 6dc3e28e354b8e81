"""`palabre send` as a script's last step: it ends with 0 only when every line it was given is stored."""

import signal

from palabre_harness import Palabre, eventually
from wire_client import Peer

RUNS = 20
LINES = 8000  # several windows of posts under way, and read in one go


def test_every_line_is_sent_also_when_the_input_ended_long_before(broker, palabre):
    lines = "".join(f"{number % 10}\n" for number in range(LINES))
    for run in range(RUNS):
        sent = palabre.run("alice", "send", "--lines", "--json", stdin=lines)
        assert (sent.returncode, len(sent.stdout.splitlines())) == (0, LINES), f"run {run}: {sent.stderr}"
    with Peer(broker, "witness") as witness:
        assert [cell[3] for cell in witness.row(1)] == RUNS * lines.splitlines()


def test_whole_input_is_one_message_and_empty_lines_are_none(broker, palabre):
    assert palabre.run("alice", "send", stdin="one\ntwo\n").returncode == 0
    assert palabre.run("alice", "send", "--lines", stdin="three\n\n\nfour").returncode == 0
    assert palabre.run("alice", "send", "-r", "tea", "in a room made by it").returncode == 0
    with Peer(broker, "witness") as witness:
        assert [event.text for event in witness.history("lobby")] == ["one\ntwo", "three", "four"]
        assert [event.text for event in witness.history("tea")] == ["in a room made by it"]


def test_the_exit_status_says_what_became_of_the_messages(broker, palabre):
    assert palabre.run("alice", "send", "x").returncode == 0
    assert palabre.run("alice", "send", "x" * 16385).returncode == 1
    assert palabre.run("alice", "send", "--lines", stdin="good\n\x1b[2J\n").returncode == 1
    assert palabre.run("alice", "send", "--lines", "and a text").returncode == 2
    broker.stop()
    assert palabre.run("alice", "send", "--timeout", "0.3", "x").returncode == 3


def test_a_broker_that_is_full_is_waited_for_until_the_timeout(make_broker, tmp_path):
    """And not for the five seconds after which a broker that does not answer counts as none."""
    broker = make_broker(sessions_max=1)
    palabre = Palabre(tmp_path / "home", broker.talk)
    with Peer(broker, "alice") as alice:
        patient = palabre.start("patient", "bob", "send", "when there is room")
        hasty = palabre.start("hasty", "carol", "send", "--timeout", "6", "now or never")
        assert palabre.run("dave", "rooms").returncode == 1
        assert hasty.wait() == 5 and "try again later" in eventually(patient.talk)
        alice.goodbye()
    assert patient.wait() == 0 and patient.talk().count("\n") == 1
