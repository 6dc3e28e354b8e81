"""One attack: a fresh broker, honest clients, a quiet while, the attack, and what is left of all when it is over."""

import collections
import contextlib
import multiprocessing
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from attackers import attackers, record_session
from honest import ROOM, serve
from palabre_harness import PATIENCE_S, Broker, eventually
from wire_client import Keys, Peer

MEBIBYTE = 1024 * 1024
MEMORY_BACK_S = 10
MEMORY_KEPT_MAX = 32 * MEBIBYTE
TIMES_QUIET_MAX = 3.0
DRAIN_S = 60
WARMUP_S = 4
PER_ADDRESS = 256  # connections_per_address, by default


@dataclass
class Outcome:
    """What an attack did. Delays are in milliseconds."""

    name: str
    rounds: int = 0
    posted: int = 0
    stored: int = 0
    refills: int = 0
    quiet: tuple = (0.0, 0.0)
    attacked: tuple = (0.0, 0.0)
    memory: tuple = (0, 0, 0)  # before, at most, and within ten seconds after
    ended: int = 0  # connections that the broker ended, as far as its log says
    problems: list = field(default_factory=list)

    @property
    def times_quiet(self) -> float:
        return self.attacked[1] / self.quiet[1] if self.quiet[1] else float("inf")

    def failed(self) -> list[str]:
        """The demands that were not met, in words."""
        before, _, after = self.memory
        kept = (after - before) / MEBIBYTE
        late = [f"p99 {self.times_quiet:.1f} x the quiet one"] if self.times_quiet >= TIMES_QUIET_MAX else []
        heavy = [f"{kept:.0f} MiB more after {MEMORY_BACK_S} s"] if after - before > MEMORY_KEPT_MAX else []
        idle = [] if self.rounds else ["nobody attacked"]
        return self.problems + idle + late + heavy


class HonestProcess:
    """The honest clients as the one who measures sees them: questions and answers."""

    def __init__(self, broker: Broker, count: int):
        context = multiprocessing.get_context("spawn")
        self.commands, theirs = context.Pipe()
        address = Address(broker.talk)
        self.process = context.Process(target=serve, args=(address, broker.invitation, count, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.answer()

    def ask(self, command: str):
        self.commands.send(command)
        return self.answer()

    def answer(self):
        assert self.commands.poll(2 * DRAIN_S), "the honest clients do not answer"
        return self.commands.recv()

    def is_drained(self) -> bool:
        report = self.ask("report")
        return not report["undone"] and len(report["heads"]) == 1

    def end(self) -> tuple:
        said = self.ask("end")
        self.process.join(PATIENCE_S)
        return said

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


@dataclass(frozen=True)
class Address:
    """As much of a broker as a client in another process needs."""

    talk: str


class Scale:
    """Weighs the broker ten times a second until the block ends."""

    def __init__(self, broker: Broker):
        self.broker, self.most, self.is_over = broker, 0, threading.Event()
        self.thread = threading.Thread(target=self.weigh)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()

    def weigh(self) -> None:
        with contextlib.suppress(OSError):
            while not self.is_over.wait(0.1):
                self.most = max(self.most, self.broker.resident_bytes())


def quantiles(delays_ns) -> tuple:
    """The median and the 99th percentile of what is sorted, in milliseconds."""
    if not delays_ns:
        return (float("inf"), float("inf"))
    return tuple(delays_ns[min(len(delays_ns) - 1, int(len(delays_ns) * share))] / 1e6 for share in (0.5, 0.99))


def pass_time(seconds: float, broker: Broker) -> None:
    """Ends early when the broker does."""
    deadline = time.monotonic() + seconds
    over = threading.Event()
    while time.monotonic() < deadline and broker.running.process.poll() is None:
        over.wait(0.05)


def memory_back(broker: Broker, before: int) -> int:
    """The least that the broker weighs within ten seconds, or what it weighs once it is back."""
    least = [broker.resident_bytes()]

    def is_back() -> bool:
        least.append(broker.resident_bytes())
        return least[-1] - before <= MEMORY_KEPT_MAX

    with contextlib.suppress(AssertionError):
        eventually(is_back, timeout=MEMORY_BACK_S, interval=0.1)
    return min(least)


def stored_by(broker: Broker) -> list:
    """Everything in the lobby's store, as who comes late is told it."""
    keys = Keys(broker.invitation) if broker.invitation else None
    with Peer(broker, "auditor", keys=keys) as auditor:
        return [(event.client, event.text) for event in auditor.history(ROOM)]


def losses(stored: list, handed_over: list, acknowledged: dict) -> list[str]:
    """What is not as it must be: acknowledged and not stored there, stored twice, or handed over otherwise."""
    problems = []
    gone = [sequence for sequence, text in acknowledged.items() if stored[sequence - 1:sequence] == []
            or stored[sequence - 1][1] != text]
    if gone:
        problems.append(f"{len(gone)} acknowledged and not in the store, the first at {gone[0]}")
    times = collections.Counter(text for _, text in stored)
    twice = [text for text in times if times[text] > 1 and text.startswith(("honest ", "recorded "))]
    if twice:
        problems.append(f"{len(twice)} stored more than once, such as {twice[0]!r}")
    if stored != handed_over:
        problems.append(f"{len(handed_over)} handed over, {len(stored)} in the store, and not the same")
    forged = sum(text.startswith("not by ") for _, text in stored)
    return problems + ([f"{forged} stored under another's name"] if forged else [])


class Trial:
    """Runs one attack in a folder of its own."""

    def __init__(self, name: str, folder: Path, options):
        self.outcome, self.options = Outcome(name), options
        # Each attacker's address is that of a machine; those of this one's loopback may have more connections.
        rate = 0 if name == "slow" else None  # there only we post, what is to be read
        self.broker = Broker(folder, security=options.security, connections_per_local_address=PER_ADDRESS,
                             messages_per_second=rate)

    def run(self) -> Outcome:
        with self.broker:
            extras = self.prepare()
            honest = HonestProcess(self.broker, self.options.honest)
            try:
                self.measure(honest, extras)
                self.check(honest)
            except (AssertionError, OSError, EOFError, IndexError) as problem:
                self.outcome.problems.append(f"{type(problem).__name__}: {problem}")
                self.note_end()
            finally:
                honest.kill()
        return self.outcome

    def prepare(self) -> dict:
        """What an attack needs besides: an invitation, a session that was recorded, something long to ask for."""
        extras = {"invitation": self.broker.invitation}
        if self.outcome.name == "replay":
            extras["recorded"] = record_session(self.broker, [f"recorded {number}" for number in range(20)])
        if self.outcome.name == "slow":
            keys = Keys(self.broker.invitation) if self.broker.invitation else None
            with Peer(self.broker, "writer", keys=keys) as writer:
                for _ in range(10):
                    writer.post(ROOM, *["x" * 16_000] * 15)
        return extras

    def measure(self, honest: HonestProcess, extras: dict) -> None:
        options, outcome = self.options, self.outcome
        pass_time(WARMUP_S, self.broker)
        honest.ask("report")
        # A 99th percentile of ten seconds says little: it was 4.8 to 8.8 ms in a dozen of them.
        pass_time(max(5.0, options.seconds / 2), self.broker)
        outcome.quiet = quantiles(honest.ask("report")["delays_ns"])
        before = self.broker.resident_bytes()
        with Scale(self.broker) as scale:
            with attackers(outcome.name, self.broker, options.attackers, extras) as rounds:
                honest.ask("report")  # forgets what was measured while the attackers' processes started
                pass_time(options.seconds, self.broker)
                report = honest.ask("report")
        outcome.rounds, outcome.attacked = sum(rounds), quantiles(report["delays_ns"])
        outcome.memory = (before, scale.most, memory_back(self.broker, before))

    def check(self, honest: HonestProcess) -> None:
        honest.ask("hush")
        with contextlib.suppress(AssertionError):
            eventually(honest.is_drained, timeout=DRAIN_S, interval=0.2)
        report = honest.ask("report")
        self.outcome.posted, self.outcome.refills = report["posted"], report["refills"]
        handed_over, acknowledged, problems = honest.end()
        self.outcome.problems += problems[:3] + report["undone"][:3]
        stored = stored_by(self.broker)
        self.outcome.stored = len(stored)
        self.outcome.problems += losses(stored, handed_over, acknowledged)
        if len(acknowledged) != report["posted"]:
            self.outcome.problems.append(f"{len(acknowledged)} acknowledged of {report['posted']} that were posted")
        self.note_end()

    def note_end(self) -> None:
        """The broker must still be there, and end politely."""
        self.outcome.ended = self.broker.running.talk().count("ended a connection")
        try:
            self.broker.stop()
        except (AssertionError, OSError, subprocess.SubprocessError) as problem:
            self.outcome.problems.append(f"the broker did not end politely: {problem}")
