"""What a model costs to run: `netviz.cost("model.keras")`, its totals, its table and its plot over the depth."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING

from netviz import __version__
from netviz.analysis.amounts import MOST_FLOAT, short
from netviz.analysis.charts.cost_table import NARROWER, PICTURES, build_cost_sheet, cost_document
from netviz.analysis.cost import cost_model
from netviz.analysis.cost.results import LayerCost, ModelCost
from netviz.api.inspected import InspectedModel, inspect
from netviz.api.numbers import whole_number
from netviz.errors import LayerNotFound, UsageError
from netviz.render.plotting import Axes, Plot, checked_plot_style, plot
from netviz.render.sheet import sheet_artifact

if TYPE_CHECKING:
    import keras

    from netviz.charts import Chart


def cost(
    source: str | os.PathLike[str] | keras.Model | InspectedModel,
    *,
    batch: int = 1,
    input_shape: object = None,
    picture: str = "page",
    limit: int = 16,
    load: bool = False,
    trust: bool = False,
    architecture: str | os.PathLike[str] | None = None,
    max_bytes: int | None = None,
    ax: Axes = None,
    figsize: tuple[float, float] | None = None,
    theme: str = "light",
    caption: bool = True,
    background: bool = True,
    scale: float = 2.0,
) -> Cost:
    """What a model costs to run: multiply-accumulates, operations, memory and receptive fields, in total and by layer.

    `.macs` counts multiply-accumulates of convolutions and matrix products, without biases; `.flops` all floating-point
    operations, two for each of these, as TensorFlow's profiler does. `.activation_bytes` is the most that outputs take
    at one time at inference, each kept until its last use, `.training_bytes` what all of them take, kept for the
    gradients; `.weight_bytes` what the weights take. `.layers` has each layer, `["conv1"]` one by its path or name.
    Totals count what is known: where `.exact` is False they are "at least", and `.unknown` has the paths of the layers
    of which something is not known, each with its `reason`.

    `batch` is how many samples go in at a time. `input_shape` says what axes the model leaves open are, batch first:
    one shape such as (1, 224, 224, 3), a list of one for each input, or a dict by the inputs' names; None leaves an
    axis as it is.

    The table has a row for each layer. `picture` is "macs" (MACs over the depth), "share" (how they and the weights add
    up), "memory" (what is alive while each call runs), "layers" (the `limit` costliest by name; 0: all), or "page":
    all four.
    `source`, `load`, `trust`, `architecture` and `max_bytes` are as for `inspect`; the other arguments are those of
    all plots.

    Raises NetvizError where the source cannot be read, UsageError for a batch or shape that does not fit the model, for
    a picture that there is not, and for a `figsize` in which it could not be read.
    """
    if picture not in PICTURES:
        raise UsageError(f"no picture {picture!r} of costs", f"The choices are {', '.join(PICTURES)}.")
    style = checked_plot_style(theme=theme, figsize=figsize, caption=caption, background=background, scale=scale)
    limit = whole_number("limit", limit, 0)
    net = inspect(source, load=load, trust=trust, architecture=architecture, max_bytes=max_bytes)
    model, found = net.model, cost_model(net.model, batch=batch, input_shape=input_shape)

    def chart() -> Chart:
        from netviz.analysis.charts.cost import build_cost_chart  # imports numpy

        return build_cost_chart(model, found, limit or None, picture)

    sheet = cache(partial(build_cost_sheet, model, found))
    narrower = [partial(build_cost_sheet, model, found, spared) for spared in NARROWER]
    document = partial(cost_document, found, __version__)

    def text(width: int | None = None, color: bool = False) -> str:
        return sheet_artifact(model.name, sheet(), document, narrower).text(width=width, color=color)

    made = plot(model.name, chart, style, sheet, document, ax)
    return Cost(made.name, made.formats, document, text, made.shown, made.load_figure, found, _by_name(found))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cost(Plot):
    """What a model costs: totals, `.layers`, `["path"]`; a table, data and a plot."""

    result: ModelCost | None = None
    by_name: Mapping[str, LayerCost] = field(default_factory=dict)

    @property
    def _found(self) -> ModelCost:
        assert self.result is not None
        return self.result

    @property
    def macs(self) -> int:
        """Multiply-accumulates of convolutions and matrix products, without biases."""
        return self._found.macs

    @property
    def flops(self) -> int:
        """Floating-point operations, two for each multiply-accumulate."""
        return self._found.flops

    @property
    def activation_bytes(self) -> int:
        """The most that outputs take at one time at inference."""
        return self._found.activation_bytes

    @property
    def training_bytes(self) -> int:
        """What all outputs take that are kept for the gradients."""
        return self._found.training_bytes

    @property
    def weight_bytes(self) -> int:
        """What the weights take, each stored variable once."""
        return self._found.weight_bytes

    @property
    def peak_at(self) -> str:
        """The path of the layer that runs when the outputs take most."""
        return self._found.peak_at

    @property
    def inputs(self) -> dict[str, tuple[int | None, ...] | None]:
        """The shapes that all this holds for, by the names of the inputs."""
        return dict(self._found.inputs)

    @property
    def exact(self) -> bool:
        """Whether all is known; else every total is a lower bound."""
        return self._found.exact

    @property
    def unknown(self) -> tuple[str, ...]:
        """The paths of the layers of which something is not known; `["path"].reason` says why."""
        return self._found.unknown

    @property
    def layers(self) -> tuple[LayerCost, ...]:
        """What each layer costs, depth first; the layers inside of one are counted in it."""
        return self._found.layers

    def __getitem__(self, name: str) -> LayerCost:
        """The layer with that path, else the first with that name; raises LayerNotFound, a KeyError."""
        found = self.by_name.get(name)
        if found is not None:
            return found
        near = difflib.get_close_matches(str(name), [layer.path for layer in self.layers], n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else ""
        raise LayerNotFound(f"no layer named {name!r} in {self.name}", hint)

    def __iter__(self) -> Iterator[LayerCost]:
        return iter(self.layers)

    def __repr__(self) -> str:
        least = "" if self.exact else "at least "
        return f"<cost of {self.name!r}: {least}{_count(self.macs)} MACs, {least}{_count(self.flops)} FLOPs>"


def _by_name(cost: ModelCost) -> Mapping[str, LayerCost]:
    """The layers by their paths, and by their names where these are no paths: of several the first."""
    backwards = cost.layers[::-1]
    return {layer.name: layer for layer in backwards} | {layer.path: layer for layer in backwards}


def _count(value: int) -> str:
    """All digits of a count, or of one that no model can have how many."""
    return f"{value:,}" if value < MOST_FLOAT else short(value)
