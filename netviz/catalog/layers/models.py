"""Models as layers. The graph inside stands in their config, which the readers follow."""

from __future__ import annotations

from netviz.catalog.costs.forms import INSIDE
from netviz.catalog.kinds import LayerKind

KINDS = tuple(LayerKind(name, "model", cost=INSIDE) for name in ("Functional", "Sequential", "Model"))
