"""`make bench`: speed as ratios; `python -m tests.bench graph` measures one subject alone."""

from __future__ import annotations

import sys

from tests.bench.drawing import measure_graph
from tests.bench.inspecting import measure_inspect

SUBJECTS = {"inspect": measure_inspect, "graph": measure_graph}

for subject in sys.argv[1:] or SUBJECTS:
    SUBJECTS[subject]()
