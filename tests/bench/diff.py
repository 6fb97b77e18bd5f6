"""`netviz diff` of VGG16 and a copy of itself against `cmp` of the same files, and of one with other weights."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.timing import ENVIRONMENT, RUNS, peak_megabytes, side_by_side

MAKE = """
import sys, keras
model = keras.applications.VGG16(weights=None)
model.save(sys.argv[1])
model.set_weights([weight * 1.01 + 0.001 for weight in model.get_weights()])
model.save(sys.argv[2])
"""

GOAL, PEAK_GOAL = 3, 300
"""Times `cmp`, and megabytes."""


def measure_diff() -> None:
    """Prints how many times longer than `cmp` a diff takes of two files that are the same, and the memory."""
    with tempfile.TemporaryDirectory() as folder:
        first, same, other = (str(Path(folder) / f"{name}.keras") for name in ("first", "same", "other"))
        subprocess.run([sys.executable, "-c", MAKE, first, other], check=True, env=ENVIRONMENT, capture_output=True)
        shutil.copy(first, same)
        ours = [sys.executable, "-m", "netviz", "diff", first]
        times = side_by_side({"cmp": ["cmp", first, same], "same": [*ours, same]}, RUNS)
        peak = peak_megabytes([*ours, same])
        # A difference is exit code 3, which a shell takes off the measurement.
        changed = ["sh", "-c", '"$@" || [ $? -eq 3 ]', "sh", *ours, other]
        apart = side_by_side({"changed": changed}, RUNS)["changed"]
        apart_peak = peak_megabytes(changed)
    print(
        f"VGG16 with itself   diff {times['same']:5.2f} s  {times['same'] / times['cmp']:4.1f} times cmp "
        f"({times['cmp']:.3f} s, goal < {GOAL})  peak {peak:4.0f} MB (goal < {PEAK_GOAL})\n"
        f"VGG16 with another  diff {apart:5.2f} s, every value measured  peak {apart_peak:4.0f} MB",
        flush=True,
    )
