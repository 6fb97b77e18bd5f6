"""The drawings of a page: at several levels of detail, and where something is missing in them a word on why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from netviz.analysis.diagram.opening import build_drawings
from netviz.errors import NetvizError
from netviz.model import Model
from netviz.pages import Drawing, Level
from netviz.views import Box

LOOSE: Mapping[str, str] = {
    "weights-only": "the file holds weights alone; a config tells it: --architecture FILE, in Python architecture=.",
    "subclassed": "the model calls its layers in code; Keras can tell where it loads the model, with --load, in Python "
    "load=True.",
    "layers-unknown": "the file does not describe the layers.",
    "unbuilt": "the model is not built.",
}
"""By the code of a note why it is not known how layers are connected."""


class Drawn(NamedTuple):
    """The levels of detail and the drawings; `problem` says why there are none."""

    levels: tuple[Level, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    problem: str = ""


def draw(model: Model) -> Drawn:
    """All drawings of a model, or why there is none."""
    try:
        levels, drawings = build_drawings(model)
    except NetvizError as error:
        return Drawn(problem=error.sentences)
    if not drawings:
        return Drawn(problem=_why_empty(model))
    called = frozenset(_called(model))
    return Drawn(levels, tuple(_with_remark(drawing, model, called) for drawing in drawings))


def _called(model: Model) -> Iterator[str]:
    """The paths of the layers of which a call is known."""
    for owner in (model.root, *model.root.walk()):
        if owner.graph:
            names = {call.layer for call in owner.graph.calls}
            yield from (layer.path for layer in owner.layers if layer.name in names)


def _with_remark(drawing: Drawing, model: Model, called: frozenset[str]) -> Drawing:
    """The drawing; of boxes that nothing connects, for no call of their layers is known, it says why."""
    boxes = [item for item in drawing.diagram.walk() if isinstance(item, Box)]
    if len(boxes) < 2 or drawing.diagram.edges or any(not called.isdisjoint(box.layers) for box in boxes):
        return drawing
    codes = {note.code for note in model.notes}
    why = next((words for code, words in LOOSE.items() if code in codes), "")
    loose = f"How the layers are connected is not known{why and ': '}{why or '.'}"
    return replace(drawing, remark=f"{loose} {drawing.remark}".rstrip())


def _why_empty(model: Model) -> str:
    """Why there is nothing to draw."""
    for note in model.notes:
        if note.code in ("subclassed", "config-unreadable"):
            return f"There is nothing to draw. {note.message}"
    return "There is nothing to draw: the model has no layers."
