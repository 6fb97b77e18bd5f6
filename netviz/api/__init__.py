"""The verbs: `inspect` here, `check` in `checked`, which needs more and is imported when it is called."""

from netviz.api.inspected import InspectedLayer, InspectedModel, InspectedWeight, inspect

__all__ = ["InspectedLayer", "InspectedModel", "InspectedWeight", "inspect"]
