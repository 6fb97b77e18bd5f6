"""Speed as ratios, whole processes side by side in one run: `make bench`.

Each line is the median of several runs that take turns, so that a busy machine slows both alike. The
process measured is what a user starts: interpreter, imports, reading and printing included.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
KERAS = "import sys, keras; keras.models.load_model(sys.argv[1]).summary()"
MAKE = {
    "MLP": """
import sys, keras
layers = keras.layers
keras.Sequential([keras.Input((9,)), *(layers.Dense(n) for n in (8, 8, 4))]).save(sys.argv[1])""",
    "ResNet50": "import sys, keras; keras.applications.ResNet50(weights=None).save(sys.argv[1])",
    "VGG16": "import sys, keras; keras.applications.VGG16(weights=None).save(sys.argv[1])",
    "NASNetLarge": "import sys, keras; keras.applications.NASNetLarge(weights=None).save(sys.argv[1])",
}
GOALS = {"MLP": 10, "ResNet50": 15, "NASNetLarge": 20}
"""How many times faster than Keras `netviz inspect` has to be."""

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


def main() -> None:
    netviz = [sys.executable, "-m", "netviz", "inspect"]
    with tempfile.TemporaryDirectory() as folder:
        for name, script in MAKE.items():
            path = str(Path(folder) / f"{name}.keras")
            subprocess.run([sys.executable, "-c", script, path], check=True, env=ENVIRONMENT, capture_output=True)
            size = Path(path).stat().st_size / 2**20
            peak = peak_megabytes([*netviz, path])
            line = f"{name:12} {size:6.0f} MB  peak {peak:4.0f} MB (goal < 200)"
            if name in GOALS:
                commands = {"netviz": [*netviz, path], "keras": [sys.executable, "-c", KERAS, path]}
                times = side_by_side(commands, 3 if name == "NASNetLarge" else RUNS)
                ratio = times["keras"] / times["netviz"]
                line += f"  netviz {times['netviz']:5.2f} s  Keras {times['keras']:5.2f} s"
                line += f"  {ratio:4.0f} times faster (goal ≥ {GOALS[name]})"
            print(line, flush=True)
        mlp = str(Path(folder) / "MLP.keras")
        commands = {"netviz": [*netviz, mlp], "pyfive": [sys.executable, "-c", "import pyfive"]}
        times = side_by_side(commands, 4 * RUNS)
        ratio = times["netviz"] / times["pyfive"]
        print(f"MLP: {ratio:.2f} times `python -c 'import pyfive'` ({times['pyfive']:.2f} s; goal ≤ 2.0)")


if __name__ == "__main__":
    main()
