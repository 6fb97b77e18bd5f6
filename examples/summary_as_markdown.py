"""The layers of a model as a table for a README, a page or a paper.

    python examples/summary_as_markdown.py [FOLDER]

Writes lenet.md, lenet.html and lenet.tex, with the columns that are wanted.
"""

from __future__ import annotations

import sys
from pathlib import Path

import netviz

EXAMPLES = Path(__file__).parent
out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)

net = netviz.inspect(EXAMPLES / "models" / "lenet.keras")
table = net.summary(columns=["name", "class", "output", "parameters", "share"])
for suffix in ("md", "html", "tex"):
    table.save(out / f"lenet.{suffix}")
print(f"{len(net.layers)} layers, {net.parameters.total:,} parameters: {out / 'lenet.md'}")
