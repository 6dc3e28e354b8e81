"""Faults of the line: late and cut, silent, dropped by the kernel, and a thousand who come back at once."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time

import msgpack
import zmq
from palabre_harness import Broker, may_open
from proxy import Proxy
from wire_client import Dealer, Keys, token_of
from work import Work, at_any_moment, free_ports

HEARTBEAT_MS = 1000
CROWD = 1000
IN_NAMESPACE = "PALABRE_FAULTS_NAMESPACE"


def proxy(run) -> None:
    """All bytes pass late, in pieces, over lines that are cut at any byte; at times all lines are cut or silent."""
    broker = Broker(run.directory(), heartbeat_ms=HEARTBEAT_MS)
    broker.talk_port, broker.feed_port = free_ports(2)
    with Proxy([broker.talk_port, broker.feed_port], run.chance.randrange(1 << 32)) as line:
        with run.work(broker, server=line.server, rate=run.rate or 200) as work:
            for _ in range(run.count or 20):
                if not run.has_time():
                    break
                work.go_on(run.chance.randrange(1, 300))
                disturb(line, run)
            line.late = line.cut = 0
            run.check(work)
        run.report.counted(lines_cut=line.cuts)


def disturb(line: Proxy, run) -> None:
    if run.chance.random() < 0.5:
        line.cut_all()
    else:
        line.hold()
        at_any_moment(run.chance, run.chance.choice((0.5, 5)))
        line.let_flow()
    run.injected()


# Of nft: what is lost on the broker's side, by port and direction.
RULES = ["input tcp dport {talk} drop", "output tcp sport {talk} drop", "input tcp dport {feed} drop",
         "output tcp sport {feed} drop", "input tcp dport {talk} numgen random mod 100 < 30 drop",
         "output tcp sport {feed} numgen random mod 100 < 30 drop", "input tcp dport {talk} reject with tcp reset",
         "input tcp dport {feed} reject with tcp reset", "input meta l4proto tcp drop"]


def net(run) -> None:
    """The kernel drops or resets what goes to or comes from a port. In a network namespace of the run's own."""
    if reason := missing():
        return print(f"skipped: {reason}")
    if IN_NAMESPACE not in os.environ:
        # Everything below happens to a loopback device that nobody else has.
        os.environ[IN_NAMESPACE] = "1"
        shutil.rmtree(run.place)
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv])
    nft = "add table inet faults; add chain inet faults input { type filter hook input priority 0; }; " \
          "add chain inet faults output { type filter hook output priority 0; }"
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["nft", nft], check=True)
    with run.work(Broker(run.directory(), heartbeat_ms=HEARTBEAT_MS)) as work:
        for _ in range(run.count or 20):
            if run.has_time():
                work.go_on(run.chance.randrange(1, 300))
                lose(work, run)
        run.check(work)


def lose(work: Work, run) -> None:
    rule = run.chance.choice(RULES).format(talk=work.broker.talk_port, feed=work.broker.feed_port)
    subprocess.run(["nft", f"add rule inet faults {rule}"], check=True)
    at_any_moment(run.chance, run.chance.choice((0.5, 6)))
    subprocess.run(["nft", "flush table inet faults"], check=True)
    run.injected()


def missing() -> str | None:
    if os.geteuid() != 0:
        return "needs root"
    absent = [tool for tool in ("unshare", "nft", "ip") if not shutil.which(tool, path="/usr/sbin:/sbin:/usr/bin:/bin")]
    return f"needs {', '.join(absent)}" if absent else None


def reconnect(run) -> None:
    """The broker is killed with a thousand connected: all of them are back, ask for a page, and the work goes on."""
    may_open(16_384)
    zmq.Context.instance().set(zmq.MAX_SOCKETS, 4 * CROWD)
    with run.work() as work:
        keys = [work.new_keys() for _ in range(CROWD)]
        crowd = come([], work.broker, keys)
        for _ in range(run.count or 3):
            if run.has_time():
                work.broker.kill()
                work.broker.start()
                began = time.monotonic()
                crowd = come(crowd, work.broker, keys)
                print(f"{CROWD} were back and had a page after {time.monotonic() - began:.1f} s", flush=True)
                work.go_on(200)
                run.injected()
        for dealer in crowd:
            ask(dealer, type="goodbye", request=3)
            dealer.reply()
            dealer.close()
        # What a page for each of them took is malloc's.
        work.base["bytes"] += CROWD << 18
        run.check(work)


def come(before: list[Dealer], broker: Broker, keys: list[Keys | None]) -> list[Dealer]:
    """All of the crowd on new connections, each greeted and given a page of history."""
    for dealer in before:
        dealer.close()
    crowd = [Dealer(broker.talk, each) for each in keys]
    for number, dealer in enumerate(crowd):
        ask(dealer, type="hello", request=1, version=1, name=f"crowd{number}", token=token_of(f"crowd{number}"))
    for dealer in crowd:
        assert dealer.reply()["type"] == "welcome"
        ask(dealer, type="history", request=2, room="lobby", count=1024, **{"from": 1})
    for dealer in crowd:
        assert dealer.reply()["type"] == "page"
    return crowd


def ask(dealer: Dealer, **request) -> None:
    dealer.send(msgpack.packb(request))


def descriptors(run) -> None:
    """The broker has no descriptors left, for strangers hold connections; then they go."""
    with run.work(Broker(run.directory(), prefix=("prlimit", "--nofile=120:120"))) as work:
        for _ in range(run.count or 5):
            if run.has_time():
                with contextlib.ExitStack() as strangers:
                    for _ in range(150):
                        strangers.enter_context(socket.create_connection(("127.0.0.1", work.broker.talk_port)))
                    work.go_on(run.chance.randrange(1, 300))
                work.go_on(run.chance.randrange(1, 300))
                run.injected()
        run.check(work)
