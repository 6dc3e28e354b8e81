"""What grows: how many clients are connected, how many messages are stored, how many rooms there are."""

import atexit
import functools
import json
import shutil
import tempfile

import servers
from rows import Demand, Lost, Pace, Row, load, palabre, run, start

CROWDS = (100, 1_000, 5_000, 10_000)
STORES = (10_000, 1_000_000, 10_000_000)
# What a measurement adds to a store; one this much smaller is filled anew for each.
STORE_KEPT_MIN = 1_000_000
RETURNING = 1_000
# Of the usual measured seconds: so long that all come back once, and more often.
RETURN_TIMES = 3


# ── Clients ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def crowd(clients):
    def measure(pace):
        with servers.palabre() as running:
            return run("palabre_crowd", talk=running.talk, feed=running.feed, clients=clients,
                       broker_process=running.process.pid)

    return measure


def crowds():
    """The greatest crowd is as large as the descriptors allow: two a client, and some for the broker."""
    most = min(CROWDS[-1], (servers.descriptors() - 600) // 2)
    greatest = f"{most:,} clients"
    work = "idle clients" if most == CROWDS[-1] else f"idle clients; {CROWDS[-1]:,} skipped: too few descriptors"
    entrants = {f"{clients:,} clients": crowd(clients) for clients in CROWDS[:-1]}
    entrants[greatest] = crowd(most)
    return Row("crowd", work, "KiB of broker memory each", lambda report: report["kib_a_client"], entrants,
               [Demand("KiB each, at most", 100, lambda m: m[greatest], is_most=True),
                Demand("all connected in seconds", 60, lambda m: m[f"{greatest}, s to connect"], is_most=True),
                Demand("a message reaches all in seconds", 1, lambda m: m[f"{greatest}, s to reach all"], is_most=True)],
               also={"s to connect": lambda report: report["connect_seconds"],
                     "s to reach all": lambda report: report["reach_ms"]["max"] / 1000})


# ── Stored messages ───────────────────────────────────────────────────────────────────────────────────────────────────


def fill(running, messages):
    run("palabre_load", system="palabre", talk=running.talk, mode="stored", under_way=256, texts=256, messages=messages,
        seconds=3600, warmup=0)


@functools.cache
def kept_store(messages):
    """A folder whose store holds so many messages, until the program ends."""
    folder = tempfile.mkdtemp(prefix="store-", dir=servers.BUILD)
    atexit.register(shutil.rmtree, folder)
    with servers.palabre(kept=folder) as running:
        fill(running, messages)
    return folder


def on_store(messages, measure):
    """Measures measure(running, pace) on a broker that has so many messages stored."""

    def measured(pace):
        if messages >= STORE_KEPT_MIN:
            with servers.palabre(kept=kept_store(messages)) as running:
                return measure(running, pace)
        with servers.palabre() as running:
            fill(running, messages)
            return measure(running, pace)

    return measured


def cost_by_store(stores):
    def measure(running, pace):
        return load(running, "palabre", pace, mode="fanout", subscribers=100)

    entrants = {f"{messages:,} stored": on_store(messages, measure) for messages in stores}
    fewest, most = f"{stores[0]:,} stored", f"{stores[-1]:,} stored"
    return Row("cost-by-store", "fan-out, 100 subscribers, by stored messages", "deliveries/s",
               lambda report: report["deliveries_per_s"], entrants,
               [Demand("most stored : fewest", 0.9, lambda m: m[most] / m[fewest])])


def refill():
    def measure(readers):
        return lambda running, _pace: run("palabre_refill", talk=running.talk, readers=readers)

    entrants = {f"{readers} at once": on_store(1_000_000, measure(readers)) for readers in (1, 10, 100)}
    return Row("refill", "history read from the first of 1,000,000 messages", "messages/s",
               lambda report: report["messages_per_s"], entrants)


def beside_refill():
    """Live talk while a hundred clients who were away read 300,000 messages each."""

    def live(running, pace):
        return load(running, "palabre", pace, mode="delay", rate=200, subscribers=50)

    def live_beside(running, pace):
        with start("palabre_refill", talk=running.talk, readers=100) as refill:
            report = live(running, pace)
            if refill.poll() is not None:
                raise Lost("the refill ended before the measurement did")
        return report

    entrants = {words: on_store(300_000, measure) for words, measure in
                {"nobody": live, "100 clients, 300,000 messages each": live_beside}.items()}
    alone, beside = entrants
    return Row("beside-refill", "delay p99, 200 msg/s, 50 subscribers, by who refills", "µs",
               lambda report: report["delay_us"]["p99"], entrants,
               [Demand("beside a refill : alone", 3, lambda m: m[beside] / m[alone], is_most=True)])


def beside_returning():
    """Live talk while a thousand other clients lose their connections, all at once, and come back, again and again.

    Who listens to the talk has his share of it to be sent, whether he stays or comes back.
    """

    def live(running, pace):
        return load(running, "palabre", Pace(RETURN_TIMES * pace.seconds, pace.warmup), mode="delay", rate=200,
                    subscribers=50)

    def beside(room, times=0):
        def measure(running, pace):
            with start("palabre_return", talk=running.talk, feed=running.feed, clients=RETURNING, room=room,
                       times=times) as others:
                if not others.stdout.readline():
                    raise Lost("those who should come back never came")
                report = live(running, pace)
                if others.poll() is not None:
                    raise Lost("they ended before the measurement did")
                others.kill()
                report["returned"] = [json.loads(line)["seconds"] for line in others.stdout]
                if not times and not report["returned"]:
                    raise Lost("not all had come back once when the measurement ended")
            return report

        return measure

    entrants = {words: on_store(10_000, measure) for words, measure in
                {"nobody": live, "1,000 of another room come back": beside("tea"),
                 "1,000 listen and stay": beside("lobby", times=1), "1,000 listen and come back": beside("lobby")}.items()}
    alone, others, staying, listening = entrants
    return Row("beside-returning", "delay p99, 200 msg/s, 50 subscribers, by who else is there", "µs",
               lambda report: report["delay_us"]["p99"], entrants,
               [Demand("1,000 of another room come back : alone", 3, lambda m: m[others] / m[alone], is_most=True),
                Demand("1,000 listeners come back : they stay", 3, lambda m: m[listening] / m[staying], is_most=True)])


def restart(stores):
    def measure(running, _pace):
        return {"start_seconds": running.start_seconds}

    kept = [messages for messages in stores if messages >= STORE_KEPT_MIN]
    entrants = {f"{messages:,} stored": on_store(messages, measure) for messages in kept}
    return Row("restart", "from the start to ready", "s", lambda report: report["start_seconds"], entrants)


# ── Rooms ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def cost_by_rooms():
    options = {"mode": "fanout", "subscribers": 100}
    return Row("cost-by-rooms", "fan-out in one room, 100 subscribers, by rooms there are", "deliveries/s",
               lambda report: report["deliveries_per_s"],
               {"1 room": palabre(**options), "1,000 rooms": palabre(rooms=999, **options)},
               [Demand("1,000 rooms : 1", 0.9, lambda m: m["1,000 rooms"] / m["1 room"])])


def demanded(is_quick):
    stores = STORES[:-1] if is_quick else STORES
    return [crowds(), cost_by_rooms(), refill(), beside_refill(), beside_returning(), restart(stores), cost_by_store(stores)]
