"""`netviz report` against `netviz inspect` of the same file, and how much of it is the layout of the graphs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.drawing import MAKE
from tests.bench.timing import ENVIRONMENT, side_by_side

MODELS = ("VGG16", "ResNet50", "EfficientNetB7", "NASNetLarge")
GOAL, LARGEST = 3.0, 2_000_000
"""Seconds from the file to the page, the layout apart, and bytes of the page of NASNetLarge."""

LAYOUT = """
import sys, time
import netviz
from netviz.render.diagram import embedded
laid, plain = 0.0, embedded.lay_out_all
def timed(*args, **kwargs):
    global laid
    begin = time.perf_counter()
    try:
        return plain(*args, **kwargs)
    finally:
        laid += time.perf_counter() - begin
embedded.lay_out_all = timed
begin = time.perf_counter()
netviz.report(sys.argv[1], weights=False).to("html")
print(laid, time.perf_counter() - begin - laid)
"""
"""Seconds of layout, and of all else that makes a page, in one process."""


def measure_report() -> None:
    """Prints a line per model: seconds without and with values, the layout's part, bytes, and against `inspect`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for model in MODELS:
            path, page = str(folder / f"{model}.keras"), folder / "page.html"
            subprocess.run([sys.executable, "-c", MAKE, model, path], check=True, env=ENVIRONMENT, capture_output=True)
            command = [sys.executable, "-m", "netviz"]
            times = side_by_side(
                {
                    "inspect": [*command, "inspect", path],
                    "all": [*command, "report", path, "--weights", "-o", str(folder / "all.html")],
                    "page": [*command, "report", path, "--no-weights", "-o", str(page)],
                },
                3,
            )
            parts = subprocess.run([sys.executable, "-c", LAYOUT, path], check=True, capture_output=True, text=True)
            layout, rest = map(float, parts.stdout.split())
            print(
                f"{model:15} page {times['page']:.2f} s, {times['page'] / times['inspect']:.1f} times `inspect`;"
                f" layout {layout:.2f} s, all else {rest:.2f} s (goal < {GOAL:.0f});"
                f" {page.stat().st_size:,} bytes (goal < {LARGEST:,}); with values {times['all']:.2f} s",
                flush=True,
            )
