"""Who gets the processors: whatever stands for other machines stands back for what is measured.

The kernel gives a session as much as a single process of its niceness (sched(7), autogroup), and wakes others as soon
as it would on an idle machine. Idle tasks (SCHED_IDLE) are no way to that: on a 6.18 kernel sixteen that only count make
a thread that is woken wait for 7 ms in the 99th percentile, hop after hop; in a session of their own it is 0.1 ms.
"""

import contextlib
import ctypes
import signal
from pathlib import Path

SWITCH = Path("/proc/sys/kernel/sched_autogroup_enabled")
NICEST = "19"
PR_SET_PDEATHSIG = 1


def has_stood_back(leader: int | str = "self") -> bool:
    """Has the session of that process, its leader, take what others leave; whether the kernel does so."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{leader}/autogroup").write_text(NICEST)
        return SWITCH.read_text().strip() == "1" and not is_in_group(leader)
    return False


def is_in_group(process: int | str) -> bool:
    """Whether processors are shared by control groups: then not by sessions."""
    for line in Path(f"/proc/{process}/cgroup").read_text().splitlines():
        _, controllers, place = line.split(":", 2)
        if "cpu" in controllers.split(",") and place != "/":
            return True
        if not controllers and Path(f"/sys/fs/cgroup{place}/cpu.weight").exists() and place != "/":
            return True
    return False


def end_with_parent() -> None:
    """Who has a session of his own hears no Ctrl-c: he ends when whoever started him does."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
