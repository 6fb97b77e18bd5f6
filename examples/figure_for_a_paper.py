"""Figures for a paper: in one column or across the page, as a PDF, and as TikZ that LaTeX typesets with your own fonts.

    python examples/figure_for_a_paper.py [FOLDER]

Writes vgg16.pdf (8.5 cm wide), u-net.svg (with words at the bottleneck), lenet-5.tex and encoder.pdf.
"""

from __future__ import annotations

import sys
from pathlib import Path

import netviz

EXAMPLES = Path(__file__).parent
out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)

architectures = EXAMPLES / "architectures"
netviz.figure(architectures / "vgg16.json", style="volumes", width="8.5cm").save(out / "vgg16.pdf")
words = {"bottom_conv1..bottom_conv2": "bottleneck"}
netviz.figure(architectures / "u-net.json", style="volumes", width="17cm", annotate=words).save(out / "u-net.svg")
netviz.figure(architectures / "lenet-5.json", style="lenet", theme="print").save(out / "lenet-5.tex")
netviz.figure(architectures / "encoder.json", style="blocks", omit="Dropout").save(out / "encoder.pdf")
print(f"Four figures are in {out}")
