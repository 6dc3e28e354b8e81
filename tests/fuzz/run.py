#!/usr/bin/env python3
"""Plays with one libFuzzer target for a while and says how often it ran.

How long is told by PALABRE_FUZZ_RUNS or PALABRE_FUZZ_SECONDS, in how many processes by PALABRE_FUZZ_PROCESSES. The corpus
in tests/fuzz/corpus is read and never written: what a run learns stays in `learnt` of the build folder, and an input that
breaks a promise in `findings`.
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
LONGEST_INPUT = {"texts": 256, "rendering": 128, "outbox_file": 128, "zap": 512, "invitation": 512, "server_address": 512,
                 "peers": 1024, "encrypted_peers": 1024}
LONGEST_INPUT_USUAL = 2048
# Threads that wait look like leaks after each input. The alarm that ends a slow input would interrupt calls of sockets;
# who waits for ever is noticed by the honest peer. Weighing a broker's features against all inputs, in which many differ
# from run to run, would take half of the time; looking each second for what other processes have learnt, another part.
OPTIONS = dict.fromkeys(["peers", "encrypted_peers"], ["-detect_leaks=0", "-timeout=0", "-entropic=0", "-reload=60"])
DICTIONARIES = {"requests": "protocol", "replies": "protocol", "feed": "protocol", "texts": "characters", "rendering": "characters",
                "client_config": "configuration", "broker_config": "configuration"}
# Half of a run's time would go into noting where memory was allocated. A finding, run alone, tells it.
SANITIZER = {"ASAN_OPTIONS": "malloc_context_size=1:quarantine_size_mb=16:thread_local_quarantine_size_kb=64"}


def limit(processes: int) -> str:
    """How long each of the processes goes on."""
    runs = os.environ.get("PALABRE_FUZZ_RUNS")
    if runs:
        return f"-runs={-(-int(runs) // processes)}"
    return f"-max_total_time={os.environ.get('PALABRE_FUZZ_SECONDS') or SECONDS_USUAL}"


def command(target: str, processes: int) -> list[str]:
    learnt, findings = BUILD / "learnt" / target, BUILD / "findings" / target
    for folder in (learnt, findings):
        folder.mkdir(parents=True, exist_ok=True)
    words = [f"-dict={HERE / 'targets' / DICTIONARIES[target]}.dict"] if target in DICTIONARIES else []
    return [str(BUILD / "bin" / f"fuzz_{target}"), limit(processes),
            f"-max_len={LONGEST_INPUT.get(target, LONGEST_INPUT_USUAL)}", f"-artifact_prefix={findings}/",
            "-print_final_stats=1", *words, *OPTIONS.get(target, []), str(learnt), str(HERE / "corpus" / target)]


def start(target: str, processes: int, log: Path) -> subprocess.Popen:
    """What it says goes into a file: one who writes into a pipe that is read later would wait, and not run."""
    with log.open("wb") as said:
        return subprocess.Popen(command(target, processes), env={**SANITIZER, **os.environ}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=said)


def runs_of(said: str) -> int:
    """Nothing when it did not come to an end."""
    found = re.search(r"stat::number_of_executed_units: (\d+)", said)
    return int(found[1]) if found else 0


def main() -> int:
    target, processes, began = sys.argv[1], int(os.environ.get("PALABRE_FUZZ_PROCESSES") or 1), time.monotonic()
    for folder in ("logs", "runs"):
        (BUILD / folder).mkdir(exist_ok=True)
    logs = [BUILD / "logs" / f"{target}.{number}" for number in range(processes)]
    running = [start(target, processes, log) for log in logs]
    statuses = [process.wait() for process in running]
    said = [log.read_text(errors="replace") for log in logs]
    ended = [words for status, words in zip(statuses, said) if status == 0 and runs_of(words)]
    seconds = time.monotonic() - began
    line = f"{target:16} {sum(map(runs_of, said)):14,} runs {seconds:8.0f} s"
    for words in said:
        if words not in ended:
            line += f"  a finding: {BUILD / 'findings' / target}"
            print(words[-8000:])
    (BUILD / "runs" / target).write_text(line + "\n")
    print(line)
    return 0 if len(ended) == processes else 1


if __name__ == "__main__":
    sys.exit(main())
