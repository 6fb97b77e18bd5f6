"""What figures say in words: what the model is, what is not drawn, and where the words of the user's belong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from netviz.analysis.diagram.scene import Scene
from netviz.analysis.diagram.selection import find_nodes
from netviz.errors import UsageError
from netviz.figures import Annotation
from netviz.model import Model

NAMED = 5
"""As many names are listed."""


def plural(number: int, one: str) -> str:
    """A number with its noun: "1 layer", "2,000 layers"."""
    return f"{number:,} {one if number == 1 else one + 's'}"


def model_words(model: Model, layers: int, parameters: int | None) -> str:
    """The first sentence of a description: "Functional model vgg16: 22 layers, 138,357,544 parameters"."""
    kind = f"{model.root.class_name} model" if model.root.class_name else "Model"
    words = f"{kind} {model.name}: {plural(layers, 'layer')}"
    return words if parameters is None else f"{words}, {plural(parameters, 'parameter')}"


def listed(names: Sequence[str], most: int = NAMED) -> str:
    """The names, the first of them where they are many: "a, b, c and 4 more"."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def annotation(
    scene: Scene, pattern: str, text: str, ids: Iterable[str], drawn: Collection[tuple[str, str]]
) -> Annotation:
    """The words at what the pattern names: from the first to the last of `ids`, as drawn in this order.

    `drawn` says by path of a call which of the ids it is drawn in. Raises UsageError where nothing of it is drawn.
    """
    calls = find_nodes(scene, pattern)
    found = {id for call, id in drawn if call in calls}
    ordered = [id for id in ids if id in found]
    if not ordered:
        raise UsageError(f"what {pattern!r} names is not drawn", "Annotate a layer that the figure shows.")
    return Annotation(str(text), ordered[0], ordered[-1])
