"""The smallest network there is, worked out: one weight and one bias that learned y = 2x + 1.

    python examples/first_network_by_hand.py [FOLDER]

Writes line.svg (a neuron with its weight and bias, and what flows for x = 4) and line-trace.svg, which takes Keras.
"""

from __future__ import annotations

import sys
from pathlib import Path

import netviz

EXAMPLES = Path(__file__).parent
out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)

model = EXAMPLES / "models" / "line.keras"
net = netviz.inspect(model)
weight, bias = net["y"].kernel.item(), net["y"].bias.item()
print(f"y = {weight:.3g} · x + {bias:.3g}, so that x = 4 gives {weight * 4 + bias:.3g}")
netviz.figure(model, style="neurons", x=[4], show="name,weights,biases").save(out / "line.svg")
netviz.trace(model, [4]).save(out / "line-trace.svg")
