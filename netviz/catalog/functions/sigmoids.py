"""Activations between two bounds, and the straight line."""

from __future__ import annotations

import math

import numpy as np

from netviz.catalog.functions.kinds import Formula, Function, Interval, Numbers
from netviz.catalog.functions.numeric import sigmoid, softplus, where


def _tanh_slope(x: Numbers) -> Numbers:
    return 4 * sigmoid(2 * x) * sigmoid(-2 * x)


def _hard_sigmoid(x: Numbers) -> Numbers:
    return np.clip(x + 3, 0, 6) / 6


def _softsign_slope(x: Numbers) -> Numbers:
    root = 1 / (1 + np.abs(x))
    return root * root


SIGMOIDS = (
    Function(
        "linear",
        lambda x: x.copy(),
        np.ones_like,
        lambda: Formula("x", "x"),
        Interval,
        lambda: (None, None),
        "the identity: no activation",
    ),
    Function(
        "sigmoid",
        sigmoid,
        lambda x: sigmoid(x) * sigmoid(-x),
        lambda: Formula("1 / (1 + exp(−x))", r"1\,/\,(1 + e^{-x})"),
        lambda: Interval(0, 1),
        lambda: (0.0, 1.0),
        "the logistic function",
    ),
    Function(
        "tanh",
        np.tanh,
        _tanh_slope,
        lambda: Formula("(exp(x) − exp(−x)) / (exp(x) + exp(−x))", r"(e^x - e^{-x})\,/\,(e^x + e^{-x})"),
        lambda: Interval(-1, 1),
        lambda: (-1.0, 1.0),
        "the hyperbolic tangent",
    ),
    Function(
        "softsign",
        lambda x: x / (1 + np.abs(x)),
        _softsign_slope,
        lambda: Formula("x / (1 + |x|)", r"x\,/\,(1 + |x|)"),
        lambda: Interval(-1, 1),
        lambda: (-1.0, 1.0),
        "Bergstra et al., 2009",
    ),
    Function(
        "log_sigmoid",
        lambda x: -softplus(-x),
        lambda x: sigmoid(-x),
        lambda: Formula("−log(1 + exp(−x))", r"-\log(1 + e^{-x})"),
        lambda: Interval(-math.inf, 0),
        lambda: (None, 0.0),
        "the logarithm of the logistic function",
    ),
    Function(
        "hard_sigmoid",
        _hard_sigmoid,
        lambda x: where((x > -3) & (x <= 3), 1 / 6, 0, x),
        lambda: Formula("min(max(x + 3, 0), 6) / 6", r"\min(\max(x + 3,\ 0),\ 6)\,/\,6"),
        lambda: Interval(0, 1, True, True),
        lambda: (0.0, 1.0),
        "keras.activations.hard_sigmoid, since Keras 3",
        kinks=lambda: (-3.0, 3.0),
    ),
    Function(
        "sparse_sigmoid",
        lambda x: (np.clip(x, -1, 1) + 1) / 2,
        lambda x: where((x > -1) & (x <= 1), 0.5, 0, x),
        lambda: Formula("min(max((x + 1) / 2, 0), 1)", r"\min(\max((x + 1) / 2,\ 0),\ 1)"),
        lambda: Interval(0, 1, True, True),
        lambda: (0.0, 1.0),
        "Blondel et al., 2019, arXiv:1901.02324",
        kinks=lambda: (-1.0, 1.0),
    ),
    Function(
        "hard_tanh",
        lambda x: np.clip(x, -1, 1),
        lambda x: where((x > -1) & (x <= 1), 1, 0, x),
        lambda: Formula("min(max(x, −1), 1)", r"\min(\max(x,\ -1),\ 1)"),
        lambda: Interval(-1, 1, True, True),
        lambda: (-1.0, 1.0),
        "Collobert, 2004",
        kinks=lambda: (-1.0, 1.0),
    ),
)

KERAS_2 = (
    Function(
        "hard_sigmoid",
        lambda x: np.clip(x / 5 + 0.5, 0, 1),
        lambda x: where((x > -2.5) & (x <= 2.5), 0.2, 0, x),
        lambda: Formula("min(max(0.2·x + 0.5, 0), 1)", r"\min(\max(0.2\,x + 0.5,\ 0),\ 1)"),
        lambda: Interval(0, 1, True, True),
        lambda: (0.0, 1.0),
        "keras.activations.hard_sigmoid before Keras 3",
        kinks=lambda: (-2.5, 2.5),
        version="before Keras 3",
    ),
)
"""Functions that were others under the same name before Keras 3."""
