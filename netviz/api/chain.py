"""One sample through a model with all numbers: `netviz.trace("model.keras", [4])`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Literal

from netviz import __version__
from netviz.api.inspected import InspectedModel
from netviz.api.numbers import whole_number
from netviz.api.running import opened, require_inputs
from netviz.errors import UsageError
from netviz.render.plotting import Axes, Plot, checked_plot_style, plot

if TYPE_CHECKING:
    import keras

    from netviz.analysis.charts.chain_sums import Link
    from netviz.readers.live.outputs import Seen


def trace(
    source: str | os.PathLike[str] | keras.Model | InspectedModel,
    x: object,
    *,
    layers: str | Sequence[str] | None = None,
    sample: int = 0,
    limit: int = 24,
    resize: str = "bilinear",
    rescale: tuple[float, float] | None = None,
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
    0; `limit` is how many layers are drawn (0: all). `source`, `x`, `layers`, `resize`, `rescale`, `preprocess`,
    `trust` and `max_bytes` are as for `outputs`; the other arguments are those of all plots. The table has a line for
    each step, the picture an equation for each layer.

    Raises NetvizError, UsageError, LayerNotFound and MissingDependency as `outputs` does.
    """
    style = checked_plot_style(theme=theme, figsize=figsize, caption=caption, background=background, scale=scale)
    limit, sample = whole_number("limit", limit, 0), whole_number("sample", sample, 0)
    from netviz.readers.pictures import checked_preparation  # imports numpy

    preparation = checked_preparation(resize, rescale, preprocess)
    require_inputs(x)
    model, runner = opened(source, trust, max_bytes)

    from netviz.analysis.charts.chain_page import build_chain_chart, build_chain_sheet, chain_document
    from netviz.analysis.charts.chain_sums import Link
    from netviz.analysis.charts.outputs import calls_of, select_calls
    from netviz.readers.live.working import activated, compute_dtype, first_sample, is_activated, is_masked, weights_of
    from netviz.readers.samples import read_inputs

    wanted = calls_of(select_calls(model, layers))
    inputs = read_inputs(x, runner.entrances.ends, runner.entrances.optional, preparation, max_bytes)
    samples = next(one.count for one in inputs if one is not None)
    if sample >= samples:
        raise UsageError(f"there is no sample {sample}", f"They are numbered from 0 to {samples - 1}.")
    batch = [None if one is None else one.take(sample, sample + 1) for one in inputs]
    known = {layer.path: layer for layer in model.root.walk()}
    links: list[Link] = []

    def receive(seen: Seen) -> None:
        entering = first_sample(seen.operation, seen.arguments, seen.keywords)
        leaving = tuple(one[0].copy() if one.ndim else one.copy() for one in seen.outputs.values())
        own = weights_of(seen.operation)
        make = partial(activated, seen.operation)
        link = Link(
            seen.path,
            known.get(seen.layer),
            tuple(entering.values()),
            leaving,
            own,
            make,
            names=tuple(entering),
            dtype=compute_dtype(seen.operation),
            masked=is_masked(seen.arguments, seen.keywords),
            active=is_activated(seen.operation),
        )
        links.append(link)

    runner.run(batch, receive, wanted, scores=False)
    if not links:
        missing = runner.notes()
        raise UsageError(f"{model.name}: there is nothing to show", missing[0].message if missing else "")
    said = tuple(text for one in inputs if one is not None for text in one.said_of(sample))
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
