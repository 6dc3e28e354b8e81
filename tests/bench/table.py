"""How figures are printed."""

import sys


def progress(sentence):
    if sys.stderr.isatty():
        print(f"\r\x1b[K{sentence}", end="", file=sys.stderr, flush=True)


def short(number):
    """Three digits and what they count: 12.3 M, 456 k, 7.89."""
    for size, letter in ((1e6, " M"), (1e3, " k")):
        if abs(number) >= size:
            return f"{number / size:.3g}{letter}" if number < 999 * size else f"{number / size:.0f}{letter}"
    return f"{number:.3g}" if number < 999 else f"{number:.0f}"


def print_row(row, raw, medians, verdicts, failures):
    progress("")
    print(f"\n{row.work} ({row.unit})   [{row.name}]")
    for label, median in medians.items():
        figures = [row.figure(report) for report in raw.get(label, []) if "failure" not in report]
        spread = f"{short(min(figures))} – {short(max(figures))}" if len(figures) > 1 else ""
        print(f"  {label:28} {short(median):>9}   {spread}")
    for verdict in verdicts:
        print(f"  {in_words(verdict)}")
    for failure in failures:
        print(f"  FAILED {failure}")
    sys.stdout.flush()


def in_words(verdict):
    sign = "≤" if verdict["is_most"] else "≥"
    word = "pass" if verdict["is_met"] else "MISS"
    return f"{word}  {verdict['words']} {sign} {short(verdict['wanted'])}: reached {short(verdict['reached'])}"


def print_summary(results):
    lines = [(result["work"], verdict) for result in results.values() for verdict in result["demands"]]
    if not lines:
        return
    print("\n── what it must show")
    for work, verdict in lines:
        print(f"{work:58} {in_words(verdict)}")
    met = sum(verdict["is_met"] for _, verdict in lines)
    print(f"\n{met} of {len(lines)} demands met")
