"""Losses of how far a prediction is from its target."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from netviz.catalog.functions.kinds import Case, Formula, Loss, Numbers, Over, Parameter, number_text, tex_number
from netviz.catalog.functions.numeric import softplus, where

EPSILON = 1e-7
"""keras.config.epsilon(), by default."""

ERROR = Over("error", "error (prediction − target)", (-3.0, 3.0))


def _over_error(**_: object) -> Over:
    return ERROR


def _squared(x: Numbers) -> Numbers:
    return x * x


def _twice(x: Numbers) -> Numbers:
    return 2 * x


def _huber(delta: float) -> tuple[Case, ...]:
    def value(x: Numbers) -> Numbers:
        size = np.abs(x)
        return where(size <= delta, 0.5 * x * x, delta * size - 0.5 * delta * delta, x)

    def gradient(x: Numbers) -> Numbers:
        return np.clip(x, np.asarray(-delta, x.dtype), np.asarray(delta, x.dtype))

    return (Case("", value, gradient, (-delta, delta)),)


def _huber_formula(delta: float) -> Formula:
    d, tex = number_text(delta), tex_number(delta)
    beyond, tex_beyond = f"|e| − {number_text(delta / 2)}", f"|e| - {tex_number(delta / 2)}"
    if delta != 1:
        beyond, tex_beyond = f"{d}·({beyond})", rf"{tex}\,({tex_beyond})"
    return Formula(
        f"e^2 / 2 if |e| ≤ {d} else {beyond}",
        rf"e^2 / 2\ \mathrm{{if}}\ |e| \leq {tex}\ \mathrm{{else}}\ {tex_beyond}",
    )


def _log_cosh(x: Numbers) -> Numbers:
    return x + softplus(-2 * x) - math.log(2)


def _targets(*targets: float) -> tuple[tuple[str, float], ...]:
    return tuple((f"target {target:g}", target) for target in targets)


def _percentage() -> tuple[Case, ...]:
    def value(target: float, x: Numbers) -> Numbers:
        share: Numbers = np.abs((target - x) / max(abs(target), EPSILON))
        return 100 * share

    def gradient(target: float, x: Numbers) -> Numbers:
        side: Numbers = np.sign(x - target)
        return side * (100 / max(abs(target), EPSILON))

    return tuple(
        Case(label, partial(value, target), partial(gradient, target), (target,))
        for label, target in _targets(1.0, 4.0)
    )


def _logarithmic() -> tuple[Case, ...]:
    def difference(target: float, x: Numbers) -> Numbers:
        least = np.asarray(EPSILON, x.dtype)
        place: Numbers = np.log(np.maximum(x, least) + 1)
        far: Numbers = place - np.log(np.maximum(np.asarray(target, x.dtype), least) + 1)
        return far

    def value(target: float, x: Numbers) -> Numbers:
        far = difference(target, x)
        return far * far

    def gradient(target: float, x: Numbers) -> Numbers:
        slope = 2 * difference(target, x) / (np.maximum(x, 0) + 1)
        return where(x > EPSILON, slope, 0, x)

    return tuple(
        Case(label, partial(value, target), partial(gradient, target), (EPSILON,))
        for label, target in _targets(1.0, 4.0)
    )


def _poisson() -> tuple[Case, ...]:
    def value(target: float, x: Numbers) -> Numbers:
        return x - target * np.log(x + np.asarray(EPSILON, x.dtype))

    def gradient(target: float, x: Numbers) -> Numbers:
        return 1 - target / (x + np.asarray(EPSILON, x.dtype))

    return tuple(Case(label, partial(value, target), partial(gradient, target)) for label, target in _targets(1.0, 4.0))


ERRORS = (
    Loss(
        "mean_squared_error",
        "MeanSquaredError",
        "the square of the error",
        lambda: Formula("e^2", "e^2"),
        _over_error,
        lambda: (Case("", _squared, _twice),),
        aliases=("mse", "MSE"),
    ),
    Loss(
        "mean_absolute_error",
        "MeanAbsoluteError",
        "the size of the error",
        lambda: Formula("|e|", "|e|"),
        _over_error,
        lambda: (Case("", np.abs, np.sign, (0.0,)),),
        aliases=("mae", "MAE"),
    ),
    Loss(
        "huber",
        "Huber",
        "Huber, 1964",
        _huber_formula,
        _over_error,
        _huber,
        parameters=(Parameter("delta", 1.0, least=0, open=True),),
        aliases=("huber_loss",),
    ),
    Loss(
        "log_cosh",
        "LogCosh",
        "keras.losses.log_cosh",
        lambda: Formula("log(cosh(e))", r"\log \cosh e"),
        _over_error,
        lambda: (Case("", _log_cosh, np.tanh),),
        aliases=("logcosh",),
    ),
    Loss(
        "mean_absolute_percentage_error",
        "MeanAbsolutePercentageError",
        "the size of the error by that of the target, in percent",
        lambda: Formula("100·|y − p| / |y|", r"100\,|y - \hat{y}| / |y|"),
        lambda: Over("prediction", "prediction", (0.0, 6.0)),
        _percentage,
        shown="the same error costs less the larger the target is",
        aliases=("mape", "MAPE"),
    ),
    Loss(
        "mean_squared_logarithmic_error",
        "MeanSquaredLogarithmicError",
        "the square of the difference of logarithms",
        lambda: Formula("(log(1 + p) − log(1 + y))^2", r"(\log(1 + \hat{y}) - \log(1 + y))^2"),
        lambda: Over("prediction", "prediction", (-1.0, 6.0), note="predictions below 0 count as 0"),
        _logarithmic,
        aliases=("msle", "MSLE"),
    ),
    Loss(
        "poisson",
        "Poisson",
        "the likelihood of counts, without what depends on the target alone",
        lambda: Formula("p − y·log(p)", r"\hat{y} - y\,\log \hat{y}"),
        lambda: Over("prediction", "prediction", (0.0, 6.0), (0.0, math.inf), (-4.0, 6.0)),
        _poisson,
    ),
)
