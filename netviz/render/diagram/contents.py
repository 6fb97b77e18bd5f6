"""Boxes to what is to be written on their cards, before it is known how wide these are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from netviz.render.diagram.faces import CLASS, NAME, NOTE, SHAPE
from netviz.render.diagram.texts import ANOTHER, BAND, GAP, LEFT, RIGHT, SIGNED, badge_width, ring_width
from netviz.render.diagram.wording import (
    MEASURES,
    class_words,
    counted,
    layers_words,
    measure_words,
    name_parts,
    parameter_words,
    repeat_words,
    shape_lines,
    sign_counts,
    sign_of,
    value_words,
    varies_words,
)
from netviz.render.metrics import Face, text_width
from netviz.views import Box, Diagram, Difference, Fate, Group

_BOTH_NAMES = 200
"""Pixels that the old name of a layer and its new one may take side by side for cards to be made as wide."""
LABEL_LINES = 24


@dataclass(slots=True)
class Content:
    """What is to be written on a card, before its width is known."""

    name: str
    kind: str
    shapes: list[str]
    parameters: str
    notes: list[str]
    repeats: str
    shared: str
    label: str | None
    full: float | None
    narrow: bool
    band: float = BAND
    former: str = ""
    told: Difference | None = None
    badge: float = field(init=False)

    def __post_init__(self) -> None:
        self.badge = badge_width(self.repeats)

    @property
    def left(self) -> float:
        """Where the texts begin."""
        return LEFT + self.band - BAND

    @property
    def both(self) -> str:
        """The name, behind the one before, if there was another."""
        return f"{self.former} → {self.name}" if self.former else self.name


_FROZEN = {"frozen": "frozen", "partly": "partly frozen"}
"""What is said of layers that are not trained."""


def content_of(box: Box, diagram: Diagram, around: tuple[Group, ...], narrow: bool, output: bool) -> Content:
    """What the card says; what a group around it says for all that it holds is not said again."""
    show = diagram.show
    notes: list[str] = []
    states = {
        "activation": box.activation,
        "dtype": box.dtype,
        "trainable": _FROZEN.get(box.trainable or "", ""),
    }
    words = ["output"] if output else []
    words += [word for key, word in states.items() if key in show and word]
    if box.kind == "closed" and box.inside and None not in box.classes[:1]:
        words.append(counted(box.inside, "layer"))
    if box.present is not None:
        words.append(f"in {box.present[0]} of {box.present[1]}")
    if diagram.coloring in MEASURES and box.kind in ("layer", "closed") and box.value != 0:
        several = " in all" if len(box.calls) > 1 or box.each is not None else ""
        words.append(measure_words(diagram.coloring, box.value) + several)
    if diagram.coloring == "values" and box.value is not None:
        words.append(f"value {value_words(box.value)}")
    if words:
        notes.append(" · ".join(words))
    if "config" in show and box.settings:
        notes.append(" · ".join(f"{setting} {value}" for setting, value in box.settings))
    if box.varies and (show & {"config", "details", "name", "class"}):
        said = [variation for group in around for variation in group.varies]
        notes.extend(varies_words(variation) for variation in box.varies if variation not in said)
    if box.difference is not None:
        notes[:0] = box.difference.notes
    kind = class_words(box, details="details" in show) if "class" in show else ""
    if "class" not in show and "details" in show:
        kind = " ".join(box.details)
    if box.kind == "closed" and box.inside and not kind and "class" in show:
        kind = counted(box.inside, "layer")
    parameters = parameter_words(box) if "parameters" in show else ""
    former, name = name_parts(box) if "name" in show else ("", "")
    told = box.difference if box.difference and box.difference.counts else None
    signs = "-" if told else sign_of(box)
    return Content(
        name=name,
        former=former,
        told=told,
        kind=kind,
        shapes=shape_lines(box, show),
        parameters=parameters,
        notes=notes,
        repeats=repeat_words(box.repeats) if box.kind == "closed" or not any(group.repeats for group in around) else "",
        shared="" if box.shared is None else str(box.shared),
        label=box.label,
        full=_full(box, diagram) if "share" in show else None,
        narrow=narrow,
        band=SIGNED + ANOTHER * (len(signs) - 1) if signs else BAND,
    )


def _full(box: Box, diagram: Diagram) -> float | None:
    """The part of the model's parameters that a box has, or of what its colour means the cost; None draws no bar."""
    amount, part = (box.value, box.part) if diagram.coloring in MEASURES else (box.parameters, box.share)
    return None if part is None or not amount else part if 0 <= part <= 1 else 0.0


def natural_width(content: Content) -> float:
    if content.label is not None:
        lines = [text_width(line[:200], NOTE) for line in content.label.split("\n")[:LABEL_LINES]]
        return content.left + max(lines) + RIGHT
    shared = ring_width(content.shared) + 6 if content.shared else 0
    badge = content.badge + 8 if content.badge else 0
    name, kind = text_width(content.both, NAME) + shared, text_width(content.kind, CLASS)
    if content.former and name > _BOTH_NAMES:
        name = max(text_width(f"{content.former} →", NAME), text_width(content.name, NAME) + shared)
    first = max(name + badge, kind) if content.narrow else side_by_side(name, kind) + badge
    shapes = [text_width(line, SHAPE) for line in content.shapes]
    second = side_by_side(shapes[0] if shapes else 0, text_width(content.parameters, NOTE))
    notes = [min(text_width(note, NOTE), 200) for note in content.notes]
    notes.append(sum(width for _, _, _, width in counted_pieces(content)))
    return content.left + max([first, second, *notes, *shapes]) + RIGHT


def counted_pieces(content: Content) -> Iterator[tuple[Fate | None, str, Face, float]]:
    """How many layers became what, as pieces of a line: what it says, text, face, and width with the gap behind."""
    if content.told is None:
        return
    for fate, text in sign_counts(content.told):
        yield fate, text, CLASS, text_width(text, CLASS) * 1.04 + 8
    text = f"of {layers_words(content.told)}"
    yield None, text, NOTE, text_width(text, NOTE)


def side_by_side(left: float, right: float) -> float:
    return left + GAP + right if left and right else left + right
