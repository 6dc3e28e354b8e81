#!/usr/bin/env python3
"""Measures palabred beside other servers on this machine, and prints a table of ratios.

Everything runs on loopback, on the same processors, each server fresh for each measurement, in turns round by round.
Raw figures go to build/bench/results.json. Ends with status 1 when something was lost, repeated or refused.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

import rows  # noqa: E402
import scale_rows  # noqa: E402
import servers  # noqa: E402
import table  # noqa: E402


def measure(row, rounds, pace):
    """All rounds of a row: label → list of raw figures, or of {"failure": …}."""
    raw = {label: [] for label in row.entrants}
    for number in range(rounds):
        for label, run in row.entrants.items():
            table.progress(f"{row.name}: round {number + 1} of {rounds}, {label}")
            try:
                raw[label].append(run(pace))
            except (rows.Lost, ChildProcessError, TimeoutError) as problem:
                raw[label].append({"failure": str(problem)})
    return raw


def medians_of(row, raw):
    medians = {}
    for label, reports in raw.items():
        good = [report for report in reports if "failure" not in report]
        medians[label] = statistics.median(map(row.figure, good)) if good else 0.0
        for word, figure in row.also.items():
            medians[f"{label}, {word}"] = statistics.median(map(figure, good)) if good else 0.0
    return medians


def failures_of(raw):
    reports = [(label, report) for label, of_label in raw.items() for report in of_label]
    return [f"{label}: {report['failure']}" for label, report in reports if "failure" in report]


def judged(row, medians):
    """Each demand as a dictionary; a figure that is missing cannot meet any."""
    verdicts = []
    for demand in row.demands:
        try:
            reached = demand.reached(medians)
            is_met = demand.is_met(reached) and all(medians.values())
        except ZeroDivisionError:
            reached, is_met = 0.0, False
        verdicts.append({"words": demand.words, "wanted": demand.wanted, "is_most": demand.is_most,
                         "reached": reached, "is_met": is_met})
    return verdicts


def machine():
    return {"processors": os.cpu_count(), "kernel": platform.release(), "machine": platform.machine(),
            "when": time.strftime("%Y-%m-%d %H:%M")}


def keep(results, path):
    """Rows measured now replace those of the same name; the others stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = json.loads(path.read_text()) if path.exists() else {"rows": {}}
    before["rows"].update(results)
    before["machine"] = machine()
    path.write_text(json.dumps(before, indent=1, ensure_ascii=False))


def chosen(arguments):
    table_rows = rows.demanded() + scale_rows.demanded(arguments.quick)
    every = rows.swept() if arguments.sweep else table_rows
    if arguments.only:
        every = table_rows + rows.swept()
    if not arguments.only:
        return every
    names = {row.name for row in every}
    found = [row for row in every if row.name in arguments.only or
             any(row.name.startswith(name) for name in arguments.only if name not in names)]
    if not found:
        sys.exit("compare: no such line; there are " + ", ".join(row.name for row in every))
    return found


def command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each, of which the median counts")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--quick", action="store_true", help="one round of a second each")
    parser.add_argument("--only", action="append", metavar="NAME",
                        help="a line, or all whose names begin so; can be repeated")
    parser.add_argument("--sweep", action="store_true", help="the figures for the plots instead of the table's")
    return parser.parse_args()


def main():
    arguments = command_line()
    rounds = 1 if arguments.quick else arguments.rounds
    pace = rows.Pace(1.0, 0.3) if arguments.quick else rows.Pace(arguments.seconds, 0.5)
    results, lost = {}, []
    for row in chosen(arguments):
        raw = measure(row, rounds, pace)
        medians = medians_of(row, raw)
        verdicts = judged(row, medians)
        lost += failures_of(raw)
        results[row.name] = {"work": row.work, "unit": row.unit, "medians": medians, "demands": verdicts, "raw": raw}
        keep(results, servers.BUILD / "results.json")
        table.print_row(row, raw, medians, verdicts, failures_of(raw))
    table.print_summary(results)
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
