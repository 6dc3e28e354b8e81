"""Starts what is measured: each server fresh, on free loopback ports, with a folder of its own beside the build."""

import contextlib
import os
import re
import resource
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("PALABRE_BENCH_BUILD", ROOT / "build" / "bench"))

START_SECONDS = 20
END_SECONDS = 30


@dataclass(frozen=True)
class Running:
    """A server that is ready: its process, its folder and where to find it."""

    process: subprocess.Popen
    folder: Path
    talk: int
    feed: int
    start_seconds: float
    invitation: str | None = None  # of a broker that encrypts


def until(condition, sentence, seconds=START_SECONDS, interval=0.02):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(sentence)
        time.sleep(interval)
    return found


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def descriptors():
    """How many a process started by this one may have, after raising that as far as the system lets us."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (65_536, most):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, most)))
            return wanted
        except (ValueError, OSError):
            continue
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@contextlib.contextmanager
def folder_of_its_own(kept=None):
    """On the disk of the build, where a flush costs what it costs; `kept` is used as it is and stays."""
    if kept is not None:
        yield Path(kept)
        return
    folder = tempfile.mkdtemp(prefix="data-", dir=BUILD)
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def server(command, ready, kept=None):
    """Runs command(folder) until the block ends. `ready` is a pattern of the log's line that says so; its groups
    are the two ports and perhaps an invitation, or the command is (words, port)."""
    with folder_of_its_own(kept) as folder:
        words, port = command(folder)
        log = folder / "bench.log"
        began = time.monotonic()
        with open(log, "wb") as output:
            process = subprocess.Popen(words, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=folder)

        def found():
            if process.poll() is not None:
                raise ChildProcessError(f"{words[0]} ended: {log.read_text(errors='replace')[-500:]}")
            return re.search(ready, log.read_text(errors="replace"))

        try:
            match = until(found, f"{words[0]} did not become ready")
            talk, feed, invitation = match.groups() if port is None else (port, port, None)
            yield Running(process, folder, int(talk), int(feed), time.monotonic() - began, invitation)
        finally:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


READY = r"ready talk=\S+:(\d+) feed=\S+:(\d+)(?: invitation=(\S+))?\n"


def palabre(durability="disk", kept=None, security="open", **options):
    def command(folder):
        words = [BUILD / "bin" / "palabred", "--data-dir", folder / "store", "--talk-port", "0", "--feed-port", "0"]
        words += ["--security", security, "--durability", durability, "--log-level", "warning",
                  "--messages-per-second", "0", "--reads-per-second", "0"]
        for key, value in options.items():
            words += [f"--{key.replace('_', '-')}", value]
        return [str(word) for word in words], None

    return server(command, READY, kept)


def forwarder(kind):
    return server(lambda folder: ([str(BUILD / "bin" / "forwarder"), "--kind", kind], None), READY)


def redis(is_stored=False):
    def command(folder):
        port = free_port()
        words = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        words += ["--client-output-buffer-limit", "pubsub 0 0 0"]
        words += ["--appendonly", "yes", "--appendfsync", "always"] if is_stored else ["--appendonly", "no"]
        return [str(word) for word in words], port

    return server(command, r"Ready to accept connections")


def nats():
    def command(folder):
        port = free_port()
        settings = folder / "nats.conf"
        settings.write_text("max_pending: 4GB\nwrite_deadline: 60s\n")
        return ["nats-server", "-a", "127.0.0.1", "-p", str(port), "-c", str(settings)], port

    return server(command, r"Server is ready")


def flush_seconds(flushes=200):
    """How long fdatasync of a small append takes in the folder of the build, 200 times a second as in the run beside
    which it is printed: the median."""
    taken = []
    pace = threading.Event()  # which nobody sets
    with tempfile.TemporaryFile(dir=BUILD) as file:
        for _ in range(flushes):
            file.write(bytes(100))
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
            pace.wait(0.005)
    return sorted(taken)[flushes // 2]
