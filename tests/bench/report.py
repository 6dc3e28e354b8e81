#!/usr/bin/env python3
"""Writes what compare.py measured into BENCHMARKS.md, between its two marks."""

import json
import re
from pathlib import Path

import servers
from table import short

PAGE = Path(__file__).resolve().parents[2] / "BENCHMARKS.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def verdict_rows(rows):
    yield "| work | demanded | reached | |"
    yield "|---|---|---|---|"
    for row in rows.values():
        for verdict in row["demands"]:
            sign = "≤" if verdict["is_most"] else "≥"
            met = "yes" if verdict["is_met"] else "**no**"
            yield f"| {row['work']} | {verdict['words']} {sign} {short(verdict['wanted'])} | {short(verdict['reached'])} | {met} |"


def spread(row, label):
    """The extremes, where rounds are kept one by one."""
    values = [value for report in row["raw"].get(label, []) for value in [figure_of(row, report)] if value is not None]
    return f"{short(min(values))} – {short(max(values))}" if len(values) > 1 else ""


def figure_of(row, report):
    """The figure of a report that the row's median was made of; None where it cannot be told from the unit."""
    if "failure" in report:
        return None
    keys = {"deliveries/s": "deliveries_per_s", "messages/s": "messages_per_s", "acknowledged/s": "acknowledged_per_s"}
    if row["unit"] in keys:
        return report.get(keys[row["unit"]])
    if row["unit"] == "µs" and "delay_us" in report:
        return report["delay_us"].get("p99" if "p99" in row["work"] else "p50")
    return None


def figures(rows):
    for row in rows.values():
        yield f"\n**{row['work']}** ({row['unit']})\n"
        yield "| | median | of all rounds |"
        yield "|---|---|---|"
        for label, median in row["medians"].items():
            yield f"| {label} | {short(median)} | {spread(row, label)} |"


def main():
    results = json.loads((servers.BUILD / "results.json").read_text(encoding="utf-8"))
    rows = {name: row for name, row in results["rows"].items() if not re.match(r"sweep-|delay-at-", name)}
    machine = results["machine"]
    rounds = max(len(reports) for row in rows.values() for reports in row["raw"].values())
    lines = [f"Measured {machine['when']} on {machine['processors']} processors ({machine['machine']}, kernel "
             f"{machine['kernel']}), {rounds} rounds.", "", "### What was demanded, and what was reached", "",
             *verdict_rows(rows), "", "### All figures", *figures(rows)]
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
