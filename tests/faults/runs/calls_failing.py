"""Each call that the recorder makes on the store is killed, fails or is late, one trial each, in a short script."""

import functools

from calls import FLUSHES, WRITES, Injected, count_calls
from disks import Disk, missing
from runs.planted import PlantedBroker
from script import Script

# A long post, 16 texts of 15,900 bytes, writes some more than these.
PAGES_OF_A_LONG_POST = 54


class Trial:
    """A broker of its own, a script, and one call that goes wrong."""

    def __init__(self, run):
        self.run, self.place = run, run.directory()
        self.broker = PlantedBroker(self.place / "broker", "--log-pages", run.log_pages)
        # So many that the log is full once, and copied into the database.
        self.script = Script(self.broker, self.place / "journals", 1 + run.log_pages // PAGES_OF_A_LONG_POST)

    def play(self, calls: str, what: str) -> bool:
        """The script until the broker ends; whether it did before the script was through."""
        with Injected(self.broker.start(), "recorder", calls, what):
            is_through = self.script.run()
        return not is_through

    def end(self) -> None:
        """On with the script, to its end and the check, without faults."""
        if self.broker.running.process.poll() is not None:
            self.broker.start()
        assert self.script.run(), f"the broker ended: {self.broker.running.talk()[-500:]}"
        self.script.end()
        self.broker.stop()
        self.run.check_store(self.broker.directory / "data" / "palabre.sqlite3", self.place / "journals", self.place)


@functools.cache
def calls_in_all(run, calls: str) -> int:
    trial = Trial(run)
    trial.broker.start()
    number = count_calls(trial.broker, "recorder", calls, trial.place / "calls", trial.script.run)
    trial.end()
    return number


def each(run, calls: str, play) -> None:
    """Every call once, or as many as are wanted, evenly spread; as far as time allows, in an order that leaves no part
    out."""
    number = calls_in_all(run, calls)
    tried = min(number, run.count or number)
    wanted = [1 + place * number // tried for place in range(tried)]
    run.chance.shuffle(wanted)
    done = 0
    for call in wanted:
        if not run.has_time():
            break
        play(call)
        run.injected()
        done += 1
    print(f"{calls}: {done} of {number} calls", flush=True)


def killed_at(run, calls: str, call: int) -> None:
    trial = Trial(run)
    trial.play(calls, f"signal=KILL:when={call}")
    trial.broker.kill()
    trial.end()


def flushes(run) -> None:
    """Killed at every flush."""
    each(run, FLUSHES, functools.partial(killed_at, run, FLUSHES))


def cut_at(run, call: int) -> None:
    trial = Trial(run)
    with Disk(trial.broker.directory / "data") as disk:
        trial.play(FLUSHES, f"signal=KILL:when={call}")
        trial.broker.kill()
        disk.cut_power()
        disk.restore_power()
        trial.end()


def cut_flushes(run) -> None:
    """The power fails at every flush: what was written since the one before is gone."""
    if reason := missing():
        print(f"skipped: {reason}")
    else:
        each(run, FLUSHES, functools.partial(cut_at, run))


def writes(run) -> None:
    """Killed at every write."""
    each(run, WRITES, functools.partial(killed_at, run, WRITES))


def fails_at(run, calls: str, error: str, call: int) -> None:
    trial = Trial(run)
    if trial.play(calls, f"error={error}:when={call}"):
        assert trial.broker.running.process.returncode == 1, "a failing disk ends the broker with status 1"
    trial.end()


def errors(run) -> None:
    """ENOSPC and EIO at every flush and every write: refused or ended, and nothing lost."""
    for calls in (FLUSHES, WRITES):
        for error in ("EIO", "ENOSPC"):
            each(run, calls, functools.partial(fails_at, run, calls, error))


def slow(run) -> None:
    """Each flush takes 300 ms longer."""
    with run.work() as work, Injected(work.broker, "recorder", FLUSHES, "delay_enter=300000"):
        for _ in range(run.count or 20):
            if run.has_time():
                work.go_on(100)
                run.injected()
        run.check(work)
