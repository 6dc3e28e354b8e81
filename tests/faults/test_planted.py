"""The checker finds each bug that is planted in a broker."""

import subprocess
from pathlib import Path

RUN = Path(__file__).resolve().parent / "run.py"
BUGS = ["drop", "swap", "repeat", "early", "forget", "skip", "stray", "admit", "pardon"]


def test_each_planted_bug_is_found_by_one_run():
    ended = subprocess.run(["/usr/bin/python3", RUN, "planted", "--one-in", "400", "--seed", "6"], capture_output=True,
                           text=True, timeout=240, check=False)
    found = [line.partition(":")[0] for line in ended.stdout.splitlines() if ": found: " in line]
    assert found == BUGS, ended.stdout + ended.stderr
    assert ended.returncode == 0
