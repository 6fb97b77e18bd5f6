"""How a training went, from the log that keras.callbacks.CSVLogger wrote.

    python examples/plot_training.py [FOLDER]

Writes training.svg, with the best epoch marked, and training.pdf, safe in greyscale. `netviz.history(model.fit(…))`
draws a training that just ended.
"""

from __future__ import annotations

import sys
from pathlib import Path

import netviz

EXAMPLES = Path(__file__).parent
out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)

log = EXAMPLES / "logs" / "lenet.csv"
netviz.history(log, log=True).save(out / "training.svg")
netviz.history(log, metrics="loss", theme="print").save(out / "training.pdf")
print(netviz.history(log))
