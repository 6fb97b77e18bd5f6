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
from netviz.errors import NetvizError, UsageError
from netviz.readers import reading
from netviz.render.plotting import Axes, Plot, checked_plot_style, plot

if TYPE_CHECKING:
    import keras

    from netviz.analysis.charts.functions_model import ModelFunctions
    from netviz.analysis.charts.functions_plotted import Plotted
    from netviz.charts import Chart
    from netviz.views import Sheet

One: TypeAlias = "str | os.PathLike[str] | Callable[[Any], Any] | keras.Model | InspectedModel"
What: TypeAlias = "One | Sequence[One]"


def functions(
    *what: What,
    derivative: bool = False,
    range: tuple[float, float] | None = None,
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
    Keras's own functions and its layers that are activations (which are never called), functions of Python (called on
    numpy arrays), or one model: a path, a live model or an inspected one, of which the functions are shown that it
    uses, and by which layers. A text that is the name of a function is that function, else a path. A list stands for
    what is in it. Without any, all activations of Keras are shown.

    `derivative` adds the derivatives, dashed (of functions of Python by central differences, with a gap at a jump; of
    more than four that are compared in a panel below). `range` is what is drawn; None is -6 to 6, wider where a
    function bends outside. `compare` draws up to 12 in one panel, `grid` all as a poster of small panels. Of functions
    of vectors, such as softmax, the curves are those of a vector of which one number varies; the caption says which.
    Keras need not be installed.
    `load`, `trust`, `architecture` and `max_bytes` are as for `inspect`; the other arguments are those of all plots.

    Raises UsageError for a name, an argument or a range that there is not, for layers that are no activations, for more
    functions than can be compared, and for a function of Python that raises or gives no finite numbers; NetvizError
    where a source cannot be read.
    """
    style = checked_plot_style(theme=theme, figsize=figsize, caption=caption, background=background, scale=scale)
    limits = None if range is None else checked_range(range)
    if compare and grid:
        raise UsageError("compare and grid contradict each other", "Leave out one of the two.")
    read = partial(inspect, load=load, trust=trust, architecture=architecture, max_bytes=max_bytes)
    found, model, name = _resolved(what, limits, compare, read)
    if model is None and (load or trust or architecture is not None or max_bytes is not None):
        raise UsageError(
            "there is no model to be read", "Give the path of a model's file, or leave out load and the like."
        )
    if compare:
        from netviz.analysis.charts.functions import require_comparable
        from netviz.analysis.charts.functions_plotted import drawn_over

        require_comparable(found, model)
        limits = drawn_over(found, limits)
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
    from netviz.analysis.charts.functions_plotted import FARTHEST

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
    what: Sequence[What], limits: tuple[float, float] | None, compare: bool, read: Callable[[Any], InspectedModel]
) -> tuple[list[Plotted], ModelFunctions | None, str]:
    """The functions, the model that they are of (None where they are not of one), and what to call them all."""
    from netviz.analysis.charts.functions_given import given
    from netviz.analysis.charts.functions_plotted import Plotted, drawn_over, plotted
    from netviz.catalog.functions.activations import ACTIVATIONS, bind

    if not what:
        return [plotted(bind(row)) for row in ACTIVATIONS], None, "functions"
    found: list[Plotted | Callable[[Any], Any]] = []
    items = flat(what)
    for item in items:
        function = _function(item)
        if function is not None:
            found.append(function)
        elif len(items) > 1:
            raise UsageError(
                "a model is shown by itself, not beside other functions", "Give one model, or names of functions alone."
            )
        else:
            net = read(item)
            model = _of_model(net)
            return list(model.functions), model, net.name
    # What is drawn in one panel is drawn over the same: functions of Python have to be known where they are called.
    known = [function for function in found if isinstance(function, Plotted)]
    limits = drawn_over(known if compare else [], limits)
    drawn = [function if isinstance(function, Plotted) else given(function, *limits) for function in found]
    return drawn, None, drawn[0].title if len(drawn) == 1 else "functions"


def flat(what: Sequence[Any]) -> list[Any]:
    """What is given, with lists and tuples opened; raises UsageError where there is nothing in them."""
    items = [one for item in what for one in (item if isinstance(item, list | tuple) else (item,))]
    if not items:
        raise UsageError("the list is empty", "Give names, or nothing at all for all that Keras has.")
    return items


def _function(item: Any) -> Plotted | Callable[[Any], Any] | None:
    """A function as it is plotted, or one of Python that is still to be called; None for a model."""
    from netviz.analysis.charts.functions_model import Missing, learned
    from netviz.analysis.charts.functions_plotted import Use, plotted
    from netviz.catalog.functions.activations import parse_activation
    from netviz.catalog.functions.objects import Slopes, activation_object, unwrapped

    if isinstance(item, str):
        bound = parse_activation(item)
        if bound is None and not os.path.lexists(item) and not is_file_name(item):
            raise _no_function(item)
        return None if bound is None else plotted(bound)
    if isinstance(item, os.PathLike) or is_model(item):
        return None
    item = unwrapped(item)
    known = activation_object(item)
    if isinstance(known, Slopes):
        slopes = learned([known.values], Use(known.layer))
        if isinstance(slopes, Missing):
            raise UsageError(f"PReLU {known.layer} cannot be drawn: {slopes.reason}", "Look at its weights.")
        return slopes
    if known is not None:
        return plotted(known)
    if not callable(item):
        raise UsageError(
            f"{item!r:.40} is no function that can be drawn",
            "Give a name, such as 'relu', a function of Python, or a model.",
        )
    function: Callable[[Any], Any] = item
    return function


def _of_model(net: InspectedModel) -> ModelFunctions:
    from netviz.analysis.charts.functions_model import model_functions

    with reading(net.source.path or net.name):
        model = model_functions(net.model)
    if not model.functions and not model.missing:
        require_config(net, "activation functions")
    return model


def require_config(net: InspectedModel, what: str) -> None:
    """Raises NetvizError where a source holds weights alone."""
    if any(note.code == "weights-only" for note in net.model.notes):
        raise NetvizError(
            f"{net.source.path or net.name}: holds weights alone, no config that names {what}",
            "Give the model's config: --architecture FILE, architecture=….",
        )


def is_file_name(text: str) -> bool:
    """Whether a text that is no function looks like a file that is missing rather than a function misspelled."""
    return Path(text).suffix.lower() in (".keras", ".h5", ".hdf5", ".json", ".pb") or os.sep in text


def _no_function(text: str) -> UsageError:
    from netviz.catalog.functions.activations import known_names
    from netviz.catalog.functions.binding import near_names
    from netviz.catalog.functions.losses import parse_loss

    if text.count("(") != text.count(")"):
        return brackets(text)
    if text.strip().partition("(")[0] == "PReLU":
        return UsageError("the slopes of PReLU are learned", "Give a model that has it, or leaky_relu(0.1).")
    if parse_loss(text) is not None:
        return UsageError(f"{text!r:.80} is a loss, not an activation", "Give it to netviz losses.")
    near = near_names(text.strip().partition("(")[0], known_names())
    return UsageError(
        f"{text!r:.80} is neither a function of Keras's nor a file", near or "netviz functions names all functions."
    )


def brackets(text: str) -> UsageError:
    """The complaint about a call whose brackets are not pairs."""
    problem = "a bracket too few" if text.count("(") > text.count(")") else "a bracket too many"
    return UsageError(f"{text!r:.80} has {problem}", "A call has both, as in relu(max_value=6) or huber(delta=2).")


def is_model(value: object) -> bool:
    """Whether an object is a model: an inspected one, or one of Keras's, told by its class without importing Keras."""
    if isinstance(value, InspectedModel):
        return True
    return any(
        base.__name__ == "Model" and base.__module__.split(".")[0] in ("keras", "tf_keras")
        for base in type(value).__mro__
    )
