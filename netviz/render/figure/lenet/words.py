"""What stands beside the feature maps of a LeNet figure: sizes at the maps, the operation between two of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from netviz.figures import Extent, Field, Stage
from netviz.render.escape import visible
from netviz.render.figure import wording
from netviz.render.figure.look import Look, width_of
from netviz.render.figure.marks import badge_size, ring_radius
from netviz.render.figure.picture import Paint

SHOWN: tuple[Field, ...] = ("size", "channels", "class", "details", "activation")
CAN_SHOW: tuple[Field, ...] = (
    "name", "class", "details", "activation", "size", "channels", "output", "parameters",
)  # fmt: skip

OPERATIONS = {
    "Conv": "convolution", "Convolution": "convolution", "SeparableConv": "separable convolution",
    "DepthwiseConv": "depthwise convolution", "LocallyConnected": "local connection",
    "MaxPool": "max pooling", "MaxPooling": "max pooling", "AveragePooling": "average pooling",
    "AvgPool": "average pooling", "GlobalMaxPooling": "global max pooling", "GlobalMaxPool": "global max pooling",
    "GlobalAveragePooling": "global average pooling", "GlobalAvgPool": "global average pooling",
    "UpSampling": "upsampling", "ZeroPadding": "zero padding", "Cropping": "cropping",
}  # fmt: skip
"""Classes in words, without the number of axes at their end."""

PLAIN_OPERATIONS = {
    "Dense": "full connection", "EinsumDense": "full connection", "Flatten": "flatten", "Reshape": "reshape",
    "Permute": "permute", "RepeatVector": "repeat", "Embedding": "embedding", "BatchNormalization": "normalisation",
    "LayerNormalization": "normalisation", "GroupNormalization": "normalisation", "Activation": "activation",
    "Dropout": "dropout", "InputLayer": "input", "MultiHeadAttention": "multi-head attention",
}  # fmt: skip

WRAPPERS = {
    "Bidirectional": "bidirectional", "TimeDistributed": "time-distributed",
    "SpectralNormalization": "spectrally normalised",
}  # fmt: skip
"""Wrappers as words before what they wrap."""


Mark = Literal["", "ring", "badge"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text to be placed, or the number in a `mark` of its own, which takes a `box`."""

    text: str
    size: float
    paint: Paint = "ink"
    bold: bool = False
    mark: Mark = ""
    box: tuple[float, float] = (0.0, 0.0)

    @property
    def width(self) -> float:
        return self.box[0] if self.mark else width_of(self.text, self.size, bold=self.bold)

    @property
    def height(self) -> float:
        return self.box[1] if self.mark else self.size * 1.22


def ring_line(number: int, look: Look) -> Line:
    """The number of a shared layer as a line of its own."""
    side = 2 * ring_radius(look) + 1.0
    return Line(str(number), look.small, mark="ring", box=(side, side + 3.0))


def badge_line(repeats: int, look: Look) -> Line:
    """The badge ×N as a line of its own."""
    wide, high = badge_size(repeats, look)
    return Line(str(repeats), look.small, mark="badge", box=(wide, high + 2.0))


@dataclass(frozen=True, slots=True)
class Words:
    """The lines at a stage's maps, and those of the operation that makes them."""

    label: tuple[Line, ...]
    operation: tuple[Line, ...]


def extent_of(lines: Sequence[Line]) -> tuple[float, float]:
    """Width and height of lines below each other."""
    return max((line.width for line in lines), default=0.0), sum(line.height for line in lines)


def words_of(stage: Stage, look: Look, room: float) -> Words:
    """All that is written beside a stage, in lines of `room` pixels, or more where a single word needs more."""

    def lines(text: str, most: int, small: bool, paint: Paint, bold: bool = False) -> list[Line]:
        size = look.small if small else look.size
        return [Line(part, size, paint, bold) for part in whole_lines(text, size, room, most, bold=bold)]

    label: list[Line] = []
    operation: list[Line] = []
    if stage.kind == "input" and "name" not in look.show:
        label.append(Line("input", look.small, "muted"))
    if "name" in look.show and stage.names:
        label += lines(stage.names[0], 3, False, "ink", True)
    if size := size_text(stage.output, look.show):
        label.append(Line(size, look.size))
        last = size_text(stage.last_outputs[0], look.show) if stage.last_outputs else size
        if last != size:
            label.append(Line(f"… {last}", look.size))
        elif stage.varies:
            label.append(Line("(varies)", look.small, "muted"))
    applied = stage.activation if "activation" in look.show else ""
    if "class" in look.show and stage.kind != "input":
        said = operation_of(stage)
        if stage.classes[:1] == ("Activation",) and applied:
            said = applied
        applied = "" if applied.lower() == said.lower() else applied
        operation += lines(said, 4, False, f"{stage.family}-text")
    if "details" in look.show and stage.kind != "input":
        operation += lines(" ".join(stage.details), 2, True, "muted")
    operation += lines(applied, 2, True, "muted")
    if "parameters" in look.show and stage.parameters != 0:
        operation += lines(wording.counted(stage.parameters, "parameter"), 2, True, "muted")
    if stage.present:
        operation += lines(wording.presence_text(stage), 1, True, "muted")
    if stage.shared and stage.kind != "input":
        operation.append(ring_line(stage.shared, look))
    return Words(tuple(label), tuple(operation))


def size_text(extent: Extent | None, show: Collection[Field]) -> str:
    """Channels and size as the first such figure wrote them: 6@28×28. The whole shape where that is asked for."""
    if "output" in show:
        return wording.shape_text(extent)
    if extent is None:
        return "?" if "size" in show or "channels" in show else ""
    parts = [wording.axis_text(extent.channels) if extent.shape else "1"] if "channels" in show else []
    if extent.spatial and "size" in show:
        parts.append(wording.size_text(extent.spatial))
    return "@".join(parts)


def operation_of(stage: Stage) -> str:
    """What makes the stage's output, in words; the class of a layer that there is no word for."""
    if stage.kind == "merge" and stage.sign:
        return wording.MERGE_WORDS.get(stage.sign, stage.sign)
    return _in_words((stage.classes[0] if stage.classes else None) or "?")


def _in_words(name: str) -> str:
    if name in PLAIN_OPERATIONS:
        return PLAIN_OPERATIONS[name]
    outer, opened, inner = name.partition("(")
    if opened and inner.endswith(")"):
        return f"{WRAPPERS.get(outer, outer)} {_in_words(inner[:-1])}"
    stem = name.removesuffix("Transpose")
    if stem[-2:] in ("1D", "2D", "3D") and stem[:-2] in OPERATIONS:
        return ("" if stem == name else "transposed ") + OPERATIONS[stem[:-2]]
    return name


_BREAKS = (r"(?<=\s)", r"(?<=[-_/:@|)])|(?=\()|(?<=[.,;])(?!\d)", r"(?<=[a-z0-9])(?=[A-Z][a-z])")
"""Where text may be broken, the best first: spaces, the separators of names, the humps of classes."""
_LONGER = 1.5
"""How much longer than the others a line may be that holds a single word."""
_MOST = 400
"""Characters of a text that are looked at."""


def whole_lines(text: str, size: float, room: float, most: int, *, bold: bool = False) -> tuple[str, ...]:
    """The text in at most `most` lines of `room` pixels, no word broken inside.

    A word that is too long gets half as much room again, and is elided in its middle where that is too little; so is
    the end of a text of too many lines.
    """
    shown = visible(text if len(text) <= _MOST else f"{text[: _MOST // 2]}…{text[-_MOST // 2 :]}").strip()
    if not shown:
        return ()
    words = [shown]
    for rule in _BREAKS:
        words = [part for word in words for part in re.split(rule, word)]
    longest = max(width_of(word.rstrip(), size, bold=bold) for word in words)
    limit = max(room, min(longest, room * _LONGER))

    def fits(part: str) -> bool:
        return width_of(part, size, bold=bold) <= limit

    lines = _fold(shown, fits, _BREAKS)
    if len(lines) <= most:
        return tuple(lines)
    kept = lines[: most - 1]
    start = 0
    for line in kept:
        start = shown.find(line, start) + len(line) if line in shown[start:] else start
    return (*kept, _elided(shown[start:].strip() or lines[-1], fits))


def _fold(text: str, fits: Callable[[str], bool], breaks: Sequence[str]) -> list[str]:
    if fits(text.rstrip()):
        return [text.rstrip()]
    if not breaks:
        return [_elided(text.rstrip(), fits)]
    lines: list[str] = []
    line = ""
    for piece in re.split(breaks[0], text):
        if fits((line + piece).rstrip()):
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        *full, line = _fold(piece, fits, breaks[1:])
        line += " " if piece.endswith(" ") else ""
        lines += full
    return [*lines, line.rstrip()] if line.strip() else lines


def _elided(text: str, fits: Callable[[str], bool]) -> str:
    """The text without its middle: as many characters of both ends as there is room for."""
    if fits(text):
        return text
    low, high = 0, len(text) - 1
    while low < high:
        kept = (low + high + 1) // 2
        low, high = (kept, high) if fits(_ends(text, kept)) else (low, kept - 1)
    return _ends(text, low)


def _ends(text: str, kept: int) -> str:
    tail = text[len(text) - kept // 2 :] if kept > 1 else ""
    while tail and unicodedata.combining(tail[0]):
        tail = tail[1:]
    return f"{text[: kept - kept // 2]}…{tail}"
