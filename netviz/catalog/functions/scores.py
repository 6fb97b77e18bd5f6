"""Losses of scores (hinges), of overlap (dice, tversky) and of similarity; and what has no picture in one dimension."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from netviz.catalog.functions.errors import EPSILON
from netviz.catalog.functions.kinds import Case, Formula, Loss, Numbers, Over, Parameter, number_text, tex_number
from netviz.catalog.functions.numeric import sigmoid, softplus, where

_SCORE = Over("score", "score", (-3.0, 3.0))


def _margin(sign: float, x: Numbers) -> Numbers:
    short: Numbers = np.maximum(1 - sign * x, 0)
    return short


def _margin_slope(sign: float, x: Numbers) -> Numbers:
    return where(1 - sign * x > 0, -sign, 0, x)


def _hinge() -> tuple[Case, ...]:
    return tuple(
        Case(label, partial(_margin, sign), partial(_margin_slope, sign), (sign,))
        for label, sign in (("target 1", 1.0), ("target −1", -1.0))
    )


def _squared_hinge() -> tuple[Case, ...]:
    def made(label: str, sign: float) -> Case:
        return Case(label, lambda x: _margin(sign, x) * _margin(sign, x), lambda x: -2 * sign * _margin(sign, x))

    return made("target 1", 1.0), made("target −1", -1.0)


def _categorical_hinge() -> tuple[Case, ...]:
    def made(other: float) -> Case:
        return Case(
            f"best other {other:g}",
            lambda x: np.maximum(other - x + 1, 0),
            lambda x: where(other - x + 1 > 0, -1, 0, x),
            (other + 1,),
        )

    return made(0.0), made(1.0)


def _overlap(outside: float, x: Numbers) -> Numbers:
    return 1 - 2 * x / (1 + x + outside + EPSILON)


def _overlap_slope(outside: float, x: Numbers) -> Numbers:
    whole = 1 + x + outside + EPSILON
    return -2 * (1 + outside + EPSILON) / (whole * whole)


_INSIDE = Over("overlap", "predicted probability inside the mask", (0.0, 1.0), (0.0, 1.0))
_MASK = "a mask over half of the pixels"


def _outside(label: float) -> str:
    return f"outside {label:g}"


def _dice(axis: object) -> tuple[Case, ...]:
    return tuple(
        Case(_outside(other), partial(_overlap, other), partial(_overlap_slope, other)) for other in (0.0, 0.5)
    )


def _tversky(alpha: float, beta: float, axis: object) -> tuple[Case, ...]:
    def made(other: float) -> Case:
        def whole(x: Numbers) -> Numbers:
            return x + (1 - x) * alpha + other * beta + EPSILON

        return Case(
            _outside(other),
            lambda x: 1 - x / whole(x),
            lambda x: -(alpha + other * beta + EPSILON) / (whole(x) * whole(x)),
        )

    return made(0.0), made(0.5)


def _tversky_formula(alpha: float, beta: float, axis: object) -> Formula:
    return Formula(
        f"1 − hits / (hits + {number_text(alpha)}·missed + {number_text(beta)}·wrong)",
        r"1 - \Sigma y p\,/\,(\Sigma y p + "
        rf"{tex_number(alpha)}\,\Sigma y (1 - p) + {tex_number(beta)}\,\Sigma (1 - y) p)",
    )


def _circle(gamma: float, margin: float, remove_diagonal: bool) -> tuple[Case, ...]:
    """The loss of an anchor with one embedding of its class and one of another; distances are 1 − similarity."""

    def same(s: Numbers) -> Numbers:
        far = np.maximum(1 - s, 0)
        return gamma * np.maximum(margin + far, 0) * (far - margin)

    def other(s: Numbers) -> Numbers:
        far = np.maximum(1 - s, 0)
        return gamma * np.maximum(1 + margin - far, 0) * (1 - margin - far)

    def same_slope(s: Numbers) -> Numbers:
        far = np.maximum(1 - s, 0)
        return where((margin + far > 0) & (s <= 1), -2 * gamma * far, 0, s)

    def other_slope(s: Numbers) -> Numbers:
        near = 1 - np.maximum(1 - s, 0)
        return where((near + margin > 0) & (s <= 1), 2 * gamma * near, 0, s)

    def beside_other(s: Numbers) -> Numbers:
        return same(s) + other(np.zeros_like(s))

    def beside_same(s: Numbers) -> Numbers:
        return other(s) + same(np.ones_like(s))

    return (
        Case(
            "same class",
            lambda s: softplus(beside_other(s)),
            lambda s: sigmoid(beside_other(s)) * same_slope(s),
        ),
        Case(
            "other class",
            lambda s: softplus(beside_same(s)),
            lambda s: sigmoid(beside_same(s)) * other_slope(s),
            (-margin,),
        ),
    )


_ANGLES = ((0.0, "0°"), (math.pi / 4, "45°"), (math.pi / 2, "90°"), (3 * math.pi / 4, "135°"), (math.pi, "180°"))

SCORES = (
    Loss(
        "hinge",
        "Hinge",
        "Cortes, Vapnik, 1995",
        lambda: Formula("max(1 − y·p, 0)", r"\max(1 - y\,\hat{y},\ 0)"),
        lambda: _SCORE,
        _hinge,
    ),
    Loss(
        "squared_hinge",
        "SquaredHinge",
        "the square of the hinge",
        lambda: Formula("max(1 − y·p, 0)^2", r"\max(1 - y\,\hat{y},\ 0)^2"),
        lambda: _SCORE,
        _squared_hinge,
    ),
    Loss(
        "categorical_hinge",
        "CategoricalHinge",
        "Crammer, Singer, 2001",
        lambda: Formula(
            "max(best other − score of the true class + 1, 0)",
            r"\max(\max_i\,(1 - y_i)\,\hat{y}_i - \Sigma_i\,y_i\,\hat{y}_i + 1,\ 0)",
        ),
        lambda: Over("score", "score of the true class", (-3.0, 3.0)),
        _categorical_hinge,
        shown="best other: the highest score of another class",
    ),
    Loss(
        "cosine_similarity",
        "CosineSimilarity",
        "minus the cosine of the angle between target and prediction",
        lambda axis: Formula("−cos(angle)", r"-\cos(\mathrm{angle})"),
        lambda axis: Over(
            "angle", "angle between target and prediction", (0.0, math.pi), (-math.inf, math.inf), None, "", _ANGLES
        ),
        lambda axis: (Case("", lambda x: -np.cos(x), np.sin),),
        shown="the gradient is by the angle in radians",
        parameters=(Parameter("axis", -1, "axis"),),
        aliases=("cosine_proximity",),
    ),
    Loss(
        "dice",
        "Dice",
        "Milletari et al., 2016, arXiv:1606.04797",
        lambda axis: Formula("1 − 2·sum(y·p) / (sum(y) + sum(p))", r"1 - 2\,\Sigma y p\,/\,(\Sigma y + \Sigma p)"),
        lambda axis: _INSIDE,
        _dice,
        shown=f"{_MASK}, with the probability outside of it at the curve",
        parameters=(Parameter("axis", None, "axis", optional=True),),
    ),
    Loss(
        "tversky",
        "Tversky",
        "Salehi et al., 2017, arXiv:1706.05721",
        _tversky_formula,
        lambda **_: _INSIDE,
        _tversky,
        shown=f"{_MASK}, with the probability outside of it at the curve",
        parameters=(
            Parameter("alpha", 0.5, least=0),
            Parameter("beta", 0.5, least=0),
            Parameter("axis", None, "axis", optional=True),
        ),
    ),
    Loss(
        "circle",
        "Circle",
        "Sun et al., 2020, arXiv:2002.10857",
        lambda gamma, margin, remove_diagonal: Formula(
            f"log(1 + exp({number_text(gamma)}·(d^2 + s^2 − {number_text(2 * margin * margin)})))",
            rf"\log(1 + \exp({tex_number(gamma)}\,(d^2 + s^2 - {tex_number(2 * margin * margin)})))",
        ),
        lambda **_: Over("similarity", "cosine similarity of the pair", (-1.0, 1.0), (-1.0, 1.0)),
        _circle,
        shown="one pair of the same class at distance d = 1 − similarity, one of another class at similarity s; "
        "the pair that is not drawn over has d = 0 or s = 0",
        parameters=(
            Parameter("gamma", 80.0, least=0),
            Parameter("margin", 0.4, least=0, most=1),
            Parameter("remove_diagonal", True, "flag"),
        ),
    ),
    Loss(
        "ctc",
        "CTC",
        "Graves et al., 2006",
        lambda: Formula("−log of the probability of all alignments", r"-\log P(y\,|\,x)"),
        reason="it compares a sequence of labels with a sequence of logits: no single number goes in",
    ),
)
