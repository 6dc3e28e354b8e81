#!/usr/bin/env python3
"""Draws what `compare.py --sweep` measured: tests/bench/plots/*.svg."""

import json
import re
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "palabre"  # the same figures draw the same file
matplotlib.rcParams["svg.fonttype"] = "none"
from matplotlib import pyplot  # noqa: E402

import servers  # noqa: E402

PLOTS = Path(__file__).resolve().parent / "plots"
LOOKS = {
    "palabre": {"color": "#c0392b", "marker": "o", "linewidth": 2.2},
    "packed forwarder": {"color": "#555555", "marker": "s", "linestyle": "--"},
    "forwarder": {"color": "#aaaaaa", "marker": "s", "linestyle": ":"},
    "redis": {"color": "#d68910", "marker": "^"},
    "nats": {"color": "#2471a3", "marker": "v"},
}


def rows_named(results, pattern):
    """Number in the name → row, in rising order."""
    found = {}
    for name, row in results["rows"].items():
        if match := re.fullmatch(pattern, name):
            found[float(match.group(1))] = row
    return dict(sorted(found.items()))


def median(row, label, figure):
    figures = sorted(figure(report) for report in row["raw"][label] if "failure" not in report)
    return figures[len(figures) // 2] if figures else None


def draw(axes, rows, figure):
    for label, look in LOOKS.items():
        points = [(place, median(row, label, figure)) for place, row in rows.items() if label in row["raw"]]
        points = [(place, value) for place, value in points if value is not None]
        if points:
            axes.plot(*zip(*points), label=label, **look)
    axes.grid(True, which="major", alpha=0.3)


def fanout_by_subscribers(results):
    rows = rows_named(results, r"sweep-(\d+)")
    figure, axes = pyplot.subplots(figsize=(7.5, 4.5))
    draw(axes, rows, lambda report: report["deliveries_per_s"] / 1e6)
    axes.set(xscale="log", xlabel="subscribers", ylabel="million deliveries a second", ylim=(0, None),
             title="Fan-out of 64-byte messages, 4 publishers, durability disk")
    axes.set_xticks(list(rows), [f"{place:.0f}" for place in rows])
    axes.minorticks_off()
    axes.legend()
    return figure


def delay_by_load(results):
    rows = rows_named(results, r"delay-at-([\d.]+)")
    figure, panels = pyplot.subplots(1, 2, figsize=(10, 4.5), sharey=True)
    for axes, quantile in zip(panels, ("p50", "p99")):
        draw(axes, rows, lambda report, quantile=quantile: report["delay_us"][quantile] / 1000)
        axes.set(yscale="log", xlabel="share of the own maximum", title=f"{quantile}, 100 subscribers, 64 bytes")
        axes.set_xticks(list(rows), [f"{place:.0%}" for place in rows])
    panels[0].set_ylabel("delay in milliseconds")
    panels[0].legend()
    return figure


def main():
    results = json.loads((servers.BUILD / "results.json").read_text())
    PLOTS.mkdir(exist_ok=True)
    for drawing in (fanout_by_subscribers, delay_by_load):
        figure = drawing(results)
        figure.tight_layout()
        figure.savefig(PLOTS / f"{drawing.__name__}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
