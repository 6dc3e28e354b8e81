"""One thread of a running broker is stopped and all others go on, which no signal does: it would stop the process."""

import contextlib
import ctypes
import os

from calls import thread_of
from palabre_harness import Broker

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17  # of ptrace, as Linux numbers them
ALSO_THREADS = 0x40000000  # __WALL, which Python has no name for

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def order(what: int, thread: int) -> None:
    if libc.ptrace(what, thread, None, None) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


class Stopped:
    """Within the block the thread does nothing at all; behind it, it goes on where it was.

    Raises PermissionError where nobody may do that. Requires that who enters the block leaves it, not another thread.
    """

    def __init__(self, broker: Broker, thread: str):
        self.number = thread_of(broker, thread)

    def __enter__(self):
        order(SEIZE, self.number)
        order(INTERRUPT, self.number)
        os.waitpid(self.number, ALSO_THREADS)
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            order(DETACH, self.number)
