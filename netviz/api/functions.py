"""Activation functions: `netviz.functions("relu", "gelu")`, any function of Python, or those that a model uses."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from netviz import __version__
from netviz.api.inspected import InspectedModel, inspect
from netviz.errors import UsageError
from netviz.readers import reading
from netviz.render.plotting import Axes, Plot, checked_plot_style, plot

if TYPE_CHECKING:
    import keras

    from netviz.analysis.charts.functions_model import ModelFunctions
    from netviz.analysis.charts.functions_plotted import Plotted
    from netviz.charts import Chart
    from netviz.views import Sheet

What: TypeAlias = "str | os.PathLike[str] | Callable[[Any], Any] | keras.Model | InspectedModel"

FARTHEST = 1e9
"""As far from 0 as a range may reach."""


def functions(
    *what: What,
    derivative: bool = False,
    range: tuple[float, float] = (-6.0, 6.0),
    compare: bool = False,
    grid: bool = False,
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
) -> Plot:
    """Activation functions as curves, with formula, range and where they saturate; and as a table.

    `what` are names of Keras's activations, with arguments if wanted ("relu", "leaky_relu(0.1)", "LeakyReLU"),
    functions of Python (called on numpy arrays), or one model: a path, a live model or an inspected one, of which the
    functions are shown that it uses, and by which layers. A text that is the name of a function is that function, else
    a path. Without any, all activations of Keras are shown.

    `derivative` adds the derivatives, dashed (of functions of Python by central differences); `range` is what is drawn.
    `compare` draws all in one panel, `grid` as a poster of small panels. Of functions of vectors, such as softmax, the
    curves are those of a vector of which one number varies; the caption says which. Keras need not be installed.
    `load`, `trust`, `architecture` and `max_bytes` are as for `inspect`; the other arguments are those of all plots.

    Raises UsageError for a name, an argument or a range that there is not, and for a function of Python that raises or
    gives no finite numbers; NetvizError where a source cannot be read.
    """
    style = checked_plot_style(theme=theme, figsize=figsize, caption=caption, background=background, scale=scale)
    limits = checked_range(range)
    if compare and grid:
        raise UsageError("compare and grid contradict each other", "Leave out one of the two.")
    read = partial(inspect, load=load, trust=trust, architecture=architecture, max_bytes=max_bytes)
    found, model, name = _resolved(what, limits, read)
    if model is None and (load or trust or architecture is not None or max_bytes is not None):
        raise UsageError(
            "there is no model to be read", "Give the path of a model's file, or leave out load and the like."
        )
    title = name if model is not None else ""
    everything = not what

    def chart() -> Chart:
        from netviz.analysis.charts.functions import build_functions_chart

        heading = "Activation functions of Keras" if everything else title
        return build_functions_chart(
            found, limits, derivative=derivative, compare=compare, grid=grid or (everything and not compare),
            title=heading, model=model,
        )  # fmt: skip

    def sheet(spared: Sequence[str] = ()) -> Sheet:
        from netviz.analysis.charts.functions_sheet import build_functions_sheet, build_model_sheet

        if model is not None:
            return build_model_sheet(model, title, spared)
        return build_functions_sheet(found, "Activation functions", spared)

    def document() -> object:
        from netviz.analysis.charts.functions_sheet import functions_document

        return functions_document(found, limits, __version__, model, name)

    def text(width: int | None = None, color: bool = False) -> str:
        from netviz.analysis.charts.functions_sheet import SPARED, SPARED_OF_MODEL

        return fitting_text(sheet, SPARED if model is None else SPARED_OF_MODEL, width, color)

    return replace(plot(name, chart, style, cache(sheet), document, ax), typeset=text)


def checked_range(range: object) -> tuple[float, float]:
    """The range as two floats; raises UsageError for what is none."""
    ends = tuple(range) if isinstance(range, list | tuple) else ()
    real = all(isinstance(end, int | float) and not isinstance(end, bool) and math.isfinite(end) for end in ends)
    if len(ends) != 2 or not real:
        raise UsageError(f"range {range!r:.80} is no range", "Give two numbers, such as (-6, 6).")
    low, high = float(ends[0]), float(ends[1])
    if low >= high:
        problem = "is empty" if low == high else "is reversed"
        raise UsageError(f"range ({low:g}, {high:g}) {problem}", "Give the lower number first.")
    if max(-low, high) > FARTHEST or high - low < 1e-6 * max(1.0, -low, high):
        problem = "reaches too far" if max(-low, high) > FARTHEST else "is too narrow"
        raise UsageError(
            f"range ({low:g}, {high:g}) {problem}", f"It may reach to {FARTHEST:g}, in steps that can be told apart."
        )
    return low, high


def fitting_text(sheet: Callable[[Sequence[str]], Sheet], spared: Sequence[str], width: int | None, color: bool) -> str:
    """The sheet as text, without as many of the columns that can be spared as it takes to fit into the width."""
    from netviz.render.text import sheet_to_text, text_width

    for count, _ in enumerate((*spared, "")):
        view = sheet(spared[:count])
        if width is None or text_width(sheet_to_text(view)) <= width:
            break
    return sheet_to_text(view, width=width, color=color)


def sources_among(what: Sequence[str]) -> list[Path]:
    """The texts that are paths of models and no names of functions: what must not be written over."""
    from netviz.catalog.functions.activations import parse_activation

    return [Path(text) for text in what if parse_activation(text) is None]


def _resolved(
    what: Sequence[What], limits: tuple[float, float], read: Callable[[Any], InspectedModel]
) -> tuple[list[Plotted], ModelFunctions | None, str]:
    """The functions, the model that they are of (None where they are not of one), and what to call them all."""
    from netviz.analysis.charts.functions_given import given
    from netviz.analysis.charts.functions_model import model_functions
    from netviz.analysis.charts.functions_plotted import plotted
    from netviz.catalog.functions.activations import ACTIVATIONS, bind, parse_activation

    if not what:
        return [plotted(bind(row)) for row in ACTIVATIONS], None, "functions"
    found: list[Plotted] = []
    for item in what:
        if isinstance(item, str):
            bound = parse_activation(item)
            if bound is not None:
                found.append(plotted(bound))
                continue
            if not os.path.lexists(item) and not is_file_name(item):
                raise _no_function(item)
        if callable(item) and not is_model(item):
            found.append(given(item, *limits))
            continue
        if len(what) > 1:
            raise UsageError(
                "a model is shown by itself, not beside other functions", "Give one model, or names of functions alone."
            )
        net = read(item)
        with reading(net.source.path or net.name):
            model = model_functions(net.model)
        return list(model.functions), model, net.name
    return found, None, found[0].title if len(found) == 1 else "functions"


def is_file_name(text: str) -> bool:
    """Whether a text that is no function looks like a file that is missing rather than a function misspelled."""
    return Path(text).suffix.lower() in (".keras", ".h5", ".hdf5", ".json", ".pb") or os.sep in text


def _no_function(text: str) -> UsageError:
    from netviz.catalog.functions.activations import known_names
    from netviz.catalog.functions.binding import near_names

    if text.strip().partition("(")[0] == "PReLU":
        return UsageError("the slopes of PReLU are learned", "Give a model that has it, or leaky_relu(0.1).")
    near = near_names(text.strip().partition("(")[0], known_names())
    return UsageError(
        f"{text!r:.80} is neither a function of Keras's nor a file", near or "netviz functions names all functions."
    )


def is_model(value: object) -> bool:
    """Whether an object is a model: an inspected one, or one of Keras's, told by its class without importing Keras."""
    if isinstance(value, InspectedModel):
        return True
    return any(
        base.__name__ == "Model" and base.__module__.split(".")[0] in ("keras", "tf_keras")
        for base in type(value).__mro__
    )
