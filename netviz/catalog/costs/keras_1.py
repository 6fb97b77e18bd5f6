"""Costs of the classes of Keras 1: those of today behind a translation of the arguments, and those that are gone.

Source: keras 1.2.2, keras/layers/core.py, advanced_activations.py and engine/topology.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from netviz.catalog.costs import positions
from netviz.catalog.costs.elementwise import AVERAGED, MERGED
from netviz.catalog.costs.forms import Outputs, each, last_taken, made, multiplied, taken
from netviz.catalog.costs.functions import PER_ELEMENT, activation
from netviz.catalog.costs.products import dot_layer
from netviz.catalog.kinds import Arguments, CostKind, UncountedError, Work
from netviz.catalog.settings import flag, integer, text
from netviz.model import Config


def since(cost: CostKind, settings: Callable[[Config], Config]) -> CostKind:
    """The cost of a class of today, for configs that `settings` translates."""
    work, window, times, held = cost.work, cost.window, cost.times, cost.held
    return replace(
        cost,
        work=lambda config, arguments, outputs: work(settings(config), arguments, outputs),
        window=(lambda config, arguments: window(settings(config), arguments)) if callable(window) else window,
        times=(lambda config, arguments: times(settings(config), arguments)) if times else None,
        held=(lambda config, arguments, outputs: held(settings(config), arguments, outputs)) if held else None,
    )


def merge(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """By mode: an operation for each tensor behind the first, a mean one more, products of vectors, or nothing."""
    mode = text(config, "mode", "sum")
    if config.get("mode_type", "raw") != "raw":
        raise UncountedError("What it computes is code.")
    if mode in ("dot", "cos"):
        return dot_layer({**config, "axes": config.get("dot_axes", -1)}, arguments, outputs)
    if mode == "concat":
        return Work()
    return (AVERAGED if mode == "ave" else MERGED).work(config, arguments, outputs)


def maxout(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """A dense layer for each of `nb_feature`, and the highest of them: Goodfellow et al. (2013)."""
    count, units = integer(config, "nb_feature", 4), made(outputs)
    more = (count * flag(config, "bias", True) + count - 1) * units
    return multiplied(count * units * last_taken(arguments), more)


def highway(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """t·h(x) + (1 - t)·x, with t = sigmoid of a dense layer: Srivastava et al. (2015), equation 3."""
    units = made(outputs)
    more = units * (2 * flag(config, "bias", True) + activation(config) + PER_ELEMENT["sigmoid"] + 4)
    return multiplied(2 * units * last_taken(arguments), more)


def spline(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Three straight lines: of either side a comparison, a difference, a product and a sum. Jin et al. (2016)."""
    return Work(0, 8 * taken(arguments))


MERGE = CostKind(merge, None)
MAXOUT = CostKind(maxout, positions.across_last)
HIGHWAY = CostKind(highway, positions.across_last)
PARAMETRIC_SOFTPLUS = each(PER_ELEMENT["parametric_softplus"])
SRELU = CostKind(spline, "pointwise", "over")
