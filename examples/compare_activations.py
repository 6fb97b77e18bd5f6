"""Activation functions side by side, with their derivatives; and one of your own.

    python examples/compare_activations.py [FOLDER]

Writes activations.svg and, as a table with formulas and ranges, activations.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import netviz

EXAMPLES = Path(__file__).parent
out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)

plot = netviz.functions("relu", "leaky_relu(0.2)", "gelu", "silu", compare=True, derivative=True)
plot.save(out / "activations.svg")
plot.save(out / "activations.md")
netviz.functions(lambda x: x * abs(x), "tanh", compare=True, range=(-2, 2)).save(out / "of-my-own.svg")
print(f"Four activations are compared in {out / 'activations.svg'}")
