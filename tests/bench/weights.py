"""`netviz.weights` of VGG16 against one numpy sum over the same bytes, and the memory that it takes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.timing import ENVIRONMENT, peak_megabytes

MAKE = "import sys, keras; keras.applications.VGG16(weights=None).save(sys.argv[1])"

GOAL, PEAK_GOAL = 8, 300
"""Times the sum, and megabytes."""

MEASURE = """
import statistics, sys, time, zipfile
import numpy as np
import netviz

path = sys.argv[1]
net = netviz.inspect(path)
count = net.parameters.total
with zipfile.ZipFile(path) as archive:
    place = archive.getinfo("model.weights.h5").header_offset + 4096  # the values are all but a few of these bytes
mapped = lambda: np.memmap(path, np.float32, "r", place - place % 4, (count - 4096,))
table = lambda: netviz.weights(path).data
held = np.concatenate([weight.numpy().ravel() for layer in net.walk() for weight in layer.weights])
take = {"weights": table, "mapped": lambda: mapped().sum(), "memory": lambda: held.sum()}
times = {name: [] for name in take}
for turn in range(6):
    for name, function in take.items():
        begin = time.perf_counter()
        function()
        times[name].append(time.perf_counter() - begin)
print(*(statistics.median(values[1:]) for values in times.values()))
"""
"""The medians of three that take turns in one process: the figures with 64-bin histograms of all weights from opening
the file on, the sum of the bytes in the mapped file, and the sum of all values when they are in memory already."""


def measure_weights() -> None:
    """Prints how many times longer than a sum over all values their figures take, and the memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "VGG16.keras")
        subprocess.run([sys.executable, "-c", MAKE, path], check=True, env=ENVIRONMENT, capture_output=True)
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, path], check=True, env=ENVIRONMENT, capture_output=True, text=True
        )
        ours, mapped, memory = map(float, done.stdout.split())
        peak = peak_megabytes([sys.executable, "-m", "netviz", "weights", path])
    print(
        f"VGG16 weights {ours:5.2f} s  {ours / mapped:4.1f} times the sum of the mapped file ({mapped:.3f} s, goal < "
        f"{GOAL})  {ours / memory:4.1f} times that of values in memory ({memory:.3f} s)  peak {peak:4.0f} MB (goal < "
        f"{PEAK_GOAL})",
        flush=True,
    )
