"""A large model as a graph: what repeats stands once, with ×N; and the whole of it at a glance.

    python examples/draw_a_graph.py [FOLDER]

Writes resnet50.svg, a PDF of the outline, and a part of it with what that is connected to.
"""

from __future__ import annotations

import sys
from pathlib import Path

import netviz

EXAMPLES = Path(__file__).parent
out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)

source = EXAMPLES / "architectures" / "resnet50.json"
netviz.graph(source, compact=True).save(out / "resnet50.svg")
netviz.graph(source, outline=True, theme="print").save(out / "resnet50-outline.pdf")
netviz.graph(source, around="conv3_block1_add", hops=3).save(out / "resnet50-part.svg")
print(f"Three pictures of ResNet50 are in {out}")
