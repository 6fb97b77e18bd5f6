"""What every layer gives: `netviz.outputs("model.keras", x)`, as arrays, as pictures and as a table of health."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from netviz import __version__
from netviz.api.inspected import InspectedModel
from netviz.api.numbers import whole_number
from netviz.api.running import opened, require_inputs
from netviz.artifact import Artifact
from netviz.errors import UsageError
from netviz.model import Note
from netviz.render.plotting import Axes, Plot, PlotStyle, checked_plot_style, plot
from netviz.render.sheet import sheet_artifact

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from netviz.analysis.charts.outputs import Outputs as Gathered
    from netviz.charts import Chart
    from netviz.readers.live.outputs import Runner, Seen
    from netviz.readers.samples import Samples

    Array = NDArray[np.generic]

PICTURES = ("auto", "histograms", "values")

Progress = Callable[[int, int], None]
"""Called with how many samples, or pictures, are done and how many there are."""


def outputs(
    source: str | os.PathLike[str] | keras.Model | InspectedModel,
    x: object,
    *,
    layers: str | Sequence[str] | None = None,
    statistics: bool = False,
    scores: bool = True,
    picture: str = "auto",
    limit: int = 64,
    batch_size: int = 32,
    resize: str = "bilinear",
    rescale: tuple[float, float] | None = None,
    preprocess: Literal["caffe", "tf", "torch"] | None = None,
    trust: bool = False,
    max_bytes: int | None = None,
    progress: Progress | None = None,
    ax: Axes = None,
    figsize: tuple[float, float] | None = None,
    theme: str = "light",
    caption: bool = True,
    background: bool = True,
    scale: float = 2.0,
) -> Outputs:
    """What each call of each layer gives for `x`, at any depth, seen in one run of the model on any backend of Keras.

    `source` is a live model, which stays as it is, or a file, which Keras loads as `inspect(load=True)` does, with the
    same refusal of dangerous ones unless `trust` is given. `x` is an array, a list of one for each input, a dict by the
    inputs' names, or a path: a .npy, .npz, .csv or .txt file, a picture, a folder of pictures; or numbers as "1,2,3".
    A missing batch axis is added. Pictures are made to fit by `resize` ("bilinear", "nearest", "bicubic", "lanczos",
    "none"), and become grey or coloured as the model has channels. `rescale` scales values from 0…255 to the two
    numbers given, `preprocess` does what `keras.applications` does under these names; else values
    stay as they are.

    `.data` maps each call's path ("encoder/dense", "shared#2" for the second call of a layer) to its values, batches
    joined; a call with several outputs has each under "path[0]", "path[1]", …, and attention layers have their scores
    under "path:scores" (but for `scores=False`). Arrays may be read-only. With `statistics` no values are kept and
    memory does not grow with their number: `.data` has figures in place of arrays. `layers` names the calls to show, by
    name, path, class, range "first..last" or regular expression; "path:scores" those scores alone.

    The table has the health of each: extremes, mean and deviation, the shares of zeros, of dead units (that give the
    same for all samples and places) and of saturated values, the scale, NaN and infinities; `.notes` say what stands
    out. The picture is a page of histograms over the depth, or with `layers` the values of the first sample; which one
    `picture` chooses ("auto", "histograms", "values"); `limit` is how many outputs are drawn, and how many channels of
    feature maps (0: all). `.plot(path)` draws one.
    `save` writes a folder of all this to a path without suffix. `batch_size` samples run at a time, `progress` is
    called with the samples done and in all. `max_bytes` raises the limit to the values kept, and that of `inspect`.

    Raises NetvizError where the source or the input cannot be read or the model fails, UsageError for an input of
    another shape and a choice that there is not, LayerNotFound for a layer that there is not, MissingDependency
    without Keras.
    """
    style = checked_plot_style(theme=theme, figsize=figsize, caption=caption, background=background, scale=scale)
    if picture not in PICTURES:
        raise UsageError(f"no picture {picture!r} of outputs", f"The choices are {', '.join(PICTURES)}.")
    if statistics and picture == "values":
        raise UsageError("with statistics no values are kept to draw", "Leave out one of the two.")
    limit, batch_size = whole_number("limit", limit, 0), whole_number("batch_size", batch_size, 1)
    from netviz.readers.pictures import checked_preparation  # imports numpy

    preparation = checked_preparation(resize, rescale, preprocess)
    require_inputs(x)
    model, runner = opened(source, trust, max_bytes)

    from netviz.analysis.charts.outputs import health_notes, new_outputs, select_calls
    from netviz.analysis.charts.outputs_page import build_outputs_page
    from netviz.analysis.charts.outputs_pictures import build_values_page
    from netviz.analysis.charts.outputs_table import build_outputs_sheet, outputs_document
    from netviz.analysis.charts.outputs_table import statistics as figures
    from netviz.analysis.gathering import Counted, Kept
    from netviz.readers.samples import read_inputs

    wanted = select_calls(model, layers)
    inputs = read_inputs(x, runner.entrances.ends, runner.entrances.optional, preparation, max_bytes)
    samples = next(one.count for one in inputs if one is not None)
    gathered = new_outputs(model, whole=wanted is None)
    sink: Kept | Counted = Counted(gathered) if statistics else Kept(gathered, samples, max_bytes)
    with sink.counting() if isinstance(sink, Counted) else nullcontext():
        _run(runner, inputs, samples, batch_size, sink, wanted, scores, progress)
    values, more = sink.values() if isinstance(sink, Kept) else ({}, [])
    missing = [note for note in runner.notes() if wanted is None or _concerns(note, wanted)]
    if not values and not gathered.found:
        why = missing[0].message if missing else "The model called none of them, or they give no such thing."
        raise UsageError(f"{model.name}: there are no outputs to show", why)
    said = tuple(text for one in inputs if one is not None for text in one.said)

    @cache
    def counted() -> Gathered:
        if isinstance(sink, Kept):
            return sink.count(values)
        return gathered

    @cache
    def notes() -> tuple[Note, ...]:
        return (*health_notes(counted()), *more, *missing)

    def chart() -> Chart:
        if not statistics and (picture == "values" or (picture == "auto" and layers is not None)):
            return build_values_page(counted(), values, samples, said, limit)
        return build_outputs_page(counted(), samples, said, limit)

    def document() -> dict[str, Any]:
        return outputs_document(counted(), samples, said, notes(), __version__)

    def data() -> object:
        if not statistics:
            return dict(values)
        return {name: figures(gathered, one, samples) for name, one in gathered.found.items()}

    sheet = partial(_sheet, counted, samples, said, notes, build_outputs_sheet)
    made = plot(model.name, chart, style, sheet, document, ax)
    return Outputs(
        made.name,
        made.formats,
        data,
        partial(_typeset, model.name, sheet, document),
        made.shown,
        made.load_figure,
        said=said,
        load_notes=notes,
        _gathered=counted,
        _values=values,
        _samples=samples,
        _style=style,
        _limit=limit,
    )


def _run(
    runner: Runner,
    inputs: Sequence[Samples | None],
    samples: int,
    batch_size: int,
    sink: Any,
    wanted: frozenset[str] | None,
    scores: bool,
    progress: Progress | None,
) -> None:
    """Runs the model batch by batch; what it gives goes to the sink."""
    from netviz.analysis.activity import Activity
    from netviz.analysis.charts.outputs import calls_of

    for begin in range(0, samples, batch_size):
        end = min(begin + batch_size, samples)
        batch = [None if one is None else one.take(begin, end) for one in inputs]
        fed = [one for one in batch if one is not None]
        for source, array in zip(inputs, batch, strict=True):
            if source is not None and array is not None:
                sink.outputs.inputs.setdefault(source.name, Activity(axis=None)).take(array)

        def receive(seen: Seen, fed: list[Any] = fed) -> None:
            for name, values in seen.outputs.items():
                if wanted is not None and not {name, seen.path} & wanted:
                    continue
                sink.take(name, seen.path, seen.layer, values, fed)

        runner.run(batch, receive, calls_of(wanted), scores)
        if hasattr(sink, "end_batch"):
            sink.end_batch(end)
        if progress is not None:
            progress(end, samples)


def _concerns(note: Note, wanted: frozenset[str]) -> bool:
    """Whether a note on calls that were not seen speaks of one that was asked for."""
    return any(path.removesuffix(":scores") in note.message for path in wanted)


def _sheet(counted: Any, samples: int, said: Any, notes: Any, build: Any, spared: Sequence[str] = ()) -> Any:
    return build(counted(), samples, said, notes(), spared)


def _typeset(name: str, sheet: Any, document: Any, width: int | None = None, color: bool = False) -> str:
    from netviz.analysis.charts.outputs_table import NARROWER

    narrower = [partial(sheet, spared=spared) for spared in NARROWER]
    return sheet_artifact(name, sheet(), document, narrower).text(width=width, color=color)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Outputs(Plot):
    """What the calls of a model gave: `.data` by path, `.plot(path)` as pictures, `.notes` on their health.

    `said` is what was done to the input to make it fit.
    """

    said: tuple[str, ...] = ()
    load_notes: Callable[[], tuple[Note, ...]] = tuple
    _gathered: Callable[[], Any] | None = None
    _values: Mapping[str, Any] | None = None
    _samples: int = 0
    _style: PlotStyle | None = None
    _limit: int = 64

    @property
    def data(self) -> Mapping[str, Any]:
        """By the call's path the values as a numpy array, batch axis first; or figures, where none were kept."""
        found: Any = self.load_data()
        return found  # type: ignore[no-any-return]

    @property
    def notes(self) -> tuple[Note, ...]:
        """What stands out (NaN, dead units, saturation, drift), and which calls could not be seen."""
        return self.load_notes()

    @property
    def paths(self) -> tuple[str, ...]:
        """The names of all outputs, in the order of execution."""
        assert self._gathered is not None
        return tuple(self._values or self._gathered().found)

    def plot(self, path: str, *, sample: int = 0, ax: Axes = None) -> Plot:
        """The picture of what one call gave for one sample (from 0): maps, a sequence, a vector, scores.

        Raises LayerNotFound for an output that there is not, UsageError for such a sample, or where no values were
        kept.
        """
        from netviz.analysis.charts.outputs import find_output
        from netviz.analysis.charts.outputs_pictures import build_output_chart, sample_of
        from netviz.analysis.charts.outputs_table import build_outputs_sheet

        assert self._gathered is not None and self._style is not None
        gathered = self._gathered()
        name = find_output(gathered.found, path, gathered.model.name)
        if not self._values:
            raise UsageError("no values were kept to draw", "Leave out statistics.")
        sample = whole_number("sample", sample, 0, self._samples - 1)
        one = gathered.found[name]
        values = sample_of(self._values[name], sample, self._samples)
        alone = replace(gathered, found={name: one})
        sheet = partial(build_outputs_sheet, alone, self._samples, self.said, ())

        def document() -> object:
            return {"schema": 1, "netviz": __version__, "output": name, "sample": sample, "values": values.tolist()}

        chart = partial(build_output_chart, one, values, sample, self._samples, self._limit)
        return plot(f"{gathered.model.name} {name}", chart, self._style, sheet, document, ax)

    def save(
        self, path: str | os.PathLike[str], format: str | None = None, *, progress: Progress | None = None
    ) -> Path:
        """Writes to `path`, by its suffix: .npz all values, .json their figures, .svg, .png, .pdf the picture, …

        A path without suffix is a folder of all: an overview, the health, a picture of each call for the first sample,
        the values. It is there as a whole or not at all, and a folder with other things in it is left alone.
        `progress` is called with the pictures done and in all.
        """
        from netviz.api import folders

        target = Path(path)
        if format == "npz" or (format is None and target.suffix.lower() == ".npz"):
            return folders.save_arrays(self._arrays(), target)
        if format is None and not target.suffix:
            return folders.save_folder(target, self._files(), progress)
        return Artifact.save(self, path, format)

    def _arrays(self) -> Mapping[str, Any]:
        if not self._values:
            raise UsageError("no values were kept to write", "Leave out statistics, or write .json, .csv or .svg.")
        return self._values

    def _files(self) -> list[tuple[str, str, Callable[[], str | bytes]]]:
        """Name, what it is and how it is made, of each file in a folder."""
        from netviz.api import folders

        files: list[tuple[str, str, Callable[[], str | bytes]]] = [
            ("overview.svg", "overview", self._overview),
            ("health.csv", "health", self.formats["csv"]),
            ("health.txt", "health", self.formats["table"]),
            ("statistics.json", "statistics", self.formats["json"]),
        ]
        if self._values:
            files.append(("outputs.npz", "values", partial(folders.arrays_to_npz, self._values)))
            for number, name in enumerate(self._values, 1):
                file = folders.file_name(number, len(self._values), name)
                files.append((f"layers/{file}.png", name, partial(self._picture, name)))
        return files

    def _overview(self) -> str | bytes:
        from netviz.analysis.charts.outputs_page import build_outputs_page

        assert self._gathered is not None and self._style is not None
        chart = partial(build_outputs_page, self._gathered(), self._samples, self.said, self._limit)
        return plot(self.name, chart, self._style, lambda: None, self.load_data).to("svg")  # type: ignore[arg-type, return-value]

    def _picture(self, name: str) -> str | bytes:
        return self.plot(name).to("png")
