"""What a message costs in instructions, stage by stage, against what it cost when instructions.json was written.

Instructions are the same on a busy machine, so this notices what a clock cannot. A stage that costs more than the
tolerance above its figure fails; so does one that costs less, because the gain should be kept: write the new figures
with `--write`.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FIGURES = Path(__file__).with_name("instructions.json")
STAGES = ("decode", "decide", "pack", "store", "publish", "acknowledge")
TOLERANCE = 0.04


def count(program, stage):
    """Instructions a message takes in a stage, all that it calls included."""
    with tempfile.TemporaryDirectory(prefix="palabre-instructions-") as folder:
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                   f"--toggle-collect=stage_{stage}", program, os.path.join(folder, "data")]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
    messages = int(re.search(r"^(\d+) messages", run.stdout, re.MULTILINE).group(1))
    collected = int(re.search(r"Collected : (\d+)", run.stderr).group(1))
    if collected == 0:
        raise SystemExit(f"callgrind collected nothing in stage_{stage}: is the function gone?")
    return round(collected / messages)


def verdict(stage, expected, counted):
    """One line of the table, and whether it is as it should be."""
    change = counted / expected - 1 if expected else float("inf")
    is_good = abs(change) <= TOLERANCE
    sentence = "ok" if is_good else "MORE than it was" if change > 0 else "less than it was: keep it with --write"
    return f"{stage:12} {counted:7d} instructions a message, {expected:7d} expected ({change:+.1%}) {sentence}", is_good


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("program", help="instruction_stages, as built")
    options.add_argument("--write", action="store_true", help="take what is counted as the new figures")
    given = options.parse_args()
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is not installed")
    counted = {stage: count(given.program, stage) for stage in STAGES}
    if given.write:
        FIGURES.write_text(json.dumps(counted, indent=2) + "\n", encoding="utf-8")
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    results = [verdict(stage, figures.get(stage, 0), counted[stage]) for stage in STAGES]
    print("\n".join(line for line, _ in results))
    return 0 if all(is_good for _, is_good in results) else 1


if __name__ == "__main__":
    sys.exit(main())
