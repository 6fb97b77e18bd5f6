"""Two models held against each other: `netviz.diff("before.keras", "after.keras")`."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

from netviz import __version__
from netviz.api.inspected import InspectedModel, inspect
from netviz.artifact import Artifact
from netviz.errors import LayerNotFound, NetvizError, UsageError
from netviz.readers import reading
from netviz.render.drawing import Drawing, checked_style, drawing
from netviz.render.sheet import sheet_artifact

if TYPE_CHECKING:
    import keras

    from netviz.analysis.diff.results import Change, Comparison, LayerDiff, ModelDiff
    from netviz.analysis.health import Progress
    from netviz.views import Diagram, Sheet


def diff(
    a: str | os.PathLike[str] | keras.Model | InspectedModel,
    b: str | os.PathLike[str] | keras.Model | InspectedModel,
    *,
    structure_only: bool = False,
    ignore_names: bool = False,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    context: int = 1,
    unchanged: bool = False,
    theme: str = "light",
    direction: str = "TB",
    legend: bool = True,
    caption: bool = True,
    background: bool = True,
    scale: float = 2.0,
    load: bool = False,
    trust: bool = False,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> Diff:
    """What differs from model `a` to model `b`: layers, settings, shapes, dtypes, connections, and weights by value.

    Both are files of any format, or live models. Layers are matched by name and by structure, so that one which was
    renamed or moved is said to be that; weights are read piece by piece, whatever their size, and called identical,
    close (|a - b| <= `atol` + `rtol`·max(|a|, |b|)), permuted, transposed, pruned, quantised, or changed and by how
    much. `structure_only` leaves values alone; with `ignore_names` other names of layers and models are no
    difference, as where the same model was built twice in a session. `progress` is called with the bytes of values
    done and in all.

    The result is empty (`len(...) == 0`, false) where nothing differs. It can be had as table, markdown, json, csv,
    latex, as svg, png or pdf (both models in one graph), and as html with all of that. In the graph layers that are
    the same are closed into boxes, but for those at most `context` edges away from a change; `unchanged=True` draws
    all. `theme`, `direction`, `legend`, `caption`, `background` and `scale` are those of `netviz.graph` (the page is
    light or dark as the reader's system); `load`, `trust` and `max_bytes` are those of `inspect`, for both sides.

    Raises NetvizError where a source cannot be read, UsageError for a choice that there is not. Values that cannot be
    read are a difference ("unread"), with the reason.
    """
    from netviz.analysis.diff import diff_models

    style = checked_style(
        theme=theme, direction=direction, splines="spline", aspect="page", legend=legend, caption=caption,
        background=background, scale=scale, engine="embedded",
    )  # fmt: skip
    for name, value in (("rtol", rtol), ("atol", atol)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise UsageError(f"{name} {value!r} is no tolerance", "Give a number from 0, such as 1e-5.")
    if isinstance(context, bool) or not isinstance(context, int) or context < 0:
        raise UsageError(f"context {context!r} is not possible", "Give how many edges around a change to draw, from 0.")
    first, second = (inspect(source, load=load, trust=trust, max_bytes=max_bytes).model for source in (a, b))
    with reading(f"{first.source.path or first.name} and {second.source.path or second.name}"):
        result = diff_models(
            first, second, structure_only=structure_only, ignore_names=ignore_names, rtol=float(rtol), atol=float(atol),
            progress=progress,
        )  # fmt: skip

    @cache
    def diagram() -> Diagram:
        from netviz.analysis.diff.diagram import build_diff_diagram

        return build_diff_diagram(result, context=context, unchanged=unchanged)

    @cache
    def sheet() -> Sheet:
        from netviz.analysis.diff.sheet import build_diff_sheet

        return build_diff_sheet(result)

    def document() -> object:
        from netviz.analysis.diff.document import diff_document

        return diff_document(result, version=__version__)

    @cache
    def drawn() -> Drawing:
        return drawing(sheet().title, diagram(), style, sheet, document)

    def html() -> str:
        from netviz.render.differences import diff_to_page

        page_style = replace(style, theme="auto", caption=False)  # the page has its own title, and follows the reader
        try:
            graph = drawing(sheet().title, diagram(), page_style, sheet, document)
            return diff_to_page(sheet(), str(graph.to("svg")))
        except NetvizError as error:
            return diff_to_page(undrawn(error))

    def undrawn(error: NetvizError) -> Sheet:
        from netviz.analysis.diff.sheet import without_picture

        return without_picture(sheet(), error.sentences)

    tables = sheet_artifact(sheet().title, sheet(), document)

    def picture(format: str) -> str | bytes:
        return drawn().to(format)

    pictures: dict[str, Callable[[], str | bytes]] = {
        format: partial(picture, format) for format in ("svg", "png", "pdf", "dot")
    }

    def shown() -> str:
        from netviz.render.notebook import svg_to_notebook

        try:
            graph = "" if result.same else svg_to_notebook(str(picture("svg")))
        except NetvizError as error:
            return str(sheet_artifact(tables.name, undrawn(error), document).to("fragment"))
        return graph + str(tables.to("fragment"))

    def csv() -> str | bytes:
        from netviz.analysis.diff.sheet import differences_sheet

        return sheet_artifact(tables.name, differences_sheet(result), document).to("csv")

    formats = {**tables.formats, "html": html, "csv": csv, **pictures}
    return Diff(tables.name, formats, document, tables.typeset, {"text/html": shown}, result)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Diff(Artifact):
    """What differs between two models, to be asked, written and drawn; empty, and so false, where nothing does.

    Iterating gives the layers that differ, in order.
    """

    result: ModelDiff | None = None

    @property
    def same(self) -> bool:
        """Whether nothing differs of what was compared; `notes` say what was not."""
        return self._found.same

    @property
    def layers(self) -> tuple[LayerDiff, ...]:
        """Every layer of both models with its counterpart, those that are the same, too."""
        return self._found.layers

    @property
    def changes(self) -> tuple[Change, ...]:
        """What differs of the models themselves: name, inputs, outputs, what they were compiled with."""
        return self._found.changes

    @property
    def weights(self) -> tuple[Comparison, ...]:
        """The values of every weight held against those of its counterpart, identical ones, too."""
        return (*self._found.own_weights, *(one for layer in self._found.layers for one in layer.weights))

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be compared, and why."""
        return self._found.notes

    def __getitem__(self, name: str) -> LayerDiff:
        """The layer with that path in the second model, else in the first, else with that name in one of them.

        Raises LayerNotFound, a KeyError that lists near names.
        """
        for key in ("path", "name"):
            for which in ("b", "a"):
                for layer in self._found.layers:
                    side = getattr(layer, which)
                    if side is not None and getattr(side, key) == name:
                        return layer
        names = [side.path for layer in self._found.layers for side in (layer.b, layer.a) if side is not None]
        near = difflib.get_close_matches(str(name), names, n=3, cutoff=0.5)
        raise LayerNotFound(f"neither model has a layer {name!r}", f"Did you mean {' or '.join(near)}?" if near else "")

    def __iter__(self) -> Iterator[LayerDiff]:
        return (layer for layer in self._found.layers if not layer.same)

    def __len__(self) -> int:
        """How many layers differ."""
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        """Whether anything differs, be it a layer or the models themselves."""
        return not self.same

    @property
    def _found(self) -> ModelDiff:
        assert self.result is not None
        return self.result
