#!/usr/bin/env python3
"""Fault runs: work goes on while something is broken again and again, and then everything said, answered and read is
compared with the store. One line of counts at the end; status 1 when an acknowledged message is lost, doubled or out
of order, or anything else of the invariants in report.py does not hold.
"""

import argparse
import contextlib
import itertools
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import checker  # noqa: E402
from report import Report  # noqa: E402
from runs import calls_failing, chaos, network, planted, power, processes, starved, system  # noqa: E402
from work import Work  # noqa: E402

RUNS = {
    "kill": processes.kill,
    "powercut": power.cut,
    "flushes": calls_failing.flushes,
    "powercut-flushes": calls_failing.cut_flushes,
    "writes": calls_failing.writes,
    "errors": calls_failing.errors,
    "short": system.short,
    "full": power.full,
    "slow": calls_failing.slow,
    "pause": processes.pause,
    "applications": processes.applications,
    "hwm": processes.hwm,
    "proxy": network.proxy,
    "net": network.net,
    "reconnect": network.reconnect,
    "descriptors": network.descriptors,
    "threads": starved.threads,
    "memory": starved.memory,
    "clock": system.clock,
    "chaos": chaos.chaos,
    "planted": planted.planted,
    "powercut-control": power.control,
}


class Run:
    """What the runs share: how long, how often, by which dice, in which folder; and what came out."""

    def __init__(self, options):
        self.count, self.rate, self.every, self.keep = options.count, options.rate, options.every, options.keep
        self.one_in, self.log_pages, self.security = options.one_in, options.log_pages, options.security
        self.seed, self.chance = options.seed, random.Random(options.seed)
        self.began = time.monotonic()
        self.deadline = self.began + options.seconds
        self.place = Path(tempfile.mkdtemp(prefix="palabre-faults-"))
        self.numbers = itertools.count(1)
        self.report = Report()
        self.report.counted(faults=0)

    def has_time(self) -> bool:
        return time.monotonic() < self.deadline

    def injected(self) -> None:
        self.report.counted(faults=1)

    def directory(self) -> Path:
        """A new one."""
        made = self.place / str(next(self.numbers))
        made.mkdir()
        return made

    def work(self, broker=None, **options) -> Work:
        options.setdefault("rate", self.rate or 300)
        options.setdefault("security", self.security)
        return Work(self.directory(), self.chance.randrange(1 << 32), broker, **options)

    def check(self, work: Work) -> None:
        self.add(work.finish(), work.directory, work.broker.directory)

    def check_store(self, store: Path, journals: Path, *directories: Path) -> None:
        self.add(checker.check(store, journals), *directories)

    def add(self, report: Report, *directories: Path) -> None:
        """Keeps the folders of a check that found something."""
        self.report.add(report)
        if report.is_clean and not self.keep:
            for directory in directories:
                shutil.rmtree(directory, ignore_errors=True)

    def end(self, name: str) -> int:
        print("\n".join(self.report.lines()))
        print(f"{name}: seed {self.seed}, {self.report.summary()}, {time.monotonic() - self.began:.0f} s", flush=True)
        if self.report.is_clean and not self.keep:
            shutil.rmtree(self.place, ignore_errors=True)
        else:
            print(f"journals and stores: {self.place}")
        return 0 if self.report.is_clean else 1


def main() -> int:
    names = "\n".join(f"  {name:18}{run.__doc__.splitlines()[0]}" for name, run in RUNS.items())
    parser = argparse.ArgumentParser(description=__doc__, epilog=f"NAME is one of\n{names}",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RUNS, metavar="NAME")
    parser.add_argument("--seconds", type=float, default=600, help="inject no more after so long")
    parser.add_argument("--count", type=int, help="how many faults")
    parser.add_argument("--rate", type=float, help="messages a second")
    parser.add_argument("--every", type=float, default=20, help="chaos: seconds from fault to fault, on average")
    parser.add_argument("--one-in", type=int, default=10_000, help="planted: of so many messages one is spoilt")
    parser.add_argument("--log-pages", type=int, default=64,
                        help="writes, flushes, errors: so long is the log when it is copied; palabred's is 1000")
    parser.add_argument("--security", choices=("open", "curve"), default="open",
                        help="whether all is encrypted; not in those that kill at counted calls, nor in planted")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--keep", action="store_true", help="keep journals and stores in any case")
    options = parser.parse_args()
    run = Run(options)
    with contextlib.suppress(KeyboardInterrupt):
        RUNS[options.name](run)
    return run.end(options.name)


if __name__ == "__main__":
    sys.exit(main())
