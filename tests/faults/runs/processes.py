"""Faults of processes: the broker killed, processes paused, applications killed, readers too slow for the feed."""

import signal

from palabre_harness import Broker
from work import Work, at_any_moment

KILLS_A_CHECK = 100


def kill(run) -> None:
    """The broker is killed at random, sometimes while it starts, and started again."""
    left = run.count or 100
    while left > 0 and run.has_time():
        with run.work() as work:
            for _ in range(min(left, KILLS_A_CHECK)):
                if not run.has_time():
                    break
                work.go_on(run.chance.randrange(1, 300))
                kill_broker(work, run)
                left -= 1
            run.check(work)


def kill_broker(work: Work, run) -> None:
    at_any_moment(run.chance, 0.02)
    work.has_ended()
    work.broker.kill()
    run.injected()
    if run.chance.random() < 0.2:
        work.broker.start(is_awaited=False)
        at_any_moment(run.chance, 0.1)
        work.broker.kill()
        run.injected()
    work.broker.start()


def pause(run) -> None:
    """The broker, or some of the applications, stop for longer or shorter than the heartbeat allows."""
    left = run.count or 20
    with run.work(Broker(run.directory(), heartbeat_ms=500)) as work:
        while left > 0 and run.has_time():
            work.go_on(run.chance.randrange(1, 300))
            pause_one(work, run)
            left -= 1
        run.check(work)


def pause_one(work: Work, run) -> None:
    whom = run.chance.choice([work.broker.running, *work.applications])
    whom.signal(signal.SIGSTOP)
    at_any_moment(run.chance, run.chance.choice((0.1, 1, 4)))
    whom.signal(signal.SIGCONT)
    run.injected()


def applications(run) -> None:
    """Applications are killed and start anew under the same names; nobody but them may notice."""
    left = run.count or 20
    with run.work(Broker(run.directory(), heartbeat_ms=500)) as work:
        while left > 0 and run.has_time():
            work.go_on(run.chance.randrange(1, 300))
            replace_one(work, run)
            left -= 1
        run.check(work)


def replace_one(work: Work, run) -> None:
    work.replace(run.chance.choice(work.applications))
    run.injected()


def hwm(run) -> None:
    """The feed drops at ten frames, and readers stop for a while."""
    with run.work(Broker(run.directory(), feed_high_water_mark=10), rate=run.rate or 1000) as work:
        left = run.count or 20
        while left > 0 and run.has_time():
            work.go_on(run.chance.randrange(100, 1000))
            reader = run.chance.choice(work.applications)
            reader.signal(signal.SIGSTOP)
            at_any_moment(run.chance, 2)
            reader.signal(signal.SIGCONT)
            run.injected()
            left -= 1
        run.check(work)
