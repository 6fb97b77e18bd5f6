"""Activations that keep what is positive and hold back what is negative: relu and its smooth relatives."""

from __future__ import annotations

import math

import numpy as np

from netviz.catalog.functions.kinds import (
    Formula,
    Function,
    Interval,
    Numbers,
    Parameter,
    number_text,
    tex_number,
)
from netviz.catalog.functions.numeric import exp, sigmoid, softplus, where

Limits = tuple[float | None, float | None]


def _relu(x: Numbers, negative_slope: float, max_value: float | None, threshold: float) -> Numbers:
    y = where(x <= threshold, 0, x, x)  # what is no number stays so, as in Keras
    if max_value is not None:
        y = np.clip(y, 0, np.asarray(max_value, x.dtype))
    return y - negative_slope * np.maximum(threshold - x, 0) if negative_slope else y


def _relu_slope(x: Numbers, negative_slope: float, max_value: float | None, threshold: float) -> Numbers:
    passing = (x > threshold) & (x <= (math.inf if max_value is None else max_value))
    return where(passing, 1, where(x <= threshold, negative_slope, 0, x), x)


def _relu_formula(negative_slope: float, max_value: float | None, threshold: float) -> Formula:
    top, tex_top = ("", "") if max_value is None else (number_text(max_value), tex_number(max_value))
    if not negative_slope and not threshold:
        if max_value is None:
            return Formula("max(x, 0)", r"\max(x,\ 0)")
        return Formula(f"min(max(x, 0), {top})", rf"\min(\max(x,\ 0),\ {tex_top})")
    place = number_text(threshold)
    above, tex_above = (f"min(x, {top})", rf"\min(x,\ {tex_top})") if top else ("x", "x")
    shifted, tex_shifted = (f"(x − {place})", f"(x - {tex_number(threshold)})") if threshold else ("x", "x")
    below = f"{number_text(negative_slope)}·{shifted}" if negative_slope else "0"
    tex_below = rf"{tex_number(negative_slope)}\,{tex_shifted}" if negative_slope else "0"
    return Formula(
        f"{above} if x > {place} else {below}",
        rf"{tex_above}\ \mathrm{{if}}\ x > {tex_number(threshold)}\ \mathrm{{else}}\ {tex_below}",
    )


def _relu_range(negative_slope: float, max_value: float | None, threshold: float) -> Interval:
    high = math.inf if max_value is None else max_value
    if negative_slope:
        return Interval(-math.inf, high, False, max_value is not None)
    return Interval(0, high, True, max_value is not None)


def _relu_limits(negative_slope: float, max_value: float | None, threshold: float) -> Limits:
    return None if negative_slope else 0.0, max_value


def _relu_kinks(negative_slope: float, max_value: float | None, threshold: float) -> tuple[float, ...]:
    return (threshold,) if max_value is None else tuple(sorted({threshold, max(threshold, max_value)}))


def _relu_jumps(negative_slope: float, max_value: float | None, threshold: float) -> tuple[float, ...]:
    return (threshold,) if threshold else ()


def _leaky_formula(negative_slope: float) -> Formula:
    return Formula(
        f"x if x > 0 else {number_text(negative_slope)}·x",
        rf"x\ \mathrm{{if}}\ x > 0\ \mathrm{{else}}\ {tex_number(negative_slope)}\,x",
    )


def _leaky_range(negative_slope: float) -> Interval:
    return Interval() if negative_slope > 0 else Interval(0, math.inf, True)


def _elu(x: Numbers, alpha: float) -> Numbers:
    return where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)), x)


def _elu_slope(x: Numbers, alpha: float) -> Numbers:
    return where(x > 0, 1, alpha * np.exp(np.minimum(x, 0)), x)


def _scaled(factor: float, term: str) -> str:
    """The term in plain text, multiplied where the factor is not 1."""
    return term if factor == 1 else f"{number_text(factor)}·({term})"


def _tex_scaled(factor: float, term: str) -> str:
    """The same in TeX."""
    return term if factor == 1 else rf"{tex_number(factor)}\,({term})"


def _elu_formula(alpha: float) -> Formula:
    return Formula(
        f"x if x > 0 else {_scaled(alpha, 'exp(x) − 1')}",
        rf"x\ \mathrm{{if}}\ x > 0\ \mathrm{{else}}\ {_tex_scaled(alpha, 'e^x - 1')}",
    )


def _elu_range(alpha: float) -> Interval:
    return Interval(-alpha) if alpha > 0 else Interval(0, math.inf, True)


def _celu(x: Numbers, alpha: float) -> Numbers:
    with np.errstate(over="ignore"):
        return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0) / alpha)


def _celu_slope(x: Numbers, alpha: float) -> Numbers:
    return where(x > 0, 1, exp(np.minimum(x, 0) / alpha), x)


def _celu_formula(alpha: float) -> Formula:
    inside, tex_inside = ("x", "x") if alpha == 1 else (f"x / {number_text(alpha)}", f"x / {tex_number(alpha)}")
    return Formula(
        f"x if x > 0 else {_scaled(alpha, f'exp({inside}) − 1')}",
        rf"x\ \mathrm{{if}}\ x > 0\ \mathrm{{else}}\ {_tex_scaled(alpha, f'e^{{{tex_inside}}} - 1')}",
    )


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
"""Source: Klambauer et al., 2017, "Self-Normalizing Neural Networks", section 3."""


def _selu(x: Numbers) -> Numbers:
    return SELU_SCALE * _elu(x, SELU_ALPHA)


def _selu_slope(x: Numbers) -> Numbers:
    return SELU_SCALE * _elu_slope(x, SELU_ALPHA)


def _squareplus(x: Numbers, b: float) -> Numbers:
    with np.errstate(over="ignore"):
        return (x + np.sqrt(x * x + b)) / 2


def _squareplus_slope(x: Numbers, b: float) -> Numbers:
    root = np.hypot(x, np.sqrt(np.asarray(b, x.dtype)))
    return (1 + where(root > 0, x / np.where(root > 0, root, 1), -1, x)) / 2


def _squareplus_formula(b: float) -> Formula:
    return Formula(f"(x + sqrt(x^2 + {number_text(b)})) / 2", rf"(x + \sqrt{{x^2 + {tex_number(b)}}})\,/\,2")


def _sparse_plus(x: Numbers) -> Numbers:
    middle = np.clip(x, -1, 1) + 1
    return where(x < 1, middle * middle / 4, x, x)


def _sparse_plus_slope(x: Numbers) -> Numbers:
    return (np.clip(x, -1, 1) + 1) / 2


RECTIFIED = (
    Function(
        "relu",
        _relu,
        _relu_slope,
        _relu_formula,
        _relu_range,
        _relu_limits,
        "Nair, Hinton, 2010",
        parameters=(
            Parameter("negative_slope", 0.0, least=0),  # the bounds are those of keras.layers.ReLU
            Parameter("max_value", None, optional=True, least=0),
            Parameter("threshold", 0.0, least=0),
        ),
        kinks=_relu_kinks,
        jumps=_relu_jumps,
    ),
    Function(
        "leaky_relu",
        lambda x, negative_slope: where(x > 0, x, negative_slope * x, x),
        lambda x, negative_slope: where(x > 0, 1, negative_slope, x),
        _leaky_formula,
        _leaky_range,
        lambda negative_slope: (None if negative_slope else 0.0, None),
        "Maas et al., 2013",
        parameters=(Parameter("negative_slope", 0.2),),
        kinks=lambda **_: (0.0,),
    ),
    Function(
        "relu6",
        lambda x: np.clip(x, 0, 6),
        lambda x: where((x > 0) & (x <= 6), 1, 0, x),
        lambda: Formula("min(max(x, 0), 6)", r"\min(\max(x,\ 0),\ 6)"),
        lambda: Interval(0, 6, True, True),
        lambda: (0.0, 6.0),
        "Krizhevsky, 2010",
        kinks=lambda: (0.0, 6.0),
    ),
    Function(
        "elu",
        _elu,
        _elu_slope,
        _elu_formula,
        _elu_range,
        lambda alpha: (-alpha, None),
        "Clevert et al., 2016, arXiv:1511.07289",
        parameters=(Parameter("alpha", 1.0),),
        kinks=lambda alpha: () if alpha == 1 else (0.0,),
    ),
    Function(
        "selu",
        _selu,
        _selu_slope,
        lambda: Formula(
            "1.0507·x if x > 0 else 1.7581·(exp(x) − 1)",
            r"1.0507\,x\ \mathrm{if}\ x > 0\ \mathrm{else}\ 1.7581\,(e^x - 1)",
        ),
        lambda: Interval(-SELU_SCALE * SELU_ALPHA),
        lambda: (-SELU_SCALE * SELU_ALPHA, None),
        "Klambauer et al., 2017, arXiv:1706.02515",
        kinks=lambda: (0.0,),
    ),
    Function(
        "celu",
        _celu,
        _celu_slope,
        _celu_formula,
        lambda alpha: Interval(-alpha) if alpha > 0 else Interval(),
        lambda alpha: (-alpha if alpha > 0 else None, None),
        "Barron, 2017, arXiv:1704.07483",
        parameters=(Parameter("alpha", 1.0, nonzero=True),),
    ),
    Function(
        "softplus",
        softplus,
        sigmoid,
        lambda: Formula("log(1 + exp(x))", r"\log(1 + e^x)"),
        lambda: Interval(0),
        lambda: (0.0, None),
        "Dugas et al., 2001",
    ),
    Function(
        "squareplus",
        _squareplus,
        _squareplus_slope,
        _squareplus_formula,
        lambda b: Interval(0, math.inf, b == 0),
        lambda b: (0.0, None),
        "Barron, 2021, arXiv:2112.11687",
        parameters=(Parameter("b", 4, least=0),),
        kinks=lambda b: () if b else (0.0,),
    ),
    Function(
        "sparse_plus",
        _sparse_plus,
        _sparse_plus_slope,
        lambda: Formula(
            "0 if x ≤ −1 else x if x ≥ 1 else (x + 1)^2 / 4",
            r"0\ \mathrm{if}\ x \leq -1\ \mathrm{else}\ x\ \mathrm{if}\ x \geq 1\ \mathrm{else}\ (x + 1)^2 / 4",
        ),
        lambda: Interval(0, math.inf, True),
        lambda: (0.0, None),
        "Blondel et al., 2019, arXiv:1901.02324",
    ),
    Function(
        "exponential",
        exp,
        exp,
        lambda: Formula("exp(x)", r"e^x"),
        lambda: Interval(0),
        lambda: (0.0, None),
        "the exponential function",
    ),
)
