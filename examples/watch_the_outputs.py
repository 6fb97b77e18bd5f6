"""What every layer gives for a batch of pictures: which units are dead, and what the first kernels see.

    python examples/watch_the_outputs.py [FOLDER]

Needs Keras, which runs the model once. Writes health.csv and the feature maps of conv1 for the first picture.
"""

from __future__ import annotations

import sys
from pathlib import Path

import netviz

EXAMPLES = Path(__file__).parent
out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)

found = netviz.outputs(EXAMPLES / "models" / "lenet.keras", EXAMPLES / "inputs" / "digits.npy")
found.save(out / "health.csv")
found.plot("conv1", sample=0).save(out / "conv1.svg")
maps = found.data["conv1"]
dead = (maps == 0).all(axis=(0, 1, 2)).sum()
print(
    f"conv1 gives {maps.shape[-1]} maps of {maps.shape[1]} × {maps.shape[2]} for each picture; {dead} of them are dead"
)
