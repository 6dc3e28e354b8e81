"""File systems of the test's own, mounted from a file: one whose power can be cut, one that can be full."""

import array
import fcntl
import os
import shutil
import subprocess
from pathlib import Path

EXT4_SHUTDOWN = 0x8004587D
WITHOUT_FLUSH = 2


def run(*command) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=120)


def missing() -> str | None:
    """Why this machine can mount none."""
    if os.geteuid() != 0:
        return "needs root"
    return None if shutil.which("mkfs.ext4", path="/usr/sbin:/sbin") and os.path.exists("/dev/loop-control") \
        else "needs mkfs.ext4 and loop devices"


class Disk:
    """An ext4 file system in a file, mounted at `root`."""

    def __init__(self, root: Path, megabytes: int = 192):
        self.image, self.root = root.with_suffix(".image"), root
        self.root.mkdir(parents=True)
        with open(self.image, "wb") as image:
            image.truncate(megabytes << 20)
        run("/usr/sbin/mkfs.ext4", "-q", self.image)
        self.mount()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.root], check=False, capture_output=True)
        self.image.unlink(missing_ok=True)

    def mount(self) -> None:
        run("mount", "-o", "loop", self.image, self.root)

    def cut_power(self) -> None:
        """Nothing that was not flushed reaches the file system any more."""
        descriptor = os.open(self.root, os.O_RDONLY)
        fcntl.ioctl(descriptor, EXT4_SHUTDOWN, array.array("I", [WITHOUT_FLUSH]))
        os.close(descriptor)

    def restore_power(self) -> None:
        run("umount", self.root)
        self.mount()
