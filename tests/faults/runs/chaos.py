"""Everything in one run."""

import contextlib

from disks import Disk, missing
from palabre_harness import Broker
from proxy import Proxy
from runs.network import HEARTBEAT_MS, disturb
from runs.power import cut_once, fill_and_free
from runs.processes import kill_broker, pause_one, replace_one
from work import at_any_moment, free_ports


# An hour of the standard work stores some 320 MB.
DISK_MEGABYTES = 1024


def chaos(run) -> None:
    """A fault of any kind every so many seconds: kills, pauses, power cuts, a full disk, broken lines."""
    place = run.directory()
    broker = Broker(place, heartbeat_ms=HEARTBEAT_MS)
    broker.talk_port, broker.feed_port = free_ports(2)
    with contextlib.ExitStack() as stack:
        line = stack.enter_context(Proxy([broker.talk_port, broker.feed_port], run.chance.randrange(1 << 32), cut=0))
        disk = None if missing() else stack.enter_context(Disk(place / "data", DISK_MEGABYTES))
        work = stack.enter_context(run.work(broker, server=line.server))
        kinds = [kill_broker, pause_one, replace_one, lambda work, run: disturb(line, run)]
        if disk:
            kinds += [lambda work, run: cut_once(work, disk, run), lambda work, run: fill_and_free(work, disk, run)]
        while run.has_time():
            work.go_on(1)
            at_any_moment(run.chance, 2 * run.every)
            run.chance.choice(kinds)(work, run)
        run.check(work)
