"""`netviz.outputs` against a plain forward pass and the all-outputs model that is usually built; and its memory."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.bench.timing import ENVIRONMENT

GOAL = 1.5
"""How many times a plain forward pass the outputs of every layer may take."""
GROWTH_GOAL = 1.1
"""How many times the memory of 2 batches 8 may take, with statistics alone."""
ROUNDS = 5

SPEED = """
import json, statistics, sys, time
import keras, numpy as np, netviz
model = keras.applications.ResNet50(weights=None)
x = np.random.default_rng(0).normal(size=(16, 224, 224, 3)).astype("float32")
net = netviz.inspect(model)
ways = {
    "plain": lambda: model(x, training=False),
    "values": lambda: netviz.outputs(net, x),
    "statistics": lambda: netviz.outputs(net, x, statistics=True),
}
wall, cpu = {way: [] for way in ways}, {way: [] for way in ways}
for _ in range(1 + int(sys.argv[1])):
    for way, run in ways.items():
        begin, used = time.perf_counter(), time.process_time()
        run()
        wall[way].append(time.perf_counter() - begin)
        cpu[way].append(time.process_time() - used)
found = {way: [statistics.median(times[way][1:]) for times in (wall, cpu)] for way in ways}
every = keras.Model(model.inputs, [layer.output for layer in model.layers])
begin = time.perf_counter()
every.predict(x, verbose=0)
found["predict"] = [time.perf_counter() - begin, 0]
print(json.dumps(found))
"""

MEMORY = """
import resource, sys
import keras, numpy as np, netviz
model = keras.applications.ResNet50(weights=None)
batches = int(sys.argv[1])
x = np.random.default_rng(0).normal(size=(8 * batches, 224, 224, 3)).astype("float32")
netviz.outputs(model, x, statistics=True, batch_size=8)
unit = 1 if sys.platform == "darwin" else 1024
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - x.nbytes) / 2**20)
"""


def measure_outputs() -> None:
    """ResNet50 with 16 images: the outputs of all 177 calls, as values and as statistics."""
    found = json.loads(_run(SPEED, str(ROUNDS)))
    plain, plain_cpu = found["plain"]
    print(f"model(x), ResNet50 with 16 images: {plain:.2f} s ({plain_cpu:.2f} s of all cores)")
    for way in ("values", "statistics"):
        wall, cpu = found[way]
        print(
            f"netviz.outputs, {way}: {wall:.2f} s ({cpu:.2f} s),"
            f" {wall / plain:.2f} times (goal < {GOAL}), {cpu / plain_cpu:.2f} times the work"
        )
    print(f"all-outputs Model.predict: {found['predict'][0]:.1f} s, {found['predict'][0] / plain:.0f} times")
    few, many = (float(_run(MEMORY, str(batches))) for batches in (2, 8))
    print(
        f"statistics, batches of 8: {few:.0f} MiB for 2, {many:.0f} MiB for 8,"
        f" {many / few:.2f} times (goal < {GROWTH_GOAL})"
    )


def _run(script: str, *arguments: str) -> str:
    """The last line that the script prints in a process of its own."""
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, check=True, env=ENVIRONMENT, capture_output=True, text=True)
    return done.stdout.splitlines()[-1]
