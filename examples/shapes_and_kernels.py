"""Shapes, settings and values of single layers, read from the file without Keras.

    python examples/shapes_and_kernels.py [FOLDER]

Writes the first convolution's kernels as an array, and as a picture.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import netviz

EXAMPLES = Path(__file__).parent
out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)

net = netviz.inspect(EXAMPLES / "models" / "lenet.keras")
conv = net["conv1"]
print(
    f"{conv.name}: {conv.input_shape} -> {conv.output_shape}, {conv.config['activation']}, kernel {conv.kernel.shape}"
)
for layer in net.walk():
    print(f"{layer.path:12} {layer.parameters.total:7,} parameters")
np.save(out / "conv1.npy", conv.kernel)
netviz.weights(net, layer="conv1").save(out / "conv1.png")
