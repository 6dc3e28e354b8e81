"""What a trial must find when it is there, and a short one from end to end."""

from types import SimpleNamespace

import pytest
from honest import Record
from trial import MEBIBYTE, Outcome, Trial, losses, quantiles

STORED = [(1, "honest a 1 5"), (2, "honest b 1 6"), (1, "honest a 2 7")]
ACKNOWLEDGED = {1: "honest a 1 5", 2: "honest b 1 6", 3: "honest a 2 7"}


def test_nothing_is_found_where_nothing_is_wrong():
    assert losses(STORED, list(STORED), ACKNOWLEDGED) == []


@pytest.mark.parametrize("stored, handed_over, sentence", [
    (STORED[:2], STORED[:2], "acknowledged and not in the store"),
    ([STORED[1], STORED[0], STORED[2]], [STORED[1], STORED[0], STORED[2]], "acknowledged and not in the store"),
    (STORED + STORED[:1], STORED + STORED[:1], "stored more than once"),
    (STORED, STORED[:2], "not the same"),
    (STORED, STORED[:1] + STORED[:1:-1] + STORED[1:2], "not the same"),
    (STORED + [(3, "not by honest0")], STORED + [(3, "not by honest0")], "under another's name"),
])
def test_a_loss_is_found(stored, handed_over, sentence):
    assert any(sentence in problem for problem in losses(stored, handed_over, ACKNOWLEDGED))


def test_clients_who_are_handed_different_messages_are_found():
    record = Record()
    record.handed_over(0, STORED)
    record.handed_over(1, [STORED[2], STORED[1]])
    assert len(record.problems) == 1


def test_each_demand_can_fail():
    def failed(**kept) -> list[str]:
        return Outcome("any", **{"quiet": (1.0, 2.0), "attacked": (1.0, 5.9), "memory": (0, 0, 0), "rounds": 1, **kept}).failed()

    assert failed() == []
    assert failed(attacked=(1.0, 6.0)) == ["p99 3.0 x the quiet one"]
    assert failed(rounds=0) == ["nobody attacked"]
    assert failed(memory=(0, 0, 33 * MEBIBYTE)) == ["33 MiB more after 10 s"]
    assert failed(attacked=quantiles([])) != []


def test_a_recorded_session_is_harmless(tmp_path):
    options = SimpleNamespace(seconds=3, attackers=2, honest=5, security="open")
    outcome = Trial("replay", tmp_path, options).run()
    # The delays of so few seconds say nothing on a busy machine.
    assert outcome.problems == []
    assert outcome.rounds > 0 and outcome.posted >= 30 and outcome.stored >= outcome.posted + 20
