"""Strace on one thread of a running broker: makes its n-th call of a kind fail, be late, or kill the process."""

import subprocess
from pathlib import Path

from palabre_harness import Broker, eventually

FLUSHES = "fdatasync,fsync"
WRITES = "pwrite64,ftruncate,fallocate"


def thread_of(broker: Broker, name: str) -> int:
    """The number of the broker's thread of that name."""
    def found() -> int:
        for task in Path(f"/proc/{broker.pid}/task").iterdir():
            if (task / "comm").read_text().strip() == name:
                return int(task.name)
        return 0

    return eventually(found)


class Injected:
    """From entering the block on, `what` (as strace's inject= knows it) happens to the thread's calls."""

    def __init__(self, broker: Broker, thread: str, calls: str, what: str):
        self.number = thread_of(broker, thread)
        self.status = Path(f"/proc/{broker.pid}/task/{self.number}/status")
        self.command = ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e", f"inject={calls}:{what}",
                        "-p", str(self.number)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        eventually(self.is_attached, interval=0.002)
        return self

    def is_attached(self) -> bool:
        assert self.process.poll() is None, self.process.stderr.read()
        return "TracerPid:\t0\n" not in self.status.read_text()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate()


def count_calls(broker: Broker, thread: str, calls: str, log: Path, meanwhile) -> int:
    """How many of these calls the thread makes while meanwhile() runs."""
    counted = Injected(broker, thread, calls, "delay_enter=0")
    counted.command[3] = str(log)
    with counted:
        meanwhile()
    return len(log.read_text().splitlines())
