"""Where boxes, groups and edges go: sizes in, places out.

Graphviz does it, in a worker process. This room knows of rectangles and nothing of what they mean.
"""

from netviz.render.layout.geometry import Cluster, Curve, Link, Node, Place, Placement, Plan

__all__ = ["Cluster", "Curve", "Link", "Node", "Place", "Placement", "Plan"]
