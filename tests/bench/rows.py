"""The lines that the benchmark must show: who takes part, what is measured, and what is demanded of palabre."""

import contextlib
import json
import subprocess
from dataclasses import dataclass, field
from typing import Callable

import servers
from processors import has_stood_back

PEERS = ("redis", "nats")
FORWARDERS = ("forwarder", "packed forwarder")

# Messages under way in total: what a few busy senders have in flight when each feels no wait.
WINDOW = {100: 1024, 500: 4096}


@dataclass(frozen=True)
class Demand:
    """`reached(medians)` must be at least, or at most, what is wanted."""

    words: str
    wanted: float
    reached: Callable[[dict], float]
    is_most: bool = False

    def is_met(self, reached):
        return reached <= self.wanted if self.is_most else reached >= self.wanted


@dataclass(frozen=True)
class Row:
    """One kind of work: a measurement per entrant, repeated round by round."""

    name: str
    work: str
    unit: str
    figure: Callable[[dict], float]
    entrants: dict  # label → function of Pace that returns the raw figures
    demands: list = field(default_factory=list)
    # word → further figure of the same measurement, called "label, word" among the medians
    also: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Pace:
    """How long each measurement takes."""

    seconds: float
    warmup: float


class Lost(Exception):
    """Something was lost, repeated or refused, so the figure means nothing."""


def command(program, options):
    """One of our programs; an option `under_way=4` becomes `--under-way 4`."""
    words = [servers.BUILD / "bin" / program]
    for key, value in options.items():
        words += [f"--{key.replace('_', '-')}", value]
    return [str(word) for word in words]


@contextlib.contextmanager
def start(program, **options):
    """The running program, which is ended behind the block. It stands back for what is measured, as if it ran on a
    machine of its own."""
    words = command(program, options)
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        if not has_stood_back(running.pid):
            print(f"{program} gets as much of the processors as everybody: the kernel does not share them by session")
        try:
            yield running
        finally:
            running.kill()


def run(program, **options):
    """What one of our programs measured."""
    done = subprocess.run(command(program, options), capture_output=True, text=True, timeout=600, check=False)
    if not done.stdout:
        raise Lost(done.stderr.strip())
    report = json.loads(done.stdout)
    if not report["is_good"]:
        raise Lost(report["failure"])
    return report


def load(running, system, pace, **options):
    if running.invitation:
        options["invitation"] = running.invitation
    return run("palabre_load", system=system, talk=running.talk, feed=running.feed, seconds=pace.seconds,
               warmup=pace.warmup, **options)


def entrant(system, server, **options):
    def measure(pace):
        with server() as running:
            return load(running, system, pace, **options)

    return measure


def palabre(durability="disk", security="open", **options):
    return entrant("palabre", lambda: servers.palabre(durability, security=security), **options)


def others(names=FORWARDERS + PEERS, **options):
    everybody = {
        "forwarder": entrant("plain", lambda: servers.forwarder("plain"), **options),
        "packed forwarder": entrant("packed", lambda: servers.forwarder("packed"), **options),
        "redis": entrant("redis", servers.redis, **options),
        "nats": entrant("nats", servers.nats, **options),
    }
    return {name: everybody[name] for name in names}


def best_peer(medians):
    return max(medians[peer] for peer in PEERS)


def deliveries(report):
    return report["deliveries_per_s"]


# ── Fan-out ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def fanout(size, subscribers, times_peer, times_forwarder=None):
    options = {"mode": "fanout", "subscribers": subscribers, "window": WINDOW[subscribers], "bytes": size}
    demands = [Demand("best peer ×", times_peer, lambda m: m["palabre"] / best_peer(m))]
    if times_forwarder:
        demands.append(
            Demand("packed forwarder ×", times_forwarder, lambda m: m["palabre"] / m["packed forwarder"]))
    # Subscribers that decode everything share the processors, so this is no figure to compare, but a check.
    decoding = palabre(check="full", **options)
    return Row(f"fanout-{size}-{subscribers}", f"fan-out, {size} B, {subscribers} subscribers", "deliveries/s",
               deliveries, {"palabre": palabre(**options), **others(**options), "palabre, all decoded": decoding},
               demands)


def encrypted_fanout():
    """Peers without encryption, palabre with it. Subscribers decipher what they look at, as they do in the other lines;
    those who open and prove every frame share the processors, and are a check."""
    options = {"mode": "fanout", "subscribers": 100, "window": WINDOW[100]}
    return Row("encrypted-fanout", "fan-out, 64 B, 100 subscribers, encrypted", "deliveries/s", deliveries,
               {"palabre, encrypted": palabre(security="curve", **options), "palabre": palabre(**options),
                **others(PEERS, **options),
                "palabre, encrypted, all opened": palabre(security="curve", check="texts", **options)},
               [Demand("best unencrypted peer ×", 1.0, lambda m: m["palabre, encrypted"] / best_peer(m))])


def few_under_way(window):
    options = {"mode": "fanout", "subscribers": 100, "window": window}
    return Row(f"under-way-{window}", f"{window} under way, 100 subscribers, memory", "deliveries/s", deliveries,
               {"palabre": palabre("memory", **options), **others(**options)},
               [Demand("nats ×", 1.0, lambda m: m["palabre"] / m["nats"])])


def sweep(subscribers):
    """For the plot: no demand."""
    options = {"mode": "fanout", "subscribers": subscribers, "window": 4096}
    return Row(f"sweep-{subscribers}", f"fan-out, 64 B, {subscribers} subscribers, 4096 under way", "deliveries/s",
               deliveries, {"palabre": palabre(**options), **others(**options)})


def overload():
    """Senders who wait for acknowledgements alone, and could send more than subscribers can take: the broker must slow
    them down before anybody loses anything. Beside it the same with ten subscribers who stopped reading."""
    options = {"mode": "fanout", "subscribers": 500, "window": 65536, "until": "acknowledged"}
    return Row("overload", "fan-out paced by the broker alone, 500 subscribers", "deliveries/s", deliveries,
               {"all read": palabre(**options), "ten more do not": palabre(sleepers=10, **options)},
               [Demand("with sleepers : without", 0.5, lambda m: m["ten more do not"] / m["all read"])])


def feed_bytes():
    """The largest frame that subscribers saw, with its topic and the framing of both."""
    framing = len("room/lobby/") + 2 + 9

    def figure(report):
        return (report["largest_frame_bytes"] + framing) / report["largest_frame_messages"]

    return Row("feed-bytes", "bytes on the feed per 64 B message, full frame", "bytes", figure,
               {"palabre": palabre(mode="fanout", subscribers=10, window=8192)},
               [Demand("at most", 80, lambda m: m["palabre"], is_most=True)])


# ── In and stored ─────────────────────────────────────────────────────────────────────────────────────────────────────


def stored(under_way, times_redis):
    options = {"mode": "stored", "under_way": under_way}
    return Row(f"stored-{under_way}", f"stored with a flush, then acknowledged, 4 × {under_way}", "acknowledged/s",
               lambda report: report["acknowledged_per_s"],
               {"palabre": palabre(**options),
                "redis, AOF always": entrant("redis", lambda: servers.redis(is_stored=True), **options)},
               [Demand("redis ×", times_redis, lambda m: m["palabre"] / m["redis, AOF always"])])


def ingest():
    options = {"mode": "ingest", "under_way": 64}
    return Row("ingest", "ingest, 1 subscriber, 4 × 64 under way", "messages/s",
               lambda report: report["messages_per_s"],
               {"palabre, memory": palabre("memory", **options), "palabre": palabre(**options), **others(**options)},
               [Demand("memory: packed forwarder ×", 0.8, lambda m: m["palabre, memory"] / m["packed forwarder"]),
                Demand("packed forwarder ×", 0.3, lambda m: m["palabre"] / m["packed forwarder"])])


# ── Delay ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def median_delay(report):
    return report["delay_us"]["p50"]


def last_hundredth(report):
    return report["delay_us"]["p99"]


def encrypted_delay():
    options = {"mode": "delay", "rate": 200, "subscribers": 50}

    def times_plain(word):
        return lambda m: m[f"palabre, encrypted{word}"] / m[f"palabre{word}"]

    return Row("encrypted-delay", "delay p50, 200 msg/s, 50 subscribers, encrypted", "µs", median_delay,
               {"palabre, encrypted": palabre(security="curve", **options), "palabre": palabre(**options)},
               [Demand("p50: plain ×", 1.2, times_plain(""), is_most=True),
                Demand("p99: plain ×", 1.2, times_plain(", p99"), is_most=True)], {"p99": last_hundredth})


def flush(_pace):
    return {"delay_us": {"p50": servers.flush_seconds() * 1e6}}


def low_delay():
    options = {"mode": "delay", "rate": 200, "subscribers": 50}

    def beyond_one_flush(medians):
        return medians["palabre"] - medians["palabre, memory"] - medians["one flush"]

    return Row("delay-low", "delay p50, 200 msg/s, 50 subscribers", "µs", median_delay,
               {"palabre, memory": palabre("memory", **options), "palabre": palabre(**options), **others(**options),
                "one flush": flush},
               [Demand("memory: packed forwarder ×", 1.3,
                       lambda m: m["palabre, memory"] / m["packed forwarder"], is_most=True),
                Demand("beyond memory and one flush, µs", 0, beyond_one_flush, is_most=True)])


def at_share(system, server, share, subscribers):
    """Delay at a share of the most that this server itself delivers to the same subscribers, who look at each text;
    that is found just before in the same round."""

    def measure(pace):
        with server() as running:
            most = load(running, system, pace, mode="fanout", subscribers=subscribers, window=WINDOW[subscribers],
                        check="texts")
        with server() as running:
            rate = share * most["messages_per_s"]
            report = load(running, system, pace, mode="delay", rate=rate, subscribers=subscribers)
        return {**report, "most_deliveries_per_s": most["deliveries_per_s"], "share": share}

    return measure


def delay_at_share(share, subscribers=100, name=None, demands=()):
    return Row(name or f"delay-at-{share}", f"delay p99 at {share} of the own maximum, {subscribers} subscribers", "µs",
               lambda report: report["delay_us"]["p99"],
               {"palabre": at_share("palabre", servers.palabre, share, subscribers),
                "forwarder": at_share("plain", lambda: servers.forwarder("plain"), share, subscribers),
                "packed forwarder": at_share("packed", lambda: servers.forwarder("packed"), share, subscribers),
                "redis": at_share("redis", servers.redis, share, subscribers),
                "nats": at_share("nats", servers.nats, share, subscribers)}, list(demands))


def half_delay():
    lower = Demand("the lower of redis and nats ×", 1.0,
                   lambda m: m["palabre"] / min(m[peer] for peer in PEERS), is_most=True)
    return delay_at_share(0.5, name="delay-half", demands=[lower])


def demanded():
    """Every line that says what palabre must reach, in the order of the table."""
    return [fanout(64, 100, 3, 0.8), fanout(64, 500, 5, 0.8), fanout(512, 100, 1.6), fanout(512, 500, 1.6),
            stored(64, 2), stored(1, 1), ingest(), few_under_way(4), few_under_way(16), few_under_way(64), feed_bytes(),
            overload(), low_delay(), half_delay(), encrypted_fanout(), encrypted_delay()]


def swept():
    """What the plots show beyond the table."""
    return [sweep(subscribers) for subscribers in (10, 50, 100, 200, 500)] + \
        [delay_at_share(share) for share in (0.1, 0.25, 0.5, 0.75, 0.9)]
