"""What changed between two models? The layers, and by how much their weights did.

    python examples/compare_two_models.py [FOLDER]

Compares the LeNet of the examples with the one that was trained further, and writes changes.md for a pull request and
changes.html with both models in one graph.
"""

from __future__ import annotations

import sys
from pathlib import Path

import netviz

EXAMPLES = Path(__file__).parent
out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)

diff = netviz.diff(EXAMPLES / "models" / "lenet.keras", EXAMPLES / "models" / "lenet-tuned.keras")
for layer in diff:
    print(f"{layer.path}: {', '.join(layer.kinds)}")
most = max(diff.weights, key=lambda weight: weight.relative or 0)
print(f"most of all the {most.b.name} at {most.b.path}: by {most.relative:.0%}, cosine {most.cosine:.3f}")
diff.save(out / "changes.md")
diff.save(out / "changes.html")
