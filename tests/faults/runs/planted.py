"""Brokers with a bug, which the checker must find: a run of them fails when one goes unseen."""

from pathlib import Path

from palabre_harness import Broker, program
from report import Report
from runs.processes import kill_broker

# What the checker must name, whatever else it finds.
NAMED = {"drop": {"lost", "reordered"}, "swap": {"reordered"}, "repeat": {"duplicated"}, "early": {"lost"},
         "forget": {"index"}, "skip": {"reordered"}, "stray": {"wrong reader"}, "admit": {"wrong reader"},
         "pardon": {"wrong reader"}}
# These bite at commits and pages instead of messages, and so more often; or always. So many commits are kept back by
# "early", which acknowledges them: of one alone, whose acknowledgements may not have left either, a kill may lose nothing.
ONE_IN = {"early": 4, "skip": 2, "stray": 2, "admit": 1, "pardon": 1}
KILLED = {"early", "admit", "pardon"}
KILLS = 3
# So much is said behind the last kill, where that is what shows the bug.
AFTERWARDS = {"admit": 400}
# What a bug keeps from coming would be waited for in vain.
PATIENCE_S = 4
# So long until members have gone back in a room's past some times, and some have been sent away.
LONG = {"skip", "stray", "pardon"}
LONG_WORK = 4000


class PlantedBroker(Broker):
    """Planted with what its options say: a bug, or a log that is copied sooner."""

    def __init__(self, directory: Path, *options, **settings):
        super().__init__(directory, **settings)
        self.options = options

    def command(self) -> list:
        return [program("planted_palabred"), *self.options, *super().command()[1:]]


def work_with(run, bug: str) -> Report:
    """What the checker finds after a short work with this bug."""
    one_in = ONE_IN.get(bug, run.one_in)
    broker = PlantedBroker(run.directory(), "--bug", bug, "--every", one_in)
    with run.work(broker, rate=run.rate or 1000, patience=PATIENCE_S) as work:
        work.go_on(LONG_WORK if bug in LONG else max(400, 2 * one_in), timeout=600)
        for _ in range(KILLS if bug in KILLED else 0):
            work.go_on(50)
            kill_broker(work, run)
        work.go_on(AFTERWARDS.get(bug, 0))
        return work.finish()


def planted(run) -> None:
    """Brokers with a bug, one after the other, each of which the checker must find."""
    for bug, kinds in NAMED.items():
        report = work_with(run, bug)
        is_found = bool(kinds & set(report.violations))
        print(f"{bug}: {'found' if is_found else 'NOT FOUND'}: {report.summary()}", flush=True)
        run.report.counted(bugs=1, found=int(is_found))
        if not is_found:
            run.report.found("unexpected", f"the checker did not find the planted bug {bug}")
