"""Who gets the processors: whatever stands for other machines stands back for what is measured.

The kernel gives a session as much as a single process of its niceness (sched(7), autogroup), and wakes others as soon
as it would on an idle machine. Idle tasks (SCHED_IDLE) are no way to that: on a 6.18 kernel sixteen that only count make
a thread that is woken wait for 7 ms in the 99th percentile, hop after hop; in a session of their own it is 0.1 ms.
"""

import contextlib
from pathlib import Path

SWITCH = Path("/proc/sys/kernel/sched_autogroup_enabled")
NICEST = "19"


def has_stood_back(leader: int | str = "self") -> bool:
    """Has the session of that process, its leader, take what others leave; whether the kernel does so."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{leader}/autogroup").write_text(NICEST)
        return SWITCH.read_text().strip() == "1"
    return False
