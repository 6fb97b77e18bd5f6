"""`netviz figure` against `netviz inspect` of the same file: a figure has to be as instant as a table."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench.timing import RUNS, side_by_side

ARCHITECTURES = Path("examples/architectures")
FIGURES = {
    "lenet-5": ("volumes", "lenet", "blocks"),
    "vgg16": ("neurons", "volumes", "lenet", "blocks"),
    "resnet50": ("volumes", "blocks"),
    "u-net": ("volumes", "blocks"),
    "encoder": ("blocks",),
}
"""By architecture of examples/ the styles measured."""


def measure_figures() -> None:
    """Prints a line per architecture: seconds of a table, and how many times as long each figure takes as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        for name, styles in FIGURES.items():
            source = str(ARCHITECTURES / f"{name}.json")
            command = [sys.executable, "-m", "netviz"]
            commands = {
                style: [*command, "figure", source, "--style", style, "-o", f"{folder}/{style}.svg"] for style in styles
            }
            times = side_by_side({"table": [*command, "inspect", source], **commands}, RUNS)
            table = times.pop("table")
            shown = ", ".join(f"{style} {seconds / table:.1f}" for style, seconds in times.items())
            print(f"{name:15} table {table:.2f} s; figures take as many times as long: {shown}", flush=True)
