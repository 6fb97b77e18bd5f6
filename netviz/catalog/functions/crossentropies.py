"""Losses of predicted probabilities, or of the logits that become probabilities."""

from __future__ import annotations

import math

import numpy as np

from netviz.catalog.functions.errors import EPSILON
from netviz.catalog.functions.formulas import (
    binary_focal_formula,
    binary_formula,
    classes_focal_formula,
    classes_formula,
    sparse_formula,
)
from netviz.catalog.functions.kinds import Case, Formula, Loss, Numbers, Over, Parameter, number_text, tex_number
from netviz.catalog.functions.numeric import sigmoid, softplus, where

CLASSES = 3
"""In the pictures of losses over several classes; those that are wrong share what is left."""

_CLIPPED = "probabilities are clipped to 1e−7 and 1 − 1e−7"
_LOGIT = Over("logit", "logit", (-6.0, 6.0))
_SEVERAL = f"{CLASSES} classes; those that are wrong share the rest"

FROM_LOGITS = Parameter("from_logits", False, "flag")
LABEL_SMOOTHING = Parameter("label_smoothing", 0.0, least=0, most=1)
AXIS = Parameter("axis", -1, "axis")
GAMMA = Parameter("gamma", 2.0, least=0)


def _over(title: str, high: float) -> Over:
    return Over("probability", title, (0.0, 1.0), (0.0, 1.0), (-high, high), _CLIPPED)


def _over_binary(from_logits: bool, **_: object) -> Over:
    return _LOGIT if from_logits else _over("predicted probability", 6.0)


def _over_classes(from_logits: bool, **_: object) -> Over:
    return (
        Over("logit", "logit of the true class (those of the others: 0)", (-6.0, 6.0))
        if from_logits
        else _over("predicted probability of the true class", 6.0)
    )


def _clipped(p: Numbers) -> Numbers:
    return np.clip(p, np.asarray(EPSILON, p.dtype), np.asarray(1 - EPSILON, p.dtype))


def _inside(p: Numbers) -> Numbers:
    """1 where clipping leaves a probability as it is, else 0: there nothing is learned."""
    return where((p >= np.asarray(EPSILON, p.dtype)) & (p <= np.asarray(1 - EPSILON, p.dtype)), 1, 0, p)


def _smooth(target: float, label_smoothing: float, like: Numbers) -> Numbers:
    """The target, nearer to 0.5, rounded as Keras rounds it."""
    moved: Numbers = np.asarray(target, like.dtype) * (1 - label_smoothing)
    return np.asarray(moved + 0.5 * label_smoothing, like.dtype)


def _entropy(target: Numbers, p: Numbers) -> Numbers:
    inside = _clipped(p)
    return -(target * np.log(inside) + (1 - target) * np.log(1 - inside))


def _entropy_slope(target: Numbers, p: Numbers) -> Numbers:
    inside = _clipped(p)
    return _inside(p) * ((1 - target) / (1 - inside) - target / inside)


def _logit_entropy(target: Numbers, x: Numbers) -> Numbers:
    """The same of a logit, which is not clipped. Source: tf.nn.sigmoid_cross_entropy_with_logits."""
    return np.maximum(x, 0) - x * target + np.log1p(np.exp(-np.abs(x)))


def _binary(from_logits: bool, label_smoothing: float, **_: object) -> tuple[Case, ...]:
    def made(label: str, target: float) -> Case:
        def value(x: Numbers) -> Numbers:
            goal = _smooth(target, label_smoothing, x)
            return _logit_entropy(goal, x) if from_logits else _entropy(goal, x)

        def gradient(x: Numbers) -> Numbers:
            goal = _smooth(target, label_smoothing, x)
            return sigmoid(x) - goal if from_logits else _entropy_slope(goal, x)

        return Case(label, value, gradient, () if from_logits else (EPSILON, 1 - EPSILON))

    return made("target 1", 1.0), made("target 0", 0.0)


def _binary_focal(
    apply_class_balancing: bool, alpha: float, gamma: float, from_logits: bool, label_smoothing: float, **_: object
) -> tuple[Case, ...]:
    def made(label: str, target: float) -> Case:
        def parts(x: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
            """The target, the probability, how much of the truth it misses, and the crossentropy."""
            goal, p = _smooth(target, label_smoothing, x), sigmoid(x) if from_logits else x
            missed = 1 - (goal * p + (1 - goal) * (1 - p))
            return goal, p, missed, _logit_entropy(goal, x) if from_logits else _entropy(goal, x)

        def weight(goal: Numbers) -> Numbers:
            return goal * alpha + (1 - goal) * (1 - alpha) if apply_class_balancing else np.ones_like(goal)

        def value(x: Numbers) -> Numbers:
            goal, _, missed, entropy = parts(x)
            return weight(goal) * (missed**gamma * entropy)

        def gradient(x: Numbers) -> Numbers:
            goal, p, missed, entropy = parts(x)
            with np.errstate(divide="ignore", invalid="ignore"):  # a gamma below 1 has no slope where nothing is missed
                steeper = gamma * missed ** (gamma - 1) * (1 - 2 * goal) if gamma else np.zeros_like(x)
                if from_logits:
                    return weight(goal) * (missed**gamma * (p - goal) + steeper * p * sigmoid(-x) * entropy)
                return weight(goal) * (missed**gamma * _entropy_slope(goal, p) + steeper * entropy)

        return Case(label, value, gradient, () if from_logits else (EPSILON, 1 - EPSILON))

    return made("target 1", 1.0), made("target 0", 0.0)


def _smoothed(label_smoothing: float) -> tuple[float, float]:
    """The targets of the true class and of each other one."""
    return 1 - label_smoothing + label_smoothing / CLASSES, label_smoothing / CLASSES


def _log_share(x: Numbers) -> Numbers:
    """The logarithm of what softmax gives the class with the logit x, where the others have 0."""
    return -softplus(math.log(CLASSES - 1) - x)


def _log_other(x: Numbers) -> Numbers:
    """The same of each other class."""
    return -softplus(x - math.log(CLASSES - 1)) - math.log(CLASSES - 1)


def _share(x: Numbers) -> Numbers:
    return sigmoid(x - math.log(CLASSES - 1))


def _classes(from_logits: bool, label_smoothing: float = 0.0, **_: object) -> tuple[Case, ...]:
    true, wrong = _smoothed(label_smoothing)

    def value(p: Numbers) -> Numbers:
        return -true * np.log(_clipped(p)) - (CLASSES - 1) * wrong * np.log(_clipped((1 - p) / (CLASSES - 1)))

    def gradient(p: Numbers) -> Numbers:
        other = (1 - p) / (CLASSES - 1)
        return wrong * _inside(other) / _clipped(other) - true * _inside(p) / _clipped(p)

    if not from_logits:
        return (Case("", value, gradient, (EPSILON, 1 - EPSILON)),)
    return (
        Case(
            "",
            lambda x: -true * _log_share(x) - (CLASSES - 1) * wrong * _log_other(x),
            lambda x: _share(x) - true,
        ),
    )


def _classes_focal(
    alpha: float, gamma: float, from_logits: bool, label_smoothing: float, **_: object
) -> tuple[Case, ...]:
    true, wrong = _smoothed(label_smoothing)

    def term(p: Numbers) -> Numbers:
        return -((1 - _clipped(p)) ** gamma) * np.log(_clipped(p))

    def term_slope(p: Numbers) -> Numbers:
        inside = _clipped(p)
        steeper = gamma * (1 - inside) ** (gamma - 1) * np.log(inside) if gamma else np.zeros_like(p)
        return _inside(p) * (steeper - (1 - inside) ** gamma / inside)

    def value(x: Numbers) -> Numbers:
        p = _share(x) if from_logits else x
        other = (1 - _share(x) if from_logits else 1 - x) / (CLASSES - 1)
        return alpha * (true * term(p) + (CLASSES - 1) * wrong * term(other))

    def gradient(x: Numbers) -> Numbers:
        p = _share(x) if from_logits else x
        slope = true * term_slope(p) - wrong * term_slope((1 - p) / (CLASSES - 1))
        return alpha * slope * (p * (1 - p) if from_logits else 1)

    return (Case("", value, gradient, () if from_logits else (EPSILON, 1 - EPSILON)),)


def _generalised(q: float) -> tuple[Case, ...]:
    def gradient(p: Numbers) -> Numbers:
        with np.errstate(divide="ignore"):
            slope: Numbers = -(p ** (q - 1))
            return slope

    return (Case("", lambda p: (1 - p**q) / q, gradient, (0.0,)),)


def _divergence() -> tuple[Case, ...]:
    def term(target: float, p: Numbers) -> Numbers:
        near = max(target, EPSILON)
        surprise: Numbers = np.log(near / np.clip(p, np.asarray(EPSILON, p.dtype), 1))
        return near * surprise

    def term_slope(target: float, p: Numbers) -> Numbers:
        least = np.asarray(EPSILON, p.dtype)
        return where((p >= least) & (p <= 1), -max(target, EPSILON) / np.clip(p, least, 1), 0, p)

    def made(target: float) -> Case:
        return Case(
            f"target {target:g}",
            lambda p: term(target, p) + term(1 - target, 1 - p),
            lambda p: term_slope(target, p) - term_slope(1 - target, 1 - p),
            (EPSILON, 1 - EPSILON),
        )

    return tuple(map(made, (1.0, 0.5)))


CROSSENTROPIES = (
    Loss(
        "binary_crossentropy",
        "BinaryCrossentropy",
        "the likelihood of yes and no",
        binary_formula,
        _over_binary,
        _binary,
        parameters=(FROM_LOGITS, LABEL_SMOOTHING, AXIS),
        aliases=("bce", "BCE"),
    ),
    Loss(
        "binary_focal_crossentropy",
        "BinaryFocalCrossentropy",
        "Lin et al., 2017, arXiv:1708.02002",
        binary_focal_formula,
        _over_binary,
        _binary_focal,
        parameters=(
            Parameter("apply_class_balancing", False, "flag"),
            Parameter("alpha", 0.25, least=0, most=1),
            GAMMA,
            FROM_LOGITS,
            LABEL_SMOOTHING,
            AXIS,
        ),
    ),
    Loss(
        "categorical_crossentropy",
        "CategoricalCrossentropy",
        "the likelihood of classes",
        classes_formula,
        _over_classes,
        _classes,
        shown=_SEVERAL,
        parameters=(FROM_LOGITS, LABEL_SMOOTHING, AXIS),
    ),
    Loss(
        "categorical_focal_crossentropy",
        "CategoricalFocalCrossentropy",
        "Lin et al., 2017, arXiv:1708.02002",
        classes_focal_formula,
        _over_classes,
        _classes_focal,
        shown=_SEVERAL,
        parameters=(Parameter("alpha", 0.25), GAMMA, FROM_LOGITS, LABEL_SMOOTHING, AXIS),
    ),
    Loss(
        "sparse_categorical_crossentropy",
        "SparseCategoricalCrossentropy",
        "the likelihood of classes, the targets as their numbers",
        sparse_formula,
        _over_classes,
        _classes,
        shown=_SEVERAL,
        parameters=(FROM_LOGITS, Parameter("ignore_class", None, "whole", optional=True), AXIS),
    ),
    Loss(
        "categorical_generalized_cross_entropy",
        "CategoricalGeneralizedCrossEntropy",
        "Zhang, Sabuncu, 2018, arXiv:1805.07836",
        lambda q: Formula(
            f"(1 − p^{number_text(q)}) / {number_text(q)}",
            rf"(1 - p^{{{tex_number(q)}}}) / {tex_number(q)}",
        ),
        lambda q: Over("probability", "predicted probability of the true class", (0.0, 1.0), (0.0, 1.0), (-6.0, 6.0)),
        _generalised,
        parameters=(Parameter("q", 0.5, least=0, most=1, open=True),),
    ),
    Loss(
        "kl_divergence",
        "KLDivergence",
        "Kullback, Leibler, 1951",
        lambda: Formula("sum_i y_i·log(y_i / p_i)", r"\Sigma_i\, y_i\,\log(y_i / p_i)"),
        lambda: _over("predicted probability", 6.0),
        _divergence,
        shown="2 classes; the other class has the rest, in the target and in the prediction",
        aliases=("kld", "KLD", "kullback_leibler_divergence"),
    ),
)
