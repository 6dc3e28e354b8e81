"""Every scenario starts its own broker in its own directory; nothing is shared between tests."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from palabre_harness import Broker, Palabre  # noqa: E402


@pytest.fixture
def make_broker(tmp_path):
    """Starts a broker with the given settings; it is ended with the test, if the test did not."""
    started = []

    def make(**settings) -> Broker:
        started.append(Broker(tmp_path / f"broker-{len(started)}", **settings))
        return started[-1].start()

    yield make
    for broker in started:
        broker.end()
    for broker in started:
        broker.require_no_crash()


@pytest.fixture
def broker(make_broker):
    """A broker with the defaults, which must end politely after the test."""
    made = make_broker()
    yield made
    if made.running.process.poll() is None:
        made.stop()


@pytest.fixture
def palabre(broker, tmp_path):
    return Palabre(tmp_path / "home", broker.talk)
