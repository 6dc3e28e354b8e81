"""Faults of the disk as a whole: its power is cut, or it is full."""

import contextlib
from pathlib import Path

from disks import Disk, missing
from palabre_harness import Broker, eventually
from work import Work, at_any_moment

CUTS_A_CHECK = 50
EATMYDATA = ("env", "LD_PRELOAD=libeatmydata.so")
EATMYDATA_PLACES = "*/libeatmydata.so"


@contextlib.contextmanager
def disk_and_work(run, megabytes: int = 192, prefix: tuple = ()):
    """A broker that keeps its data on a disk of the run's own, and all else elsewhere."""
    place = run.directory()
    with Disk(place / "data", megabytes) as disk, run.work(Broker(place, prefix=prefix)) as work:
        yield disk, work


def cut(run) -> None:
    """The power fails at random: before the broker is killed, or just after."""
    left = run.count or 20
    while left > 0 and run.has_time() and not is_missing():
        with disk_and_work(run) as (disk, work):
            for _ in range(min(left, CUTS_A_CHECK)):
                if not run.has_time():
                    break
                work.go_on(run.chance.randrange(1, 300))
                cut_once(work, disk, run)
                left -= 1
            run.check(work)


def cut_once(work: Work, disk: Disk, run) -> None:
    at_any_moment(run.chance, 0.02)
    if run.chance.random() < 0.5:
        disk.cut_power()
        work.broker.kill()
    else:
        work.broker.kill()
        disk.cut_power()
    disk.restore_power()
    run.injected()
    work.broker.start()


def control(run) -> None:
    """The same with a library that makes flushes do nothing: the checker must report the loss."""
    if is_missing():
        return
    if not any(Path("/usr/lib").glob(EATMYDATA_PLACES)):
        return print("skipped: needs libeatmydata")
    with disk_and_work(run, prefix=EATMYDATA) as (disk, work):
        for _ in range(run.count or 3):
            work.go_on(300)
            cut_once(work, disk, run)
        report = work.finish()
    print("\n".join(report.lines()))
    run.report.counted(**{f"found_{kind.replace(' ', '_')}": count for kind, count in report.violations.items()})
    if not report.violations["lost"]:
        run.report.found("unexpected", "flushes did nothing, and the checker found nothing lost")


def full(run) -> None:
    """The disk is full, then is not, again and again."""
    if is_missing():
        return
    with disk_and_work(run, megabytes=64) as (disk, work):
        for _ in range(run.count or 10):
            if run.has_time():
                work.go_on(run.chance.randrange(1, 300))
                fill_and_free(work, disk, run)
        run.check(work)


def fill_and_free(work: Work, disk: Disk, run) -> None:
    before = delays(work)
    ballast = disk.root / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            pass
    eventually(lambda: delays(work) > before, 60)
    at_any_moment(run.chance, 1)
    ballast.unlink()
    run.injected()


def delays(work: Work) -> int:
    """How often applications were told that the disk is full."""
    return sum(journal.read_bytes().count(b"\tstorage_full\t") for journal in work.journals.glob("*.journal"))


def is_missing() -> bool:
    reason = missing()
    if reason:
        print(f"skipped: {reason}")
    return bool(reason)
