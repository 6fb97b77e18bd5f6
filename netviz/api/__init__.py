"""The verbs: `inspect` here, each other in a module of its own, which needs more and is imported when it is called."""

from netviz.api.inspected import InspectedModel, inspect
from netviz.api.layers import InspectedLayer, InspectedWeight

__all__ = ["InspectedLayer", "InspectedModel", "InspectedWeight", "inspect"]
