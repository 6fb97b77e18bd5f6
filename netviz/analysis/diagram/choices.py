"""The choices a person makes about a diagram, checked: what cards show, what colours mean, what stands out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping, Sequence

from netviz.analysis.columns_cost import MEASURES
from netviz.analysis.diagram.boxes import Label
from netviz.analysis.diagram.scene import Scene
from netviz.analysis.diagram.selection import find_nodes
from netviz.errors import UsageError
from netviz.model import Call, Layer
from netviz.views import CARD_FIELDS, CardField, Coloring

SHOWN: tuple[CardField, ...] = ("name", "class", "details", "output", "parameters", "share")
"""What stands on a card unless told otherwise."""

COLORINGS: tuple[Coloring, ...] = ("family", "trainable", "dtype", "parameters")


def card_fields(names: Collection[str]) -> frozenset[CardField]:
    """The names of what cards show, checked."""
    if not names:
        raise UsageError("nothing is named to stand on the cards", f"They can show {', '.join(CARD_FIELDS)}.")
    unknown = [name for name in names if name not in CARD_FIELDS]
    if unknown:
        raise UsageError(f"a card does not show {unknown[0]!r}", f"It can show {', '.join(CARD_FIELDS)}.")
    return frozenset(field for field in CARD_FIELDS if field in names)


def chosen_settings(names: Sequence[str], scene: Scene) -> tuple[str, ...]:
    """The names of settings; raises UsageError for one that no layer has."""
    known = dict.fromkeys(key for node in scene.walk() if node.layer for key in node.layer.config)
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            raise UsageError(f"no layer has a setting {name!r}", f"Did you mean {' or '.join(near)}?" if near else "")
    return tuple(names)


def coloring_of(color: str | Mapping[str, float], scene: Scene) -> tuple[Coloring, Callable[[Layer], float | None]]:
    """What colours mean, and the number of a layer where they mean numbers.

    Raises UsageError for a colouring that there is not, or numbers for none of the layers.
    """
    if isinstance(color, Mapping):
        numbers = {str(name): _number(str(name), value) for name, value in color.items()}
        known = {key for node in scene.walk() if node.layer for key in (node.layer.path, node.layer.name)}
        if not known & numbers.keys():
            raise UsageError(
                "no layer of the model is among those to be coloured", "Give numbers by the layers' paths or names."
            )
        return "values", lambda layer: numbers.get(layer.path, numbers.get(layer.name))
    for known_coloring in COLORINGS:
        if color == known_coloring:
            return known_coloring, lambda layer: None
    raise UsageError(
        f"no colouring {color!r}",
        f"Colour by {', '.join((*COLORINGS, *MEASURES))}, or give a number for each layer's path.",
    )


def _number(name: str, value: object) -> float | None:
    """The number as a float, None for one that is not finite; raises UsageError for what is no number."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except OverflowError:
        return None
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"the colour of {name} is no number but {value!r:.80}", "Give a number for each layer."
        ) from error
    return number if abs(number) < float("inf") else None


TEMPLATE_FIELDS: Mapping[str, Callable[[Layer, Call | None], object]] = {
    "name": lambda layer, call: layer.name,
    "path": lambda layer, call: layer.path,
    "class": lambda layer, call: layer.class_name or "?",
    "input": lambda layer, call: _shapes(call.input_shapes if call else ()),
    "output": lambda layer, call: _shapes(call.output_shapes if call else ()),
    "parameters": lambda layer, call: f"{layer.parameters.total:,}",
    "dtype": lambda layer, call: layer.dtype or "?",
    "trainable": lambda layer, call: "trainable" if layer.trainable else "frozen",
}
"""What a template for labels may name; also `config.<setting>`."""


def label_function(label: str | Label | None) -> Label | None:
    """The function that a template stands for; raises UsageError for a field that there is not."""
    if label is None or callable(label):
        return label
    if not isinstance(label, str):
        raise UsageError(f"a label is text or a function, not {label!r:.80}", "Give '{name}: {output}', or a function.")
    fields = re.findall(r"\{([^{}]*)\}", label)
    for field in fields:
        if field not in TEMPLATE_FIELDS and not field.startswith("config."):
            raise UsageError(
                f"a label has no field {field!r}", f"The fields are {', '.join(TEMPLATE_FIELDS)} and config.<setting>."
            )

    def written(layer: Layer, call: Call | None) -> str:
        def field(found: re.Match[str]) -> str:
            name = found[1]
            if name in TEMPLATE_FIELDS:
                return str(TEMPLATE_FIELDS[name](layer, call))
            return str(layer.config.get(name.removeprefix("config."), ""))

        return re.sub(r"\{([^{}]*)\}", field, label).replace("\\n", "\n")

    return written


def _shapes(shapes: Sequence[tuple[int | None, ...] | None]) -> str:
    return ", ".join("?" if shape is None else str(shape) for shape in shapes)


def highlighted_layers(scene: Scene, patterns: str | Sequence[str]) -> frozenset[str]:
    """The paths of the layers to be highlighted."""
    ids = find_nodes(scene, patterns) if patterns else frozenset()
    return frozenset(node.layer.path for node in scene.walk() if node.id in ids and node.layer)
