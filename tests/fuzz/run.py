#!/usr/bin/env python3
"""Plays with one libFuzzer target for a while and says how often it ran.

How long is told by PALABRE_FUZZ_RUNS or PALABRE_FUZZ_SECONDS. The corpus in tests/fuzz/corpus is read and never written:
what a run learns stays in build/asan/learnt, and an input that breaks a promise in build/asan/findings.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ["PALABRE_FUZZ_BUILD"])
SECONDS_USUAL = "20"
LONGEST_INPUT = {"peers": 4096, "rendering": 1024, "texts": 20_000}
LONGEST_INPUT_USUAL = 4096
# Threads that wait look like leaks after each input. The alarm that ends a slow input would interrupt calls of sockets;
# who waits for ever is noticed by the honest peer.
OPTIONS = {target: ["-detect_leaks=0", "-timeout=0"] for target in ("peers", "zap")}
DICTIONARIES = {"requests": "protocol", "replies": "protocol", "feed": "protocol", "texts": "characters", "rendering": "characters",
                "client_config": "configuration", "broker_config": "configuration"}


def command(target: str) -> list[str]:
    learnt, findings = BUILD / "learnt" / target, BUILD / "findings" / target
    for folder in (learnt, findings):
        folder.mkdir(parents=True, exist_ok=True)
    runs = os.environ.get("PALABRE_FUZZ_RUNS")
    limit = f"-runs={runs}" if runs else f"-max_total_time={os.environ.get('PALABRE_FUZZ_SECONDS') or SECONDS_USUAL}"
    words = [f"-dict={HERE / 'targets' / DICTIONARIES[target]}.dict"] if target in DICTIONARIES else []
    return [str(BUILD / "bin" / f"fuzz_{target}"), limit, f"-max_len={LONGEST_INPUT.get(target, LONGEST_INPUT_USUAL)}",
            f"-artifact_prefix={findings}/", "-print_final_stats=1", *words, *OPTIONS.get(target, []),
            str(learnt), str(HERE / "corpus" / target)]


def main() -> int:
    target, began = sys.argv[1], time.monotonic()
    ended = subprocess.run(command(target), stdin=subprocess.DEVNULL, capture_output=True)
    said = ended.stderr.decode(errors="replace")
    runs = re.search(r"stat::number_of_executed_units: (\d+)", said)
    seconds = time.monotonic() - began
    line = f"{target:16} {int(runs[1]) if runs else 0:14,} runs {seconds:8.0f} s"
    (BUILD / "runs").mkdir(exist_ok=True)
    if ended.returncode != 0 or not runs:
        line += f"  a finding: {BUILD / 'findings' / target}"
        print(said[-8000:])
    (BUILD / "runs" / target).write_text(line + "\n")
    print(line)
    return 0 if ended.returncode == 0 and runs else 1


if __name__ == "__main__":
    sys.exit(main())
