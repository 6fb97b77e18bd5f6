"""Where boxes, groups and edges go: sizes in, places out.

Graphviz does it, in a worker process. This room knows of rectangles and nothing of what they mean.
"""

from __future__ import annotations

from netviz.render.layout.engine import Engine
from netviz.render.layout.geometry import (
    Cluster,
    Curve,
    Direction,
    Link,
    Node,
    Place,
    Placement,
    Plan,
    Splines,
)
from netviz.render.layout.laying import lay_out, lay_out_all

__all__ = [
    "Cluster",
    "Curve",
    "Direction",
    "Engine",
    "Link",
    "Node",
    "Place",
    "Placement",
    "Plan",
    "Splines",
    "lay_out",
    "lay_out_all",
]
