"""The crowd: 3 people and 2 scripts listen in the lobby while 4 senders post 10,000 messages at once."""

import re

import pytest
from palabre_harness import Program, eventually, example
from wire_client import Peer

PEOPLE = ("pia", "quinn", "rosa")
SCRIPTS = ("script-a", "script-b")
SENDERS = ("ada", "ben", "cleo", "dan")
EACH = 2500
ALL = EACH * len(SENDERS)
PATIENCE_S = 120
SCRIPTS_LINE = re.compile(r"(\d+)  #(\d+) (\S+)  (.*)")


def text_of(sender: str, number: int) -> str:
    return f"{sender} says {number}, été 日本 🙂"


def heard_by_person(listener: Program) -> list[tuple]:
    return [(line["sequence"], line["client"], line["name"], line["column"], line["text"])
            for line in listener.objects()]


def heard_by_script(listener: Program) -> list[tuple]:
    matches = [SCRIPTS_LINE.fullmatch(line) for line in listener.lines()]
    return [(int(match[1]), int(match[2]), match[3], match[4]) for match in matches]


@pytest.fixture
def listeners(broker, palabre, tmp_path):
    """Five real programs, all online before the first message."""
    people = [palabre.start(name, name, "tail", "--json", "--since", "all", "--count", ALL) for name in PEOPLE]
    scripts = [Program(example("listener.py", broker.talk, name, "lobby", 1), tmp_path, name,
                       {"PALABRE_TOKEN": f"the-token-of-{name}"}) for name in SCRIPTS]
    eventually(lambda: len(broker.sessions()) == len(people) + len(scripts))
    yield people, scripts
    for listener in people + scripts:
        listener.kill()


@pytest.fixture
def senders(listeners, palabre, tmp_path):
    """All at once, and done: what each was told about its messages."""
    running = {}
    for name in SENDERS:
        lines = tmp_path / f"{name}.txt"
        lines.write_text("".join(text_of(name, number) + "\n" for number in range(1, EACH + 1)))
        with open(lines) as stdin:
            running[name] = palabre.start(f"send-{name}", name, "send", "--lines", "--json", stdin=stdin)
    for sender in running.values():
        assert sender.wait(PATIENCE_S) == 0, sender.talk()
    return {name: sender.objects() for name, sender in running.items()}


def test_everybody_hears_all_once_in_one_order_and_the_matrix_has_each_row(broker, palabre, listeners, senders):
    people, scripts = listeners
    for person in people:
        assert person.wait(PATIENCE_S) == 0, person.talk()
    first = heard_by_person(people[0])
    assert [message[0] for message in first] == list(range(1, ALL + 1))
    assert all(heard_by_person(person) == first for person in people)
    without_columns = [(*message[:3], message[4]) for message in first]
    for script in scripts:
        eventually(lambda script=script: len(script.lines()) >= ALL, timeout=PATIENCE_S)
        assert heard_by_script(script) == without_columns

    with Peer(broker, "witness") as witness:
        for name, acknowledgements in senders.items():
            row = [text_of(name, number) for number in range(1, EACH + 1)]
            client = acknowledgements[0]["client"]
            assert [cell[3] for cell in witness.row(client)] == row
            assert [message[3:] for message in first if message[1] == client] == list(enumerate(row, 1))
            assert [(ack["sequence"], ack["column"]) for ack in acknowledgements] == [
                (message[0], message[3]) for message in first if message[2] == name]
            shown = palabre.run("witness-2", "matrix", "--client", client, "--json")
            assert shown.returncode == 0, shown.stderr
            assert len(shown.stdout.splitlines()) == EACH
