"""A broker that means harm: nothing it sends acts on the terminal, through whichever verb it comes."""

import os
import pty
import subprocess
import unicodedata

import pytest

from hostile_broker import HostileBroker
from nasty_texts import CONTROLS, FORGED, UNSEEN, NastyTexts
from palabre_harness import Palabre
from screen import COLUMNS, Terminal
from screen_model import JOINERS, cells

COUNT = 200
THE_END = "that was all"
ACTIVE = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def nasty(seed: int, count: int) -> list[str]:
    texts = NastyTexts(seed, UNSEEN + CONTROLS)
    return [texts.text() for _ in range(count)]


@pytest.fixture
def hostile(tmp_path):
    """Starts a hostile broker that refuses some kinds of requests, and gives a user's program pointed at it."""
    brokers = []

    def start(*refused: str) -> Palabre:
        broker = HostileBroker([*nasty(1, COUNT), THE_END], nasty(2, 500), refused)
        brokers.append(broker.__enter__())
        return Palabre(tmp_path / "home", broker.talk)
    yield start
    for broker in brokers:
        broker.__exit__()


def drawn_by(command: list, environment: dict, typed: bytes = b"") -> str:
    """All that a program writes to a terminal, its errors too."""
    master, slave = pty.openpty()
    with subprocess.Popen([str(part) for part in command], env={**os.environ, "TZ": "UTC", **environment},
                          stdin=subprocess.PIPE, stdout=slave, stderr=slave) as program:
        os.close(slave)
        program.stdin.write(typed)
        program.stdin.close()
        drawn = b""
        while True:
            try:
                drawn += os.read(master, 65536)
            except OSError:  # nobody has the other end any more
                os.close(master)
                return drawn.decode()


def is_harmless(character: str) -> bool:
    return character in JOINERS or unicodedata.category(character) not in ACTIVE


def no_row_is_forged(drawn: str) -> None:
    for row in drawn.split("\r\n"):
        assert all(map(is_harmless, row)), ascii(row)
        assert cells(row) <= COLUMNS, row
        assert not row.startswith(tuple(FORGED) + ("\u23ce",)), row


@pytest.mark.parametrize("verb", [
    ["tail", "--since", "all", "--until-end"], ["history"], ["matrix", "--client", "3"], ["who"], ["rooms"], ["whoami"],
    ["whois", "dave"], ["whois", "dave", "--json"], ["who", "--json"], ["chat", "--plain"]], ids=" ".join)
def test_what_a_verb_prints_is_harmless(hostile, verb):
    palabre = hostile()
    typed = b"/who\n/matrix 3\n/history 500\n" if "chat" in verb else b""
    drawn = drawn_by(palabre.command("carol", *verb), palabre.environment, typed)
    assert drawn.count("\r\n") >= {"whoami": 1, "whois": 1, "rooms": 1, "who": 39}.get(verb[0], COUNT)
    if "--json" in verb:
        assert drawn.isascii() and "\x1b" not in drawn and "\x7f" not in drawn
    else:
        no_row_is_forged(drawn)


@pytest.mark.parametrize("refused, verb", [
    ("hello", ["whoami"]), ("hello", ["chat"]), ("history", ["history"]), ("who", ["who"]), ("row", ["matrix"]),
    ("whois", ["whois", "dave"]), ("post", ["send", "x"]), ("join", ["tail", "-r", "tea"]),
    ("join", ["chat", "-r", "tea"])])
def test_why_something_is_refused_is_told_harmlessly(hostile, refused, verb):
    palabre = hostile(refused)
    for _ in range(10):
        drawn = drawn_by(palabre.command("carol", *verb), palabre.environment)
        assert "palabre: " in drawn or "-- " in drawn
        no_row_is_forged(drawn)


def test_the_chat_shows_texts_names_and_notices_and_none_of_them_acts(hostile):
    palabre = hostile("post")
    with Terminal(palabre.command("carol", "chat"), palabre.environment) as chat:
        chat.until_row("/help lists")
        title = chat.title()
        for line in ("/who", "/matrix 3", "hello", "/history 500"):
            chat.enter(line)
        chat.until_row("messages in all")
        rows = chat.all_rows()
        no_row_is_forged("\r\n".join(rows))
        assert any("joined lobby" in row for row in rows)
        assert (chat.title(), chat.clipboard()) == (title, "")
