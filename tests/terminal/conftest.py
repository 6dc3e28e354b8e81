"""Every test has its own broker, and the terminals that it opens."""

import contextlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from palabre_harness import Broker, Palabre  # noqa: E402
from screen import Terminal  # noqa: E402


@pytest.fixture
def broker(tmp_path):
    with Broker(tmp_path / "broker") as broker:
        yield broker


@pytest.fixture
def palabre(broker, tmp_path):
    return Palabre(tmp_path / "home", broker.talk)


@pytest.fixture
def open_chat(palabre):
    """Opens a chat in a terminal, by default as carol, and waits until it greets her."""
    with contextlib.ExitStack() as terminals:
        def open_one(*arguments, name: str = "carol", environment: dict | None = None, **size) -> Terminal:
            terminal = terminals.enter_context(
                Terminal(palabre.command(name, "chat", *arguments), {**palabre.environment, **(environment or {})}, **size))
            terminal.until_row("/help lists the commands")
            return terminal
        yield open_one
