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
]


def lay_out(plan: Plan, *, engine: Engine = "embedded", timeout: float = 60.0) -> Placement:
    """Places of all nodes and clusters, and the curves of all links.

    A link whose ends do not both exist, or that joins a cluster with itself or with what it holds, has a curve without
    points. Raises MissingDependency where the engine is not installed, NetvizError where it fails or takes more than
    `timeout` seconds.
    """
    from netviz.render.layout.dot import Part, read_json, walk, write_dot
    from netviz.render.layout.engine import run

    part = Part(plan.children, plan.links, plan.direction, plan.splines)
    if not plan.children:
        return Placement(0, 0, {}, tuple(Curve(()) for _ in plan.links))
    data = run([write_dot(part)], engine=engine, timeout=timeout)[0]
    drawing = read_json(part, data)
    items = list(walk(plan.children))
    places = dict(zip((item.id for item in items if isinstance(item, Node)), drawing.nodes, strict=True))
    places |= zip((item.id for item in items if isinstance(item, Cluster)), drawing.clusters, strict=True)
    bounds = data["bb"].split(",")
    return Placement(float(bounds[2]), float(bounds[3]), places, drawing.curves)
