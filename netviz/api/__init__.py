"""The verbs: `inspect` here, `check` in `checked`, which needs more and is imported when it is called."""

from netviz.api.inspected import InspectedModel, inspect
from netviz.api.layers import InspectedLayer, InspectedWeight

__all__ = ["InspectedLayer", "InspectedModel", "InspectedWeight", "inspect"]
