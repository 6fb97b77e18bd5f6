"""`netviz inspect` against `keras.models.load_model` and its summary."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.timing import ENVIRONMENT, RUNS, peak_megabytes, side_by_side

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


def measure_inspect() -> None:
    """Prints a line per model: how many times faster than Keras, and how much memory."""
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
