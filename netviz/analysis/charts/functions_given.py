"""Functions of Python as they are plotted: called on numpy arrays, with their derivative by central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.charts.functions_plotted import Component, Plotted
from netviz.catalog.functions.kinds import Numbers
from netviz.errors import UsageError

REMARK = "Derivative by central difference."

HALVINGS = 20
"""How often an interval is halved to tell a jump, whose height stays, from a slope, whose rise shrinks with it."""


def given(function: Callable[[Any], Any], low: float, high: float) -> Plotted:
    """A function that takes an array and gives one of the same shape, plotted from `low` to `high`.

    Where the difference is across a jump there is no derivative: it is NaN.
    Raises UsageError where it raises, gives another shape, no numbers, what is not finite, or works on whole vectors.
    """
    name = name_of(function)
    grid = np.linspace(low, high, 241)
    values, dtype = _call(function, name, grid)
    _require_by_number(name, values[::2], _call(function, name, grid[::2])[0], dtype)
    noise = 1e3 * float(np.finfo(dtype).eps)
    step = float(np.cbrt(np.finfo(dtype).eps)) * max(1.0, (high - low) / 12)

    def value(x: Numbers) -> Numbers:
        return _call(function, name, x)[0]

    def slope(x: Numbers) -> Numbers:
        # At the ends of the range it is not known to be defined beyond: there the difference is one-sided.
        before, after = np.maximum(x - step, low), np.minimum(x + step, high)
        slopes: Numbers = (value(after) - value(before)) / (after - before)
        slopes[_jumping(value, before, after, noise)] = np.nan
        return slopes

    return Plotted(name, name, "callable", (Component("", value, slope),), remark=REMARK)


def _jumping(value: Callable[[Numbers], Numbers], low: Numbers, high: Numbers, noise: float) -> NDArray[np.bool_]:
    """Where the function jumps between `low` and `high`: most of the rise is left in an interval a million times less.

    `noise` is what of a value may be rounding.
    """
    low, high = low.copy(), high.copy()
    below, above = value(low), value(high)
    rise = np.abs(above - below)
    large: NDArray[np.bool_] = rise > noise * np.maximum(1.0, np.maximum(np.abs(below), np.abs(above)))
    if not large.any():
        return large
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        at = value(middle)
        upper = np.abs(above - at) > np.abs(at - below)
        low, below = np.where(upper, middle, low), np.where(upper, at, below)
        high, above = np.where(upper, high, middle), np.where(upper, above, at)
    return large & (np.abs(above - below) >= 0.4 * rise)  # a half, where it jumps to a value in between


def _require_by_number(name: str, values: Numbers, again: Numbers, dtype: np.dtype[Any]) -> None:
    """Raises UsageError where other numbers beside it change what a number gives, as with softmax."""
    room = max(1e-9, 1e3 * float(np.finfo(dtype).eps))
    if not np.allclose(values, again, rtol=room, atol=room):
        raise UsageError(
            f"{name} gives a number another value among other numbers",
            "A function has to work on each number by itself, and give the same every time.",
        )


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
