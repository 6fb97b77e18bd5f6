"""Figures for a paper: one column wide, as a PDF, and as TikZ that LaTeX typesets with your own fonts.

    python examples/figure_for_a_paper.py [FOLDER]

Writes u-net.pdf (8.5 cm wide, with words at the bottleneck), lenet-5.tex and encoder.svg.
"""

from __future__ import annotations

import sys
from pathlib import Path

import netviz

EXAMPLES = Path(__file__).parent
out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)

architectures = EXAMPLES / "architectures"
netviz.figure(
    architectures / "u-net.json", style="volumes", width="8.5cm", annotate={"bottom_conv1..bottom_conv2": "bottleneck"}
).save(out / "u-net.pdf")
netviz.figure(architectures / "lenet-5.json", style="lenet", theme="print").save(out / "lenet-5.tex")
netviz.figure(architectures / "encoder.json", style="blocks", omit="Dropout").save(out / "encoder.svg")
print(f"Three figures are in {out}")
