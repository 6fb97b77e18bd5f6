"""Activations that set what is small to zero, or to a value."""

from __future__ import annotations

import math

import numpy as np

from netviz.catalog.functions.kinds import (
    REQUIRED,
    Flat,
    Formula,
    Function,
    Interval,
    Numbers,
    Parameter,
    number_text,
    tex_number,
)
from netviz.catalog.functions.numeric import where


def _soft_formula(threshold: float) -> Formula:
    return Formula(
        f"sign(x)·max(|x| − {number_text(threshold)}, 0)",
        rf"\mathrm{{sign}}(x)\,\max(|x| - {tex_number(threshold)},\ 0)",
    )


def _hard_formula(threshold: float) -> Formula:
    return Formula(
        f"x if |x| > {number_text(threshold)} else 0",
        rf"x\ \mathrm{{if}}\ |x| > {tex_number(threshold)}\ \mathrm{{else}}\ 0",
    )


def _soft(x: Numbers, threshold: float) -> Numbers:
    return where(x > threshold, x - threshold, where(x < -threshold, x + threshold, 0, x), x)


def _dead(threshold: float) -> tuple[Flat, ...]:
    return (Flat(-threshold, threshold, 0.0),) if threshold else ()


def _ends(threshold: float) -> tuple[float, ...]:
    return (-threshold, threshold) if threshold else (0.0,)


def _tanh_squared(x: Numbers) -> Numbers:
    y = np.tanh(x)
    return y * y


def _threshold_formula(threshold: float, default_value: float) -> Formula:
    return Formula(
        f"x if x > {number_text(threshold)} else {number_text(default_value)}",
        rf"x\ \mathrm{{if}}\ x > {tex_number(threshold)}\ \mathrm{{else}}\ {tex_number(default_value)}",
    )


def _threshold_range(threshold: float, default_value: float) -> Interval:
    return Interval(min(threshold, default_value), math.inf, default_value <= threshold)


SHRINKING = (
    Function(
        "soft_shrink",
        _soft,
        lambda x, threshold: where((x > threshold) | (x <= -threshold), 1, 0, x),
        _soft_formula,
        lambda threshold: Interval(),
        lambda threshold: (None, None),
        "Donoho, Johnstone, 1994",
        parameters=(Parameter("threshold", 0.5, least=0),),
        kinks=_ends,
        flats=_dead,
    ),
    Function(
        "hard_shrink",
        lambda x, threshold: where(np.abs(x) > threshold, x, 0, x),
        lambda x, threshold: where((x > threshold) | (x <= -threshold), 1, 0, x),
        _hard_formula,
        lambda threshold: Interval(),
        lambda threshold: (None, None),
        "Donoho, Johnstone, 1994",
        parameters=(Parameter("threshold", 0.5, least=0),),
        kinks=_ends,
        jumps=lambda threshold: _ends(threshold) if threshold else (),
        flats=_dead,
    ),
    Function(
        "tanh_shrink",
        lambda x: x - np.tanh(x),
        _tanh_squared,
        lambda: Formula("x − tanh(x)", r"x - \tanh(x)"),
        Interval,
        lambda: (None, None),
        "keras.activations.tanh_shrink",
    ),
    Function(
        "threshold",
        lambda x, threshold, default_value: where(x > threshold, x, default_value, x),
        lambda x, threshold, default_value: where(x > threshold, 1, 0, x),
        _threshold_formula,
        _threshold_range,
        lambda threshold, default_value: (default_value, None),
        "keras.activations.threshold",
        parameters=(
            Parameter("threshold", REQUIRED, typical=1.0),
            Parameter("default_value", REQUIRED, typical=0.0),
        ),
        kinks=lambda threshold, default_value: (threshold,),
        jumps=lambda threshold, default_value: () if threshold == default_value else (threshold,),
    ),
)
