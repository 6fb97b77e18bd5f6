"""Shapes as figures need them: spatial axes told from channels, and the windows that slide over them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from netviz.analysis.figure.quiet import wrapped
from netviz.analysis.figure.stations import Plan
from netviz.analysis.subjects import family_of
from netviz.figures import Extent, Window
from netviz.model import Config, Layer, Shape

FIRST = frozenset({"channels_first", "th"})
"""What layers with channels in front state: `data_format`, in Keras 1 `dim_ordering`."""

ANEW = frozenset({"Reshape", "Permute", "Embedding", "Transpose", "Dense"})
"""Layers behind which the order of axes is not that of before."""


def extent_of(shape: Shape | None, channels_first: bool = False) -> Extent | None:
    """The shape (with its batch axis) told apart, None for an unknown one."""
    if shape is None:
        return None
    axes = tuple(shape[1:])
    if not axes:
        return Extent((), (), None)
    if channels_first and len(axes) > 1:
        return Extent(axes, axes[1:], axes[0])
    return Extent(axes, axes[:-1], axes[-1])


def window_of(layer: Layer) -> Window | None:
    """The window of a convolution, a pooling, or what is wrapped of them; None for any other layer."""
    inside = wrapped(layer)
    if inside is not None:
        return window_of(inside)
    name, config = layer.class_name or "", layer.config
    digits = re.search(r"([123])D", name)
    if digits is None or not _slides(layer):
        return None
    rank = int(digits[1])
    size = _numbers(config, rank, "kernel_size", "pool_size", "filter_length", "pool_length")
    if size is None:
        rows, columns = config.get("nb_row"), config.get("nb_col")
        size = (rows, columns) if rank == 2 and isinstance(rows, int) and isinstance(columns, int) else None
    if size is None:
        return None
    unit = (1,) * rank
    pools = family_of(layer) == "pooling"
    return Window(
        size,
        _numbers(config, rank, "strides", "stride", "subsample", "subsample_length") or (size if pools else unit),
        _numbers(config, rank, "dilation_rate", "atrous_rate") or unit,
        str(config.get("padding", config.get("border_mode", "valid"))),
        "Transpose" in name or name.startswith("Deconvolution"),
    )


def _slides(layer: Layer) -> bool:
    return family_of(layer) in ("convolution", "pooling") or (layer.class_name or "").startswith("ConvLSTM")


def _numbers(config: Config, rank: int, *keys: str) -> tuple[int, ...] | None:
    """The whole numbers under the first of the keys that is set, one per axis; None for anything else."""
    for key in keys:
        value = config.get(key)
        values = tuple(value) if isinstance(value, list | tuple) else (value,) * rank
        if len(values) == rank and all(isinstance(one, int) and not isinstance(one, bool) for one in values):
            return tuple(one for one in values if isinstance(one, int))
    return None


def _stated(layer: Layer) -> bool | None:
    """Whether a layer says that channels stand in front, None where it says nothing."""
    inside = wrapped(layer)
    value = (inside or layer).config.get("data_format", layer.config.get("dim_ordering"))
    return value in FIRST if isinstance(value, str) else None


def channels_in_front(plan: Plan) -> Mapping[str, bool]:
    """By station whether its channels are the first axis: as its layers say, else as what it reads, or is read by."""
    before: dict[str, list[str]] = {}
    behind: dict[str, list[str]] = {}
    for line in plan.lines:
        before.setdefault(line.head, []).append(line.tail)
        behind.setdefault(line.tail, []).append(line.head)
    own: dict[str, bool | None] = {}
    for station in plan.stations:
        layers = [node.layer for node in reversed(station.nodes) if node.layer]
        said = next((stated for layer in layers if (stated := _stated(layer)) is not None), None)
        own[station.id] = False if said is None and any(layer.class_name in ANEW for layer in layers) else said
    found: dict[str, bool] = {}
    for station in plan.stations:
        said = own[station.id]
        if said is None:
            said = next((found[tail] for tail in before.get(station.id, ()) if tail in found), None)
        if said is None:
            said = next((stated for head in behind.get(station.id, ()) if (stated := own.get(head)) is not None), False)
        found[station.id] = said
    return found
