"""Brokers with a bug, which the checker must find: a run of them fails when one goes unseen."""

from pathlib import Path

from palabre_harness import Broker, program
from report import Report
from runs.processes import kill_broker

# What the checker must name, whatever else it finds.
NAMED = {"drop": {"lost", "reordered"}, "swap": {"reordered"}, "repeat": {"duplicated"}, "early": {"lost"},
         "forget": {"index"}, "skip": {"reordered"}}
# These bite at commits and pages instead of messages, and so more often.
ONE_IN = {"early": 1, "skip": 2}
KILLS = 3
# What a bug keeps from coming would be waited for in vain.
PATIENCE_S = 4
# So long until members have gone back in a room's past some times.
PAGES_AFTER = 4000


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
        work.go_on(PAGES_AFTER if bug == "skip" else max(400, 2 * one_in), timeout=600)
        for _ in range(KILLS if bug == "early" else 0):
            work.go_on(50)
            kill_broker(work, run)
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
