"""The standard work of a fault run: twelve identities in six open rooms, two closed ones and twelve for two, who post,
read, join, leave, invite and send away with the client library, half of them going back in the rooms' past, each with a
journal; who stands by and writes down what he hears; and how it ends and is checked."""

import contextlib
import itertools
import random
import signal
import socket
import threading
from pathlib import Path

import checker
import msgpack
from palabre_harness import Broker, Program, eventually, program
from report import Report
from taps import STRANGER, Taps
from wire_client import Dealer, Keys, NoReply, token_of

# Of each closed room (application/member.hpp) the owner, and five guests behind him: ada's and gus's.
NAMES = ["ada", "bea", "cyd", "dan", "eve", "fay", "gus", "hal", "ida", "jan", "kim", "leo"]
# Few, because a session with a second connection outlives its application.
TAPPED = ["bea", "cyd", "hal"]
# The kernel gives ports from 32768 on to whoever asks; a broker must find its own again after it was away.
PORTS = range(20_000, 30_000)
PROBE = "probe"
SETTLED_S = 30
PROBE_S, ALIVE_S = 1, 10
MEMORY_GROWTH_MAX = 64 << 20
lives = itertools.count(1)


def at_any_moment(chance: random.Random, seconds: float) -> None:
    """Lets some time pass that no condition knows of: a fault must hit wherever the others happen to be."""
    threading.Event().wait(chance.uniform(0, seconds))


def free_ports(count: int) -> list[int]:
    """Not by the dice of the run, so that two runs of one seed may go side by side."""
    found = []
    while len(found) < count:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe:
            if port not in found and probe.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
    return found


@contextlib.contextmanager
def blocked(*signals: int):
    """What is started meanwhile is not ended by these before it can take them: they wait for it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Applications(Program):
    """A process in which some of the identities live."""

    def __init__(self, work: "Work", names: list[str], life: int):
        self.names = names
        with blocked(signal.SIGUSR1, signal.SIGTERM):
            super().__init__(
                [program("fault_application"), *work.access(names), "--journals", work.journals,
                 "--rate", work.rate / len(NAMES), "--seed", work.chance.randrange(1, 1 << 32), "--life", life,
                 "--patience", work.patience,
                 "--refilling", (len(names) + 1) // 2, "--people", *NAMES, "--names", *names],
                work.directory, f"applications-{names[0]}-{life}")


class Work:
    """Leaving the `with` block ends all processes, whatever happened."""

    def __init__(self, directory: Path, seed: int, broker: Broker | None = None, rate: float = 300, processes: int = 4,
                 server: str | None = None, patience: int = SETTLED_S, security: str = "open"):
        self.directory, self.chance, self.rate, self.server = directory, random.Random(seed), rate, server
        self.journals = directory / "journals"
        self.journals.mkdir(parents=True)
        self.broker = broker or Broker(directory / "broker")
        self.broker.security, self.keys = security, {}
        # Nobody waits for it, but where there is a rate long posts are stored in parts.
        self.broker.settings["messages_per_second"] = 1_000_000
        if not self.broker.talk_port:
            self.broker.talk_port, self.broker.feed_port = free_ports(2)
        self.processes, self.applications, self.patience = processes, [], patience
        self.counted, self.places, self.quiet = 0, {}, set()
        self.report, self.taps = Report(), None

    def __enter__(self):
        self.broker.start()
        if self.broker.invitation:
            self.keys = {name: Keys(self.broker.invitation) for name in (*NAMES, STRANGER, PROBE)}
        self.base = self.resources()
        for names in (NAMES[first::self.processes] for first in range(self.processes)):
            self.applications.append(Applications(self, names, next(lives)))
        self.taps = Taps(self.broker.talk, f"tcp://127.0.0.1:{self.broker.feed_port}", self.journals, TAPPED, NAMES,
                         self.keys)
        return self

    def __exit__(self, *_):
        self.taps.end()
        for application in self.applications:
            application.kill()
        self.broker.end()

    def access(self, names: list[str]) -> list[str]:
        """How applications of these names are told where the broker is, and which keys are theirs."""
        server = self.server or self.broker.talk
        if not self.keys:
            return ["--server", server]
        invitation = f"palabre://{server.removeprefix('tcp://')}#{self.broker.invitation.partition('#')[2]}"
        # In one word, because one key in 64 begins with a dash.
        return ["--server", invitation, "--secret-keys=" + ",".join(self.keys[name].secret_text for name in names)]

    def new_keys(self) -> Keys | None:
        """Of somebody whom the broker does not know yet; none where nothing is encrypted."""
        return Keys(self.broker.invitation) if self.keys else None

    def acknowledged(self) -> int:
        """How many acknowledgements the applications have written down so far."""
        for path in self.journals.glob("*.journal"):
            with open(path, "rb") as journal:
                journal.seek(self.places.get(path, 0))
                whole = journal.read().rpartition(b"\n")[0]
            self.places[path] = self.places.get(path, 0) + len(whole)
            self.counted += whole.count(b"\nS\t")
            if b"\nQ\t" in whole:
                self.quiet.add(path.stem)
        return self.counted

    def are_quiet(self) -> bool:
        self.acknowledged()
        return self.quiet == set(NAMES)

    def go_on(self, messages: int, timeout: float = 60) -> None:
        """Until so many more messages were acknowledged. A broker that ended by itself is noted and started anew."""
        goal = self.acknowledged() + messages

        def has_gone_on() -> bool:
            if self.has_ended():
                self.broker.start()
            return self.acknowledged() >= goal

        eventually(has_gone_on, timeout, interval=0.005)

    def replace(self, application: Applications) -> None:
        """Kills some applications and starts them anew under the same names: what was under way stays unknown."""
        application.kill()
        place = self.applications.index(application)
        self.applications[place] = Applications(self, application.names, next(lives))

    def finish(self) -> Report:
        """Lets all come to an end within their time, and compares what they saw with the store."""
        if self.has_ended():
            self.broker.start()
        self.probe()
        self.tell_all(signal.SIGUSR1, self.are_quiet)
        self.tell_all(signal.SIGTERM, lambda: all(it.process.poll() is not None for it in self.applications))
        for application in self.applications:
            if application.process.poll() != 0:
                self.report.found("ended", f"{application.names} with {application.process.poll()}: "
                                           f"{application.talk()[-500:]}")
        self.taps.end()
        if not self.has_ended():
            self.settle()
            self.stop_broker()
        self.report.add(checker.check(self.store, self.journals))
        return self.report

    def has_ended(self) -> bool:
        """Whether the broker is gone although nobody ended it."""
        if self.broker.running.process.poll() is None:
            return False
        self.report.found("ended", self.broker.running.talk()[-500:])
        return True

    @property
    def store(self) -> Path:
        return self.broker.directory / "data" / "palabre.sqlite3"

    def tell_all(self, number: int, is_done) -> None:
        for application in self.applications:
            if application.process.poll() is None:
                application.signal(number)
        try:
            eventually(lambda: is_done() or self.broker.running.process.poll() is not None,
                       2 * self.patience + 5)
        except AssertionError:
            self.report.found("unanswered", f"the applications did not follow signal {number} in time")

    def probe(self) -> None:
        """I10: ten seconds after the last fault a stranger is greeted within one."""
        def is_alive() -> bool:
            dealer = Dealer(self.broker.talk, self.keys.get(PROBE))
            dealer.send(msgpack.packb({"type": "hello", "request": 1, "version": 1, "name": PROBE,
                                       "token": token_of(PROBE)}))
            try:
                return dealer.reply(PROBE_S)["type"] == "welcome"
            except NoReply:
                return False
            finally:
                dealer.close()

        try:
            eventually(is_alive, ALIVE_S)
        except AssertionError:
            self.report.found("unanswered", f"a probe had no answer within {ALIVE_S} s of the last fault")

    def resources(self) -> dict:
        return {"threads": len(self.broker.threads()), "bytes": self.broker.resident_bytes(),
                "descriptors": len(list(Path(f"/proc/{self.broker.pid}/fd").iterdir()))}

    def settle(self) -> None:
        """I9: when all have gone, so have the threads and descriptors that they had."""
        def has_returned() -> bool:
            now = self.resources()
            return (now["threads"] <= self.base["threads"] + 2 and now["descriptors"] <= self.base["descriptors"] + 8
                    and now["bytes"] <= self.base["bytes"] + MEMORY_GROWTH_MAX)

        try:
            eventually(has_returned, SETTLED_S)
        except AssertionError:
            self.report.found("left behind", f"{self.resources()}, and {self.base} before")

    def stop_broker(self) -> None:
        try:
            self.broker.stop()
        except AssertionError as failure:
            self.report.found("ended", str(failure)[:500])
