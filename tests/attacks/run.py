#!/usr/bin/env python3
"""Attacks beside honest clients: each attack goes on for a while, from addresses of its own, while honest clients talk
in the lobby. Demanded of each: the broker lives; what honest clients were acknowledged is in the store and was handed
to all of them, once and in order; the 99th percentile of their delays stays below 3 times the quiet one; within 10 s
after the attack the broker's memory is back to within 32 MiB of before. Status 1 when a demand is not met.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from attackers import EVERY  # noqa: E402
from palabre_harness import may_open  # noqa: E402
from trial import MEBIBYTE, Outcome, Trial  # noqa: E402

DESCRIPTORS = 65_536
TITLES = ("attack", "rounds", "quiet p50 / p99 ms", "attacked p50 / p99 ms", "x quiet", "memory MiB", "honest", "stored",
          "verdict")


def cells(outcome: Outcome) -> tuple:
    before, most, after = (size / MEBIBYTE for size in outcome.memory)
    return (outcome.name, f"{outcome.rounds:,}", "{:.2f} / {:.2f}".format(*outcome.quiet),
            "{:.2f} / {:.2f}".format(*outcome.attacked), f"{outcome.times_quiet:.2f}",
            f"{before:.0f} / {most:.0f} / {after:.0f}", f"{outcome.posted:,}", f"{outcome.stored:,}",
            "FAIL" if outcome.failed() else "pass")


def print_table(outcomes: list[Outcome]) -> None:
    print("\n| " + " | ".join(TITLES) + " |")
    print("|---" * len(TITLES) + "|")
    for outcome in outcomes:
        print("| " + " | ".join(cells(outcome)) + " |")


def run_one(name: str, options, place: Path) -> Outcome:
    began = time.monotonic()
    # Of its own each time: the same attack may be asked for twice.
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=place))
    outcome = Trial(name, folder, options).run()
    verdict = "; ".join(outcome.failed()) or "nothing lost"
    print(f"{name}: {outcome.rounds:,} rounds, p99 {outcome.quiet[1]:.2f} -> {outcome.attacked[1]:.2f} ms, "
          f"{outcome.ended} endings logged, {outcome.refills} refills, {verdict}, "
          f"{time.monotonic() - began:.0f} s", flush=True)
    if not outcome.failed() and not options.keep:
        shutil.rmtree(folder)
    return outcome


def command_line():
    names = "\n".join(f"  {name:15}{attack.__doc__.splitlines()[0]}" for name, attack in EVERY.items())
    parser = argparse.ArgumentParser(description=__doc__, epilog=f"NAME is one of\n{names}",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="all, when none is given")
    parser.add_argument("--seconds", type=float, default=60, help="of each attack")
    parser.add_argument("--attackers", type=int, default=16, help="processes, each with an address of its own")
    parser.add_argument("--honest", type=int, default=50, help="clients, who post two messages a second each")
    parser.add_argument("--security", choices=("open", "curve"), default="open",
                        help="open is where strangers get furthest; with curve attackers have keys, too, and encrypt")
    parser.add_argument("--keep", action="store_true", help="keep the stores and logs in any case")
    options = parser.parse_args()
    unknown = set(options.names) - EVERY.keys()
    if unknown:
        parser.error(f"no such attack: {', '.join(sorted(unknown))}")
    return options


def main() -> int:
    options = command_line()
    may_open(DESCRIPTORS)
    place = Path(tempfile.mkdtemp(prefix="palabre-attacks-"))
    outcomes = [run_one(name, options, place) for name in options.names or EVERY]
    print_table(outcomes)
    failed = [outcome for outcome in outcomes if outcome.failed()]
    print(f"\n{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    if failed or options.keep:
        print(f"stores and logs: {place}")
    else:
        shutil.rmtree(place)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
