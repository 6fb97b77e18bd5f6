"""What does a model cost to run? Multiply-accumulates, memory and receptive fields, for any batch and input size.

    python examples/what_it_costs.py [FOLDER]

Counts VGG16 and ResNet50 for one image and for a batch of 32, and writes cost.svg and cost.csv of ResNet50.
"""

from __future__ import annotations

import sys
from pathlib import Path

import netviz

EXAMPLES = Path(__file__).parent
out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)

for name in ("vgg16", "resnet50"):
    for batch in (1, 32):
        cost = netviz.cost(EXAMPLES / "architectures" / f"{name}.json", batch=batch)
        memory = f"{cost.activation_bytes / 2**20:.0f} MB of activations, {cost.training_bytes / 2**20:.0f} in training"
        print(f"{name}, a batch of {batch}: {cost.macs / 1e9:.1f} G MACs, {memory}")
most = max(cost, key=lambda layer: layer.macs or 0)
print(f"the most costly layer is {most.path}, with {most.macs / cost.macs:.1%}")
cost.save(out / "cost.svg")
cost.save(out / "cost.csv")
