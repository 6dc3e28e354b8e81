"""Faults of a machine that has no more to give: no threads, no memory."""

import contextlib
import re
import resource
import subprocess
from pathlib import Path

from palabre_harness import Broker
from runs.network import ask
from wire_client import Dealer, token_of
from work import Work, at_any_moment

STRANGERS = 8
AN_ABORT_S = 3
CONTROL_GROUPS = Path("/sys/fs/cgroup")


class TaskLimit:
    """A control group of the run's own, in which a process may have so many threads and no more."""

    def __init__(self, number: int):
        parent = CONTROL_GROUPS / "pids"
        if not parent.is_dir():
            parent = CONTROL_GROUPS
            (parent / "cgroup.subtree_control").write_text("+pids")
        self.outside, self.group = parent / "cgroup.procs", parent / f"palabre-{number}"
        self.group.mkdir()
        self.number = number
        (self.group / "cgroup.procs").write_text(str(number))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.outside.write_text(str(self.number))
        self.group.rmdir()

    def forbid_more(self) -> None:
        (self.group / "pids.max").write_text((self.group / "pids.current").read_text())

    def allow(self) -> None:
        (self.group / "pids.max").write_text("max")


def threads(run) -> None:
    """The broker gets no more threads: newcomers are told to try later, and are greeted when it does."""
    with run.work() as work:
        try:
            limit = TaskLimit(work.broker.pid)
        except OSError as error:
            return print(f"skipped: needs control groups: {error}")
        with limit:
            for number in range(run.count or 10):
                if run.has_time():
                    work.go_on(run.chance.randrange(1, 300))
                    limit.forbid_more()
                    greet_strangers(work, number, "refused")
                    limit.allow()
                    work.go_on(run.chance.randrange(1, 300))
                    greet_strangers(work, number, "welcome")
                    run.injected()
        run.check(work)


def greet_strangers(work: Work, number: int, expected: str) -> None:
    for stranger in range(STRANGERS):
        name = f"stranger{number * STRANGERS + stranger}"
        dealer = Dealer(work.broker.talk, work.new_keys())
        ask(dealer, type="hello", request=1, version=1, name=name, token=token_of(name))
        answer = dealer.reply()
        if answer["type"] != expected or answer.get("reason", "busy") != "busy":
            work.report.found("unanswered", f"{name} got {answer} instead of {expected}")
        if expected == "welcome":
            ask(dealer, type="goodbye", request=2)
            dealer.reply()
        dealer.close()


def memory(run) -> None:
    """The broker gets no more memory: it may end, and is then started anew; nothing acknowledged is lost by that."""
    ended = 0
    with run.work(Broker(run.directory(), heartbeat_ms=500), rate=run.rate or 1000) as work:
        for _ in range(run.count or 20):
            if run.has_time():
                work.go_on(run.chance.randrange(1, 300))
                ended += run_out_of_memory(work, run.chance.randrange(1 << 18))
                run.injected()
        print(f"ended {ended} times", flush=True)
        run.check(work)


def run_out_of_memory(work: Work, bytes_left: int) -> bool:
    """Whether the broker ended for it."""
    limit_data(work.broker.pid, data_bytes(work.broker.pid) + bytes_left)
    work.replace(work.chance.choice(work.applications))
    at_any_moment(work.chance, 3)
    with contextlib.suppress(subprocess.TimeoutExpired):
        work.broker.running.process.wait(timeout=AN_ABORT_S)
        work.broker.start()
        return True
    limit_data(work.broker.pid, resource.RLIM_INFINITY)
    return False


def limit_data(number: int, limit: int) -> None:
    resource.prlimit(number, resource.RLIMIT_DATA, (limit, resource.RLIM_INFINITY))


def data_bytes(number: int) -> int:
    """What the process has of its own that it may write to: what RLIMIT_DATA counts."""
    status = Path(f"/proc/{number}/status").read_text()
    return int(re.search(r"^VmData:\s+(\d+) kB$", status, re.MULTILINE)[1]) * 1024
