"""How long whole processes take, side by side in one run.

Each figure is the median of several runs that take turns, so that a busy machine slows both alike. The
process measured is what a user starts: interpreter, imports, reading and printing included.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

RUNS = 5
ENVIRONMENT = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "COLUMNS": "120"}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled, as the others here are


def seconds(command: list[str]) -> float:
    """Wall time of one run of the command, its output thrown away."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def side_by_side(commands: dict[str, list[str]], runs: int) -> dict[str, float]:
    """The median time of each command, after one run of each to warm the caches of the file system."""
    for command in commands.values():
        seconds(command)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(seconds(command))
    return {name: statistics.median(values) for name, values in times.items()}


def peak_megabytes(command: list[str]) -> float:
    """The most memory the command held, as the kernel counts it for a child of its own."""
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command], check=True, env=ENVIRONMENT, capture_output=True, text=True
    )
    unit = 1 if sys.platform == "darwin" else 1024
    return int(done.stdout.split()[-1]) * unit / 2**20
