"""Nasty texts by the thousand: every screen shows what a model says, and none of them acts on the terminal.

PALABRE_NASTY_TEXTS sets how many.
"""

import json
import os

import pytest

from nasty_texts import UNSEEN, NastyTexts
from palabre_harness import eventually
from screen import Terminal
from screen_model import screen_of
from wire_client import Peer

COUNT = int(os.environ.get("PALABRE_NASTY_TEXTS", "2000"))
TEXTS_OF_POST = 50
THE_END = "that was all"


@pytest.fixture
def mallory(broker):
    """Somebody who was there before."""
    with Peer(broker, "mallory") as mallory:
        mallory.ask("join", room="lobby")
        yield mallory


def post_nasty_texts(mallory, seed: int) -> None:
    texts = NastyTexts(seed, UNSEEN)
    for _ in range(COUNT // TEXTS_OF_POST):
        mallory.post("lobby", *[texts.text() for _ in range(TEXTS_OF_POST)])
    mallory.post("lobby", THE_END)


def said(palabre) -> list[dict]:
    lines = palabre.run("witness", "history", "--json").stdout.split("\n")[:-1]
    return [json.loads(line) for line in lines]


def is_head(row: str) -> bool:
    """Whether somebody who looks at the screen takes this row for the beginning of a message."""
    return row[:2].isdigit() and row[2:3] == ":"


def shows(terminal, expected: list[str]) -> None:
    """The rows up to the last message are exactly these; but tmux itself forgets a joiner here and there."""
    terminal.until_row(THE_END)
    rows = terminal.all_rows()
    end = next(number for number, row in enumerate(rows) if row.endswith(THE_END)) + 1
    assert [row for row in rows[:end] if is_head(row) and "  #1 mallory" not in row] == []
    for number, (row, due) in enumerate(zip(rows[end - len(expected):end], expected, strict=True)):
        assert row.replace("\u200d", "") == due.replace("\u200d", ""), f"row {number} of {len(expected)}"


@pytest.mark.parametrize("columns", [80, 33])
@pytest.mark.parametrize("arguments", [["chat"], ["chat", "--plain"], ["tail", "--since", "all"]], ids=" ".join)
def test_the_screen_is_the_models(mallory, palabre, arguments, columns):
    with Terminal(palabre.command("carol", *arguments), palabre.environment, columns=columns) as terminal:
        if "chat" in arguments:
            terminal.until_row("/help lists")
        title = terminal.title()
        post_nasty_texts(mallory, seed=columns)
        expected = screen_of(said(palabre), columns)
        assert len(expected) > COUNT
        shows(terminal, expected)
        assert (terminal.title(), terminal.clipboard()) == (title, "")


def test_this_terminal_would_obey(palabre):
    """What the other tests rely on."""
    command = ["printf", r"\033]2;owned\007\033]52;c;b3duZWQ=\007"]
    with Terminal(command, palabre.environment) as terminal:
        eventually(lambda: "owned" in terminal.title() and "owned" in terminal.clipboard())
