"""Activations that multiply the input by a gate of itself: silu, gelu, mish."""

from __future__ import annotations

import math

import numpy as np

from netviz.catalog.functions.kinds import Formula, Function, Interval, Numbers, Parameter
from netviz.catalog.functions.numeric import erf, sigmoid, softplus, where

SILU_LEAST = -0.2784645427610738
"""At x = −1.2784645: minus the Lambert function of 1/e, W(1/e)."""
GELU_LEAST = -0.16997120747990369
"""At x = −0.7517916."""
GELU_TANH_LEAST = -0.1700407505712541
"""At x = −0.7524614, of the approximation by tanh."""
MISH_LEAST = -0.30884341301725043
"""At x = −1.1924312."""


def _silu_slope(x: Numbers) -> Numbers:
    gate = sigmoid(x)
    return gate * (1 + x * sigmoid(-x))


def _hard_silu(x: Numbers) -> Numbers:
    return x * (np.clip(x + 3, 0, 6) / 6)


def _hard_silu_slope(x: Numbers) -> Numbers:
    return where(x > 3, 1, where(x > -3, (2 * np.clip(x, -3, 3) + 3) / 6, 0, x), x)


_BEND = 0.044715
_FAR = 30.0
"""Beyond this the gate of gelu is 0 or 1 in every dtype."""


def _gelu(x: Numbers, approximate: bool) -> Numbers:
    return x * _gelu_gate(np.clip(x, -_FAR, _FAR), approximate)


def _gelu_gate(x: Numbers, approximate: bool) -> Numbers:
    """The gate by which gelu multiplies x: the normal distribution function, or what is near it."""
    inner = np.tanh(math.sqrt(2 / math.pi) * (x + _BEND * x * x * x)) if approximate else erf(x / math.sqrt(2))
    return (1 + inner) / 2


def _gelu_slope(x: Numbers, approximate: bool) -> Numbers:
    near = np.clip(x, -_FAR, _FAR)
    if not approximate:
        return _gelu_gate(near, False) + near * np.exp(-near * near / 2) / math.sqrt(2 * math.pi)
    twice = 2 * math.sqrt(2 / math.pi) * (near + _BEND * near * near * near)
    gate, inner = sigmoid(twice), 2 * math.sqrt(2 / math.pi) * (1 + 3 * _BEND * near * near)
    slope: Numbers = gate + near * gate * sigmoid(-twice) * inner
    return slope


def _gelu_formula(approximate: bool) -> Formula:
    if approximate:
        return Formula(
            "x·(1 + tanh(sqrt(2 / pi)·(x + 0.044715·x^3))) / 2",
            r"x\,(1 + \tanh(\sqrt{2 / \pi}\,(x + 0.044715\,x^3)))\,/\,2",
        )
    return Formula("x·(1 + erf(x / sqrt(2))) / 2", r"x\,(1 + \mathrm{erf}(x / \sqrt{2}))\,/\,2")


def _mish_slope(x: Numbers) -> Numbers:
    small = np.exp(-2 * softplus(x))  # 1 − tanh² of the gate is 4·small / (1 + small)², without cancellation
    slope: Numbers = np.tanh(softplus(x)) + x * sigmoid(x) * 4 * small / ((1 + small) * (1 + small))
    return slope


GATED = (
    Function(
        "silu",
        lambda x: x * sigmoid(x),
        _silu_slope,
        lambda: Formula("x / (1 + exp(−x))", r"x\,/\,(1 + e^{-x})"),
        lambda: Interval(SILU_LEAST, math.inf, True),
        lambda: (0.0, None),
        "Ramachandran et al., 2017, arXiv:1710.05941",
        aliases=("swish",),
    ),
    Function(
        "hard_silu",
        _hard_silu,
        _hard_silu_slope,
        lambda: Formula("x·min(max(x + 3, 0), 6) / 6", r"x\,\min(\max(x + 3,\ 0),\ 6)\,/\,6"),
        lambda: Interval(-0.375, math.inf, True),
        lambda: (0.0, None),
        "Howard et al., 2019, arXiv:1905.02244",
        aliases=("hard_swish",),
        kinks=lambda: (-3.0, 3.0),
    ),
    Function(
        "gelu",
        _gelu,
        _gelu_slope,
        _gelu_formula,
        lambda approximate: Interval(GELU_TANH_LEAST if approximate else GELU_LEAST, math.inf, True),
        lambda approximate: (0.0, None),
        "Hendrycks, Gimpel, 2016, arXiv:1606.08415",
        parameters=(Parameter("approximate", False, "flag"),),
    ),
    Function(
        "mish",
        lambda x: x * np.tanh(softplus(x)),
        _mish_slope,
        lambda: Formula("x·tanh(log(1 + exp(x)))", r"x\,\tanh(\log(1 + e^x))"),
        lambda: Interval(MISH_LEAST, math.inf, True),
        lambda: (0.0, None),
        "Misra, 2019, arXiv:1908.08681",
    ),
)
