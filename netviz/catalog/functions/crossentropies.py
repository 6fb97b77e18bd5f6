"""Losses of predicted probabilities, or of the logits that become probabilities."""

from __future__ import annotations

import math

import numpy as np

from netviz.catalog.functions.errors import EPSILON
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


def _binary_formula(from_logits: bool, label_smoothing: float, **_: object) -> Formula:
    y = "t" if label_smoothing else "y"
    text, tex = f"−{y}·log(p) − (1 − {y})·log(1 − p)", rf"-{y}\,\log p - (1 - {y})\,\log(1 - p)"
    formula = _with_link(text, tex, "sigmoid(x)", r"\sigma(x)") if from_logits else Formula(text, tex)
    return _with_smoothing(formula, label_smoothing, 2)


def _with_smoothing(formula: Formula, label_smoothing: float, classes: int | None) -> Formula:
    """The formula with what the target t is made of; without `classes` their number is K. As it is without any."""
    if not label_smoothing:
        return formula
    kept, tex_kept = number_text(1 - label_smoothing), tex_number(1 - label_smoothing)
    if classes:
        added, tex_added = number_text(label_smoothing / classes), tex_number(label_smoothing / classes)
        return Formula(
            f"{formula.text}, t = {kept}·y + {added}", rf"{formula.tex},\quad t = {tex_kept}\,y + {tex_added}"
        )
    added, tex_added = number_text(label_smoothing), tex_number(label_smoothing)
    return Formula(
        f"{formula.text}, t_i = {kept}·y_i + {added} / K",
        rf"{formula.tex},\quad t_i = {tex_kept}\,y_i + {tex_added} / K",
    )


def _with_link(text: str, tex: str, link: str, tex_link: str) -> Formula:
    return Formula(f"{text}, p = {link}", rf"{tex},\quad p = {tex_link}")


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


def _binary_focal_formula(
    apply_class_balancing: bool, alpha: float, gamma: float, from_logits: bool, label_smoothing: float, **_: object
) -> Formula:
    if label_smoothing:
        return _smoothed_focal_formula(apply_class_balancing, alpha, gamma, from_logits, label_smoothing)
    g, tex_g = number_text(gamma), tex_number(gamma)
    first, second = (number_text(alpha), number_text(1 - alpha)) if apply_class_balancing else ("", "")
    text = f"−{_dot(first)}y·(1 − p)^{g}·log(p) − {_dot(second)}(1 − y)·p^{g}·log(1 − p)"
    tex = rf"-{_thin(first)}y\,(1 - p)^{{{tex_g}}}\log p - {_thin(second)}(1 - y)\,p^{{{tex_g}}}\log(1 - p)"
    return _with_link(text, tex, "sigmoid(x)", r"\sigma(x)") if from_logits else Formula(text, tex)


def _smoothed_focal_formula(
    apply_class_balancing: bool, alpha: float, gamma: float, from_logits: bool, label_smoothing: float
) -> Formula:
    """With a target that is neither 0 nor 1, all of the crossentropy has one factor, of what p misses of the target."""
    g, tex_g = number_text(gamma), tex_number(gamma)
    weight = tex_weight = ""
    if apply_class_balancing:
        weight = f"({number_text(alpha)}·t + {number_text(1 - alpha)}·(1 − t))·"
        tex_weight = rf"({tex_number(alpha)}\,t + {tex_number(1 - alpha)}\,(1 - t))\,"
    text = f"−{weight}m^{g}·(t·log(p) + (1 − t)·log(1 − p)), m = t·(1 − p) + (1 − t)·p"
    tex = rf"-{tex_weight}m^{{{tex_g}}}\,(t\,\log p + (1 - t)\,\log(1 - p)),\quad m = t\,(1 - p) + (1 - t)\,p"
    formula = _with_link(text, tex, "sigmoid(x)", r"\sigma(x)") if from_logits else Formula(text, tex)
    return _with_smoothing(formula, label_smoothing, 2)


def _dot(factor: str) -> str:
    return f"{factor}·" if factor else ""


def _thin(factor: str) -> str:
    return rf"{factor}\," if factor else ""


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


def _classes_formula(from_logits: bool, label_smoothing: float, **_: object) -> Formula:
    y = "t" if label_smoothing else "y"
    text, tex = f"−sum_i {y}_i·log(p_i)", rf"-\Sigma_i\, {y}_i\,\log p_i"
    formula = _with_link(text, tex, "softmax(x)", r"\mathrm{softmax}(x)") if from_logits else Formula(text, tex)
    return _with_smoothing(formula, label_smoothing, None)


def _sparse_formula(from_logits: bool, **_: object) -> Formula:
    text, tex = "−log(p) of the true class", r"-\log p\ \mathrm{of\ the\ true\ class}"
    return _with_link(text, tex, "softmax(x)", r"\mathrm{softmax}(x)") if from_logits else Formula(text, tex)


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


def _classes_focal_formula(
    alpha: float, gamma: float, from_logits: bool, label_smoothing: float, **_: object
) -> Formula:
    y = "t" if label_smoothing else "y"
    text = f"−{_dot(number_text(alpha))}sum_i (1 − p_i)^{number_text(gamma)}·{y}_i·log(p_i)"
    tex = rf"-{tex_number(alpha)}\,\Sigma_i\, (1 - p_i)^{{{tex_number(gamma)}}}\,{y}_i\,\log p_i"
    formula = _with_link(text, tex, "softmax(x)", r"\mathrm{softmax}(x)") if from_logits else Formula(text, tex)
    return _with_smoothing(formula, label_smoothing, None)


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
        _binary_formula,
        _over_binary,
        _binary,
        parameters=(FROM_LOGITS, LABEL_SMOOTHING, AXIS),
        aliases=("bce", "BCE"),
    ),
    Loss(
        "binary_focal_crossentropy",
        "BinaryFocalCrossentropy",
        "Lin et al., 2017, arXiv:1708.02002",
        _binary_focal_formula,
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
        _classes_formula,
        _over_classes,
        _classes,
        shown=_SEVERAL,
        parameters=(FROM_LOGITS, LABEL_SMOOTHING, AXIS),
    ),
    Loss(
        "categorical_focal_crossentropy",
        "CategoricalFocalCrossentropy",
        "Lin et al., 2017, arXiv:1708.02002",
        _classes_focal_formula,
        _over_classes,
        _classes_focal,
        shown=_SEVERAL,
        parameters=(Parameter("alpha", 0.25), GAMMA, FROM_LOGITS, LABEL_SMOOTHING, AXIS),
    ),
    Loss(
        "sparse_categorical_crossentropy",
        "SparseCategoricalCrossentropy",
        "the likelihood of classes, the targets as their numbers",
        _sparse_formula,
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
