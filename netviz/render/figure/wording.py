"""The words that all styles share: axes, shapes, counts, families, what a pointer reads, what stands above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netviz.figures import Extent, Flow, Stage
from netviz.render.cells import count_text
from netviz.views import Family

FAMILY_WORDS: Mapping[Family, str] = {
    "input-output": "input", "convolution": "convolution", "normalisation": "normalisation", "activation": "activation",
    "pooling": "pooling", "dense": "dense", "recurrent": "recurrent", "attention": "attention",
    "reshaping": "reshaping", "merging": "merging", "regularisation": "regularisation",
    "preprocessing": "preprocessing", "model": "nested model", "unknown": "other",
}  # fmt: skip
"""What a legend calls the families."""

MERGE_WORDS: Mapping[str, str] = {
    "+": "addition", "−": "subtraction", "×": "product", "÷": "quotient", "·": "dot product", "concat": "concatenation",
    "max": "maximum", "min": "minimum", "mean": "average",
}  # fmt: skip
"""What a legend calls the signs of merges."""

LARGEST = 10**9
"""Axes from here on are written in short: no model can have them."""


def axis_text(axis: int | None) -> str:
    """An axis without separators, "None" for one of any length, as Keras writes it."""
    return str(axis) if axis is None or 0 <= axis < LARGEST else count_text(axis)


def shape_text(extent: Extent | None) -> str:
    """A shape without the batch axis as papers write it, 56×56×64; "1" for a scalar, "?" for an unknown one."""
    return "?" if extent is None else "×".join(map(axis_text, extent.shape)) or "1"


def size_text(spatial: Sequence[int | None], *, short: bool = False) -> str:
    """Spatial axes: 224×224; `short`: 224², 16×112²."""
    if short and None not in spatial:
        if len(spatial) in (2, 3) and len(set(spatial)) == 1:
            return f"{axis_text(spatial[0])}{'²³'[len(spatial) - 2]}"
        if len(spatial) == 3 and spatial[1] == spatial[2]:
            return f"{axis_text(spatial[0])}×{axis_text(spatial[1])}²"
    return "×".join(map(axis_text, spatial))


def counted(number: int | None, one: str, many: str = "") -> str:
    """A number with its noun: 1 layer, 2 layers, ? parameters."""
    noun = one if number == 1 else many or f"{one}s"
    return f"{'?' if number is None else count_text(number)} {noun}"


def caption_of(title: str, layers: int, parameters: int | None) -> str:
    """The line above a figure."""
    return f"{title}: {counted(layers, 'layer')}, {counted(parameters, 'parameter')}"


def remark_of(flow: Flow, most: int = 4) -> str:
    """The second line above a figure: what is not drawn, by class; "" where all is."""
    named = [name if count == 1 else f"{count} {name}" for name, count in flow.omitted_classes]
    more = sum(count for _, count in flow.omitted_classes[most:])
    return f"not drawn: {', '.join([*named[:most], *([f'{more} more'] if more else [])])}" if named else ""


def presence_text(stage: Stage) -> str:
    """Which of the repeats around it have a stage: "1st only", "2 of 3"; "" for all."""
    if stage.present is None:
        return ""
    return "1st only" if stage.first_only else f"{stage.present[0]} of {stage.present[1]}"


def title_of(stage: Stage) -> str:
    """What a pointer reads at a stage: its layers with their classes, shapes, arguments, parameters, line by line."""
    named = zip(stage.names, stage.classes, strict=False)
    lines = [f"{name} ({class_name})" if class_name else name for name, class_name in named]
    ends = [", ".join(map(shape_text, one)) for one in (stage.inputs, stage.outputs) if one]
    lines.append(" → ".join(ends))
    lines.append(" ".join((*stage.details, stage.activation)).strip())
    if stage.parameters != 0:
        lines.append(counted(stage.parameters, "parameter"))
    if stage.shared:
        lines.append(f"shared: {stage.shared}")
    if stage.present:
        lines.append(f"in {stage.present[0]} of {stage.present[1]} repeats")
    return "\n".join(line for line in lines if line)
