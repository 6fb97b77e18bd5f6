"""What stands beside the feature maps of a LeNet figure: sizes at the maps, the operation between two of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from netviz.figures import Extent, Field, Flow, Stage
from netviz.render.cells import count_text
from netviz.render.escape import visible
from netviz.render.figure.look import Look, lines_of, width_of
from netviz.render.figure.picture import Paint

SHOWN: tuple[Field, ...] = ("size", "channels", "class", "details")
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
    "Dropout": "dropout", "Add": "add", "Concatenate": "concatenate", "Multiply": "multiply", "InputLayer": "input",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text to be placed."""

    text: str
    size: float
    paint: Paint = "ink"
    bold: bool = False

    @property
    def width(self) -> float:
        return width_of(self.text, self.size, bold=self.bold)

    @property
    def height(self) -> float:
        return self.size * 1.22


@dataclass(frozen=True, slots=True)
class Words:
    """The lines at a stage's maps, and those of the operation that makes them."""

    label: tuple[Line, ...]
    operation: tuple[Line, ...]


def extent_of(lines: Sequence[Line]) -> tuple[float, float]:
    """Width and height of lines below each other."""
    return max((line.width for line in lines), default=0.0), sum(line.height for line in lines)


def words_of(stage: Stage, look: Look, room: float) -> Words:
    """All that is written beside a stage; names are broken or elided to `room` pixels."""
    label: list[Line] = []
    operation: list[Line] = []
    text = f"{stage.family}-text"
    if stage.kind == "input" and "name" not in look.show:
        label.append(Line("input", look.small, "muted"))
    if "name" in look.show and stage.names:
        label += [
            Line(part, look.size, "ink", True) for part in lines_of(stage.names[0], look.size, room, 2, bold=True)
        ]
    if size := size_text(stage.output, look.show):
        label.append(Line(size, look.size))
    if "class" in look.show and stage.kind != "input":
        operation += [Line(part, look.size, text) for part in lines_of(operation_of(stage), look.size, room, 2)]
    if "details" in look.show and stage.kind != "input":
        words = " ".join(visible(part) for part in stage.details)
        operation += [Line(part, look.small, "muted") for part in lines_of(words, look.small, room, 2)]
    if "activation" in look.show and stage.activation:
        operation += [Line(part, look.small, "muted") for part in lines_of(stage.activation, look.small, room, 1)]
    if "parameters" in look.show and stage.parameters != 0:
        words = "? parameters" if stage.parameters is None else f"{count_text(stage.parameters)} parameters"
        operation += [Line(part, look.small, "muted") for part in lines_of(words, look.small, room, 2)]
    return Words(tuple(label), tuple(operation))


def size_text(extent: Extent | None, show: Collection[Field]) -> str:
    """Channels and size as the first such figure wrote them: 6@28×28. The whole shape where that is asked for."""
    if "output" in show:
        return "?" if extent is None else "×".join(map(_axis, extent.shape)) or "1"
    if extent is None:
        return "?" if "size" in show or "channels" in show else ""
    parts = [_axis(extent.channels)] if "channels" in show else []
    if extent.spatial and "size" in show:
        parts.append("×".join(map(_axis, extent.spatial)))
    return "@".join(parts)


def operation_of(stage: Stage) -> str:
    """What makes the stage's output, in words; the class of a layer that there is no word for."""
    if stage.kind == "merge" and stage.sign:
        return stage.sign
    name = (stage.classes[0] if stage.classes else None) or "?"
    if name in PLAIN_OPERATIONS:
        return PLAIN_OPERATIONS[name]
    transposed = name.endswith("Transpose")
    stem = name.removesuffix("Transpose")
    if stem[-2:] in ("1D", "2D", "3D") and stem[:-2] in OPERATIONS:
        return ("transposed " if transposed else "") + OPERATIONS[stem[:-2]]
    return name


def title_of(stage: Stage) -> str:
    """What a pointer reads: the layers as they are called, shapes, parameters."""
    named = zip(stage.names, stage.classes, strict=False)
    lines = [f"{name} ({class_name})" if class_name else name for name, class_name in named]
    shapes = [_shape(extent) for extent in stage.inputs], [_shape(extent) for extent in stage.outputs]
    lines.append(" → ".join(", ".join(one) for one in shapes if one))
    lines += [" ".join(stage.details)] if stage.details else []
    lines += [stage.activation] if stage.activation else []
    if stage.parameters is None:
        lines.append("? parameters")
    elif stage.parameters:
        lines.append(f"{count_text(stage.parameters)} parameters")
    return "\n".join(line for line in lines if line)


def caption_of(flow: Flow) -> str:
    """The line above the figure."""
    parameters = "" if flow.parameters is None else f", {count_text(flow.parameters)} parameters"
    return f"{flow.title}: {flow.layers:,} {'layer' if flow.layers == 1 else 'layers'}{parameters}"


def _shape(extent: Extent | None) -> str:
    return "?" if extent is None else "(" + ", ".join(map(_axis, extent.shape)) + ")"


def _axis(value: int | None) -> str:
    return "?" if value is None else str(value)
