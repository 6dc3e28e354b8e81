"""Real processes for scenarios: a broker on free ports, the client program, and waiting for conditions.

The programs are found in the directory that the environment variable PALABRE_BIN names, which ctest sets; without it
in build/release/bin.
"""

import json
import os
import re
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("PALABRE_BIN", PROJECT / "build" / "release" / "bin"))
PATIENCE_S = 30.0
CRASHES = (signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV)
READY = re.compile(r"^palabred: ready talk=tcp://(\S+):(\d+) feed=tcp://(\S+):(\d+)(?: invitation=(\S+))?$", re.MULTILINE)


def eventually(condition, timeout: float = PATIENCE_S, interval: float = 0.02):
    """The first true value of `condition()`, which is asked again and again; fails when none comes in time."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"did not come true within {timeout} s; last value: {value!r}"
        time.sleep(interval)


def program(name: str) -> str:
    return str(BINARIES / name)


class Program:
    """A process of the test's own, with its output in files. Leaving the `with` block ends it."""

    def __init__(self, command: list, directory: Path, label: str, environment: dict | None = None, stdin=None):
        self.output = directory / f"{label}.out"
        self.errors = directory / f"{label}.err"
        with open(self.output, "ab") as output, open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(
                [str(part) for part in command], env={**os.environ, **(environment or {})},
                stdin=stdin if stdin is not None else subprocess.DEVNULL, stdout=output, stderr=errors)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    @property
    def pid(self) -> int:
        return self.process.pid

    def lines(self) -> list[str]:
        """The whole lines written so far."""
        return self.output.read_text(errors="replace").split("\n")[:-1]

    def objects(self) -> list[dict]:
        return [json.loads(line) for line in self.lines()]

    def talk(self) -> str:
        return self.errors.read_text(errors="replace")

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self, timeout: float = PATIENCE_S) -> int:
        return self.process.wait(timeout)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def held_port(address: str) -> socket.socket:
    """Has a free port of `address`, on which whoever says SO_REUSEADDR, as libzmq does, may still listen. Nobody else is
    given it as long as this is open: while a broker is down, the kernel would take its port for a connection."""
    holder = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((address, 0))
    return holder


class Broker:
    """A `palabred` with its data in `directory`. Settings are configuration keys, given by the environment."""

    def __init__(self, directory: Path, bind: str = "127.0.0.1", prefix: tuple = (), security: str = "open",
                 **settings):
        # Nobody here waits for a rate unless it is what the test is about. None: the broker's own default.
        settings = {key: value for key, value in {"messages_per_second": 0, **settings}.items() if value is not None}
        self.directory, self.bind, self.prefix, self.settings = Path(directory), bind, prefix, settings
        self.directory.mkdir(parents=True, exist_ok=True)
        self.security, self.invitation = security, None
        self.talk_port = self.feed_port = 0
        self.held_ports: list[socket.socket] = []
        self.running: Program | None = None
        self.runs = 0

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.end()
        self.require_no_crash()

    @property
    def talk(self) -> str:
        return f"tcp://127.0.0.1:{self.talk_port}"

    @property
    def pid(self) -> int:
        return self.running.pid

    def command(self) -> list:
        return [*self.prefix, program("palabred"), "--data-dir", self.directory / "data", "--bind", self.bind,
                "--talk-port", self.talk_port, "--feed-port", self.feed_port, "--security", self.security]

    def start(self, is_awaited: bool = True):
        self.runs += 1
        if self.talk_port == self.feed_port == 0 and not self.prefix:
            self.held_ports = [held_port(self.bind) for _ in range(2)]
            self.talk_port, self.feed_port = (holder.getsockname()[1] for holder in self.held_ports)
        environment = {f"PALABRED_{key.upper()}": str(value) for key, value in self.settings.items()}
        self.running = Program(self.command(), self.directory, f"palabred-{self.runs}", environment)
        if not is_awaited:
            return self
        ready = eventually(self.ready_line)
        self.talk_port, self.feed_port, self.invitation = int(ready[2]), int(ready[4]), ready[5]
        return self

    def ready_line(self):
        assert self.running.process.poll() is None, f"the broker ended: {self.running.talk()}"
        return READY.search(self.running.talk())

    def stop(self, timeout: float = PATIENCE_S) -> None:
        """Ends the broker politely, which must succeed."""
        self.running.signal(signal.SIGTERM)
        status = self.running.wait(timeout)
        assert status == 0, f"the broker ended with status {status}: {self.running.talk()[-4000:]}"

    def kill(self) -> None:
        if self.running:
            self.running.kill()

    def end(self) -> None:
        """Kills it, and takes away the invitation that a killed broker leaves outside of its own directory."""
        self.kill()
        for holder in self.held_ports:
            holder.close()
        left = Path(f"/run/palabre/{self.talk_port}.invitation")
        if os.access(left.parent, os.W_OK):
            left.unlink(missing_ok=True)

    def require_no_crash(self) -> None:
        """Of a process that has ended: whoever lost it only hears that nobody answers."""
        status, said = self.running.process.returncode, self.running.talk()
        assert -status not in CRASHES and "Sanitizer: " not in said, \
            f"the broker crashed with status {status}: {said[-4000:]}"

    def restart(self):
        """The same data on the same ports."""
        self.stop()
        return self.start()

    def threads(self) -> list[str]:
        names = []
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            try:
                names.append((task / "comm").read_text().strip())
            except (FileNotFoundError, ProcessLookupError):
                pass  # it ended meanwhile
        return sorted(names)

    def sessions(self) -> list[str]:
        return [name for name in self.threads() if name.startswith("session-")]

    def resident_bytes(self, kind: str = "VmRSS") -> int:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return 1024 * int(re.search(rf"{kind}:\s+(\d+) kB", status)[1])

    def is_sanitized(self) -> bool:
        """A sanitizer keeps what was freed, and as much again for its own books: bytes then say nothing."""
        return bool(re.search(rb"(Address|Thread)Sanitizer:", Path(f"/proc/{self.pid}/exe").read_bytes()))


def operate(broker: Broker, *arguments) -> subprocess.CompletedProcess:
    """What the operator types on the broker's machine, whether the broker runs or not."""
    command = [program("palabred"), *arguments, "--data-dir", broker.directory / "data", "--security", broker.security]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=30)


def done(broker: Broker, *arguments) -> str:
    result = operate(broker, *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


class Palabre:
    """The client program as one user has it: identities in a directory of their own."""

    def __init__(self, directory: Path, server: str, prefix: tuple = ()):
        self.directory, self.server, self.prefix = Path(directory), server, prefix
        self.directory.mkdir(parents=True, exist_ok=True)
        self.environment = {f"XDG_{kind}_HOME": str(self.directory / kind.lower())
                            for kind in ("DATA", "CONFIG", "STATE", "CACHE")}

    def command(self, name: str, *arguments) -> list:
        return [*self.prefix, program("palabre"), "-s", self.server, "--name", name, *arguments]

    def run(self, name: str, *arguments, stdin: str | None = None, timeout: float = 2 * PATIENCE_S):
        """Runs to the end; the result has returncode, stdout and stderr."""
        feed = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        return subprocess.run([str(part) for part in self.command(name, *arguments)], text=True, capture_output=True,
                              env={**os.environ, **self.environment}, timeout=timeout, **feed)

    def start(self, label: str, name: str, *arguments, stdin=None) -> Program:
        return Program(self.command(name, *arguments), self.directory, label, self.environment, stdin)


def run_palabre(broker: Broker, name: str, *arguments, **options):
    return Palabre(broker.directory / "home", broker.talk).run(name, *arguments, **options)


def example(script: str, *arguments) -> list:
    return ["/usr/bin/python3", PROJECT / "examples" / "python" / script, *arguments]


def may_open(descriptors: int) -> bool:
    """Raises this process's limit of open files, and so that of its children; False when that is not allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= descriptors:
        return True
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, max(hard, descriptors)))
    except (ValueError, OSError):
        return False
    return True
