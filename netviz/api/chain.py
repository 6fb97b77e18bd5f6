"""One sample through a model with all numbers: `netviz.trace("model.keras", [4])`."""

from __future__ import annotations

import builtins
import os
from collections.abc import Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Literal

from netviz import __version__
from netviz.api.inspected import InspectedModel
from netviz.api.running import opened
from netviz.errors import UsageError
from netviz.render.plotting import Axes, Plot, checked_plot_style, plot

if TYPE_CHECKING:
    import keras

    from netviz.analysis.charts.chain import Link
    from netviz.readers.live.outputs import Seen


def trace(
    source: str | os.PathLike[str] | keras.Model | InspectedModel,
    x: object,
    *,
    layers: str | Sequence[str] | None = None,
    sample: int = 0,
    limit: int | None = 64,
    resize: str = "bilinear",
    range: tuple[float, float] | None = None,
    preprocess: Literal["caffe", "tf", "torch"] | None = None,
    trust: bool = False,
    max_bytes: int | None = None,
    ax: Axes = None,
    figsize: tuple[float, float] | None = None,
    theme: str = "light",
    caption: bool = True,
    background: bool = True,
    scale: float = 2.0,
) -> Plot:
    """What each layer does with one sample, worked out: input → x · kernel + bias → activation → output.

    Of a Dense layer the sums are shown with their numbers, of a convolution the one in the middle of its output, of a
    BatchNormalization that of the first number; of other layers what they do, what goes in and what comes out. All are
    compared with what Keras computed, and a line says so where they differ. `sample` is the number of the sample, from
    0; `limit` is how many layers are drawn (None: all). `source`, `x`, `layers`, `resize`, `range`, `preprocess`,
    `trust` and `max_bytes` are as for `outputs`; the other arguments are those of all plots. The table has a line for
    each step, the picture an equation for each layer.

    Raises NetvizError, UsageError, LayerNotFound and MissingDependency as `outputs` does.
    """
    style = checked_plot_style(theme=theme, figsize=figsize, caption=caption, background=background, scale=scale)
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise UsageError(f"limit {limit!r} is not possible", "Give a number from 1.")
    from netviz.readers.pictures import checked_preparation  # imports numpy

    preparation = checked_preparation(resize, range, preprocess)
    model, runner = opened(source, trust, max_bytes)

    from netviz.analysis.charts.chain import Link
    from netviz.analysis.charts.chain_page import build_chain_chart, build_chain_sheet, chain_document
    from netviz.analysis.charts.outputs import select_calls
    from netviz.readers.live.working import activated, first_sample, weights_of
    from netviz.readers.samples import read_inputs

    wanted = select_calls(model, layers)
    inputs = read_inputs(x, runner.entrances.ends, runner.entrances.optional, preparation, max_bytes)
    samples = next(one.count for one in inputs if one is not None)
    if isinstance(sample, bool) or not isinstance(sample, int) or sample not in builtins.range(samples):
        raise UsageError(f"there is no sample {sample!r}", f"They are numbered from 0 to {samples - 1}.")
    batch = [None if one is None else one.take(sample, sample + 1) for one in inputs]
    known = {layer.path: layer for layer in model.root.walk()}
    links: list[Link] = []

    def receive(seen: Seen) -> None:
        entering = first_sample((seen.arguments, dict(seen.keywords)))
        leaving = tuple(one[0].copy() if one.ndim else one.copy() for one in seen.outputs.values())
        own = weights_of(seen.operation)
        make = partial(activated, seen.operation)
        links.append(Link(seen.path, known.get(seen.layer), entering, leaving, own, make))

    runner.run(batch, receive, wanted, scores=False)
    if not links:
        missing = runner.notes()
        raise UsageError(f"{model.name}: there is nothing to show", missing[0].message if missing else "")
    said = tuple(text for one in inputs if one is not None for text in one.said)
    said += (f"sample {sample + 1} of {samples}",) if samples > 1 else ()
    notes = tuple(note for note in runner.notes() if wanted is None)
    return plot(
        model.name,
        partial(build_chain_chart, model.name, links, said, limit),
        style,
        cache(partial(build_chain_sheet, model.name, links, said, notes)),
        partial(chain_document, model.name, links, said, notes, __version__),
        ax,
    )
