"""Two machines with conf/nftables.conf between them: palabre works, and nothing else of the broker's machine is open.

Each machine is a network namespace made for the test, so that nothing outside it is touched.
"""

import os
import shutil
import subprocess

import pytest
from palabre_harness import PROJECT, Broker, Palabre, Program, eventually

TALK, FEED, OTHER = 8420, 8421, 8422
ANSWERS = """
import socket, sys
try:
    socket.create_connection(("192.0.2.1", int(sys.argv[1])), timeout=2)
    print("open")
except OSError as problem:
    print("closed")
"""


def run(*command) -> str:
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, timeout=60).stdout


def missing() -> str | None:
    if os.geteuid() != 0:
        return "needs root"
    for tool in ("ip", "nft"):
        if not shutil.which(tool, path="/usr/sbin:/sbin:/usr/bin:/bin"):
            return f"needs {tool}"
    probe = subprocess.run(["unshare", "--net", "nft", "list", "ruleset"], capture_output=True, text=True)
    return None if probe.returncode == 0 else "this machine allows no network namespaces with nftables"


class Machine:
    """A network namespace with one address, and the way to run something in it."""

    def __init__(self, name: str, address: str):
        self.name, self.address = f"palabre-{name}-{os.getpid()}", address
        self.prefix = ("ip", "netns", "exec", self.name)
        run("ip", "netns", "add", self.name)
        run(*self.prefix, "ip", "link", "set", "lo", "up")

    def plug_in(self, link: str) -> None:
        run("ip", "link", "set", link, "netns", self.name)
        run(*self.prefix, "ip", "address", "add", f"{self.address}/24", "dev", link)
        run(*self.prefix, "ip", "link", "set", link, "up")

    def remove(self) -> None:
        subprocess.run(["ip", "netns", "delete", self.name], check=False)


@pytest.fixture
def machines():
    if reason := missing():
        pytest.skip(f"skipped: {reason}")
    server, desk = Machine("server", "192.0.2.1"), Machine("desk", "192.0.2.2")
    try:
        ends = [f"pal{os.getpid() % 100_000}{end}" for end in "ab"]
        run("ip", "link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
        server.plug_in(ends[0])
        desk.plug_in(ends[1])
        run(*server.prefix, "nft", "-f", PROJECT / "conf" / "nftables.conf")
        yield server, desk
    finally:
        server.remove()
        desk.remove()


def from_the_desk(desk: Machine, port: int) -> str:
    return run(*desk.prefix, "/usr/bin/python3", "-c", ANSWERS, port).strip()


def test_everything_works_through_the_firewall_and_nothing_else_is_open(machines, tmp_path):
    server, desk = machines
    broker = Broker(tmp_path / "broker", bind="0.0.0.0", prefix=server.prefix)
    broker.talk_port, broker.feed_port = TALK, FEED
    palabre = Palabre(tmp_path / "home", f"tcp://{server.address}:{TALK}", prefix=desk.prefix)
    refused = palabre.run("alice", "send", "in clear")
    assert refused.returncode == 2 and "--security open" in refused.stderr, refused.stderr
    palabre.environment["PALABRE_SECURITY"] = "open"
    other = Program([*server.prefix, "/usr/bin/python3", "-m", "http.server", OTHER], tmp_path, "other")
    with broker, other:
        for port in (TALK, FEED, OTHER):
            eventually(lambda port=port: f":{port} " in run(*server.prefix, "ss", "--listening", "--tcp", "--numeric"))
        assert [from_the_desk(desk, port) for port in (TALK, FEED, OTHER)] == ["open", "open", "closed"]
        assert listening(server) == {TALK, FEED, OTHER}, "the broker listens on its two ports only"

        with palabre.start("tail", "bob", "tail", "--json", "--count", "3") as listener:
            eventually(lambda: "session-1" in broker.sessions())
            for verb in (["ping"], ["rooms"], ["who"], ["send", "one"], ["send", "two"], ["send", "three"]):
                ended = palabre.run("alice", *verb)
                assert ended.returncode == 0, ended.stderr
            assert listener.wait() == 0, listener.talk()
            assert [message["text"] for message in listener.objects()] == ["one", "two", "three"]
        assert len(palabre.run("alice", "history", "--json").stdout.splitlines()) == 3
        broker.stop()


def listening(machine: Machine) -> set[int]:
    lines = run(*machine.prefix, "ss", "--listening", "--tcp", "--numeric", "--no-header").splitlines()
    return {int(line.split()[3].rpartition(":")[2]) for line in lines}
