"""Functions of Python as they are plotted: called on numpy arrays, with their derivative by central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from netviz.analysis.charts.functions_plotted import Component, Plotted
from netviz.catalog.functions.kinds import Numbers
from netviz.errors import UsageError

REMARK = "Derivative by central difference."


def given(function: Callable[[Any], Any], low: float, high: float) -> Plotted:
    """A function that takes an array and gives one of the same shape, plotted from `low` to `high`.

    Raises UsageError where it raises, gives another shape, no numbers, or what is not finite.
    """
    name = name_of(function)
    dtype = _call(function, name, np.linspace(low, high, 241))[1]
    step = float(np.cbrt(np.finfo(dtype).eps)) * max(1.0, (high - low) / 12)

    def value(x: Numbers) -> Numbers:
        return _call(function, name, x)[0]

    def slope(x: Numbers) -> Numbers:
        # At the ends of the range it is not known to be defined beyond: there the difference is one-sided.
        before, after = np.maximum(x - step, low), np.minimum(x + step, high)
        slopes: Numbers = (value(after) - value(before)) / (after - before)
        return slopes

    return Plotted(name, name, "callable", (Component("", value, slope),), remark=REMARK)


def name_of(function: Callable[[Any], Any]) -> str:
    """What a callable is called: its own name, else that of its class."""
    for holder in (function, getattr(function, "func", None), type(function)):
        name = getattr(holder, "__name__", None) or getattr(holder, "name", None)
        if isinstance(name, str) and name:
            return "lambda" if name == "<lambda>" else name
    return "function"


def _call(function: Callable[[Any], Any], name: str, x: Numbers) -> tuple[Numbers, np.dtype[Any]]:
    """What the function gives as float64, and the floating dtype in which it gave it."""
    try:
        with np.errstate(all="ignore"):
            result = np.asarray(function(x.copy()))
    except Exception as error:  # it is the user's, and may raise anything
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise UsageError(f"{name} raises {reason:.200}", "It is called with a numpy array of numbers.") from error
    if result.shape != x.shape:
        raise UsageError(
            f"{name} gives the shape {result.shape} for {x.shape}", "A function has to work on each number by itself."
        )
    if result.dtype.kind not in "fiub":
        raise UsageError(f"{name} gives {result.dtype}, not numbers", "Give a function that returns real numbers.")
    values = result.astype(float)
    wrong = np.flatnonzero(~np.isfinite(values))
    if wrong.size:
        what = "NaN" if np.isnan(values[wrong[0]]) else "an infinite value"
        raise UsageError(f"{name} gives {what} at x = {x[wrong[0]]:.6g}", "Choose a range over which it is finite.")
    return values, result.dtype if result.dtype.kind == "f" else np.dtype(float)
