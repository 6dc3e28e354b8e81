"""Faults of what the broker stands on: a clock that jumps, and writes that take a part only."""

from pathlib import Path

from palabre_harness import Broker, program
from runs.processes import kill_broker
from work import at_any_moment

CLOCK_LIBRARIES = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
DAY_S = 86_400


def clock(run) -> None:
    """The broker's clock jumps to and fro by up to a day; its monotonic one does not, as in nature."""
    library = next(CLOCK_LIBRARIES, None)
    if not library:
        return print("skipped: needs libfaketime")
    directory = run.directory()
    offset = directory / "offset"
    offset.write_text("+0\n")
    prefix = ("env", f"LD_PRELOAD={library}", f"FAKETIME_TIMESTAMP_FILE={offset}", "FAKETIME_NO_CACHE=1",
              "DONT_FAKE_MONOTONIC=1")
    with run.work(Broker(directory, prefix=prefix)) as work:
        for _ in range(run.count or 20):
            if run.has_time():
                work.go_on(run.chance.randrange(1, 300))
                offset.write_text(f"{run.chance.randrange(-DAY_S, DAY_S):+d}\n")
                at_any_moment(run.chance, 0.5)
                run.injected()
        run.check(work)


def short(run) -> None:
    """One write in some dozen takes only a part of its bytes, or one of them, and the broker is killed meanwhile."""
    prefix = ("env", f"LD_PRELOAD={program('libshort_writes.so')}")
    with run.work(Broker(run.directory(), prefix=prefix)) as work:
        for _ in range(run.count or 20):
            if run.has_time():
                work.go_on(run.chance.randrange(1, 300))
                kill_broker(work, run)
        run.check(work)
