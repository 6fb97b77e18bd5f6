"""A model as one page: `netviz.report("model.keras").save("model.html")`, and `netviz.view` to look at it at once."""

from __future__ import annotations

import os
import re
import tempfile
import webbrowser
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from netviz import __version__
from netviz.api.inspected import InspectedModel, inspect
from netviz.artifact import Artifact
from netviz.errors import NetvizError, UsageError
from netviz.readers import reading

if TYPE_CHECKING:
    import keras

    from netviz.analysis.health import Progress

THEMES = ("auto", "light", "dark")

FRAME_HEIGHT = 640
"""Pixels of a report in a notebook."""


def report(
    source: str | os.PathLike[str] | keras.Model | InspectedModel,
    *,
    weights: bool | None = None,
    theme: str = "auto",
    batch: int = 1,
    input_shape: object = None,
    load: bool = False,
    trust: bool = False,
    architecture: str | os.PathLike[str] | None = None,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> Artifact:
    """All that can be told of a model, as one HTML page that needs nothing else: it can be mailed, and works offline.

    In it are the graph with groups to be opened, a table of all layers, each layer in full, findings, and the
    activation functions in use; to be searched, filtered, sorted, and linked to. It can be had as html, table,
    markdown and json as well, and shows itself in notebooks, in a frame that reaches nothing outside of it.

    `weights` says whether values are looked at, for figures, histograms, pictures of kernels, and what `check` finds in
    them (None: where they take at most 200 MB); `progress` is called with the bytes done and in all. `theme` is
    "auto" (light or dark as the reader's system), "light" or "dark". What the layers cost (MACs, memory, receptive
    fields) holds for `batch` and `input_shape`, which are as for `cost`.
    `source`, `load`, `trust`, `architecture` and `max_bytes` are as for `inspect`.

    Raises NetvizError where the source cannot be read, UsageError for a theme that there is not, or an
    input_shape that does not fit.
    """
    from netviz.analysis.cost import cost_model
    from netviz.analysis.page import build_page
    from netviz.analysis.page.sheet import build_page_sheet, page_document

    if theme not in THEMES:
        raise UsageError(f"no theme {theme!r}", f"The choices are {', '.join(THEMES)}.")
    if weights is not None and not isinstance(weights, bool):
        raise UsageError(f"weights {weights!r} is no choice", "True looks at all values, False at none, None decides.")
    net = inspect(source, load=load, trust=trust, architecture=architecture, max_bytes=max_bytes)
    with reading(net.source.path or net.name):
        cost = cost_model(net.model, batch=batch, input_shape=input_shape)
        page = build_page(net.model, weights=weights, cost=cost, version=__version__, progress=progress)
    sheet = cache(partial(build_page_sheet, page))
    document = partial(page_document, page, net.model, cost)

    @cache
    def html() -> str:
        from netviz.render.page import page_to_html

        return page_to_html(page, theme=cast("Literal['auto', 'light', 'dark']", theme))

    def fragment() -> str:
        from netviz.render.page.frame import page_to_frame

        summary = ", ".join(f"{name}: {value}" for name, value in page.facts)
        return page_to_frame(html(), page.title, summary, FRAME_HEIGHT)

    def text(width: int | None = None, color: bool = False) -> str:
        from netviz.render.text import sheet_to_text

        return sheet_to_text(sheet(), width=width, color=color)

    def markdown() -> str:
        from netviz.render.markdown import sheet_to_markdown

        return sheet_to_markdown(sheet())

    def json() -> str:
        from netviz.render.data import data_to_json

        return data_to_json(document())

    formats: dict[str, Callable[[], str | bytes]] = {
        "table": text,
        "html": html,
        "fragment": fragment,
        "markdown": markdown,
        "json": json,
    }
    return Artifact(net.name, formats, document, text)


def view(
    source: str | os.PathLike[str] | keras.Model | InspectedModel,
    *,
    weights: bool | None = None,
    theme: str = "auto",
    batch: int = 1,
    input_shape: object = None,
    load: bool = False,
    trust: bool = False,
    architecture: str | os.PathLike[str] | None = None,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> Path:
    """Opens the report of a model in the browser, and returns the path of the page.

    The page lies in a new folder of the system's temporary ones, which others cannot read; the system removes it in its
    time. The arguments are those of `report`. Raises NetvizError where the source cannot be read, or no browser can be
    started: then the message says where the page is.
    """
    made = report(
        source, weights=weights, theme=theme, batch=batch, input_shape=input_shape, load=load, trust=trust,
        architecture=architecture, max_bytes=max_bytes, progress=progress,
    )  # fmt: skip
    made.to("html")  # what fails, fails before there is a folder
    name = Path(source).name if isinstance(source, str | os.PathLike) else made.name
    page = made.save(Path(tempfile.mkdtemp(prefix="netviz-")) / f"{_file_name(name)}.html")
    if not webbrowser.open(page.as_uri()):
        raise NetvizError(f"{page}: there is no browser to open it", "Open the file yourself, or name one in BROWSER.")
    return page


def _file_name(name: str) -> str:
    """A name for a file that every system takes: that of the source, so that its tab in a browser can be told."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80] or "model"
