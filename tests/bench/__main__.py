"""`make bench`: speed as ratios; `python -m tests.bench graph` measures one subject alone."""

from __future__ import annotations

import sys

from tests.bench.diff import measure_diff
from tests.bench.drawing import measure_graph
from tests.bench.figures import measure_figures
from tests.bench.inspecting import measure_inspect
from tests.bench.outputs import measure_outputs
from tests.bench.page import measure_panning
from tests.bench.reporting import measure_report
from tests.bench.weights import measure_weights

SUBJECTS = {
    "inspect": measure_inspect,
    "graph": measure_graph,
    "figure": measure_figures,
    "report": measure_report,
    "panning": measure_panning,
    "weights": measure_weights,
    "outputs": measure_outputs,
    "diff": measure_diff,
}

for subject in sys.argv[1:] or SUBJECTS:
    SUBJECTS[subject]()
