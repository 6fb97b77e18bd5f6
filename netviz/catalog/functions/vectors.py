"""Activations that work on whole vectors: softmax and its relatives, and the gated linear unit."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from netviz.catalog.functions.kinds import Formula, Interval, Numbers, Slice, VectorFunction
from netviz.catalog.functions.numeric import sigmoid


def _softmax(x: Numbers, axis: int) -> Numbers:
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    result: Numbers = powers / powers.sum(axis=axis, keepdims=True)
    return result


def _softmax_jacobian(x: Numbers) -> Numbers:
    y = _softmax(x, -1)
    return np.diag(y) - np.outer(y, y)


def _log_softmax(x: Numbers, axis: int) -> Numbers:
    shifted = x - x.max(axis=axis, keepdims=True)
    result: Numbers = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return result


def _log_softmax_jacobian(x: Numbers) -> Numbers:
    return np.eye(x.size, dtype=x.dtype) - _softmax(x, -1)[np.newaxis, :]


def _sparsemax(x: Numbers, axis: int) -> Numbers:
    """As Keras computes it, up to 3.15 at least, on every backend (keras.src.backend.*.nn.sparsemax).

    Its threshold is made of the sum of the partial sums over the support, where Martins and Astudillo (2016, algorithm
    1) have the sum of the values: where the support is more than one value, the results do not add up to 1.
    """
    rows = np.moveaxis(x, axis, -1)
    sums, inside = _support(rows)
    kept = np.where(inside, sums, 0).sum(axis=-1, keepdims=True, dtype=x.dtype)
    threshold = (kept - 1) / inside.sum(axis=-1, keepdims=True).astype(x.dtype)
    return np.moveaxis(np.maximum(rows - threshold, 0), -1, axis)


def _support(rows: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """The partial sums of the values from the largest on, and which of them belong to the support."""
    ordered = -np.sort(-rows, axis=-1)
    sums = np.cumsum(ordered, axis=-1, dtype=rows.dtype)
    ranks = np.arange(1, rows.shape[-1] + 1, dtype=rows.dtype)
    return sums, ordered - (sums - 1) / ranks > 0


def _sparsemax_jacobian(x: Numbers) -> Numbers:
    size = int(_support(x)[1].sum())
    slopes = np.zeros_like(x)  # of the threshold: the value of rank r is part of size − r sums
    slopes[np.argsort(-x, kind="stable")[:size]] = np.arange(size, 0, -1) / size
    passing = (_sparsemax(x, -1) > 0).astype(x.dtype)[:, np.newaxis]
    result: Numbers = passing * (np.eye(x.size, dtype=x.dtype) - slopes)
    return result


def _glu(x: Numbers, axis: int) -> Numbers:
    """Raises ValueError where the axis cannot be halved."""
    if x.shape[axis] % 2:
        raise ValueError(f"glu halves its axis, whose length {x.shape[axis]} is odd")
    value, gate = np.split(x, 2, axis=axis)
    return value * sigmoid(gate)


def _glu_jacobian(x: Numbers) -> Numbers:
    value, gate = np.split(x, 2)
    return np.hstack([np.diag(sigmoid(gate)), np.diag(value * sigmoid(gate) * sigmoid(-gate))])


def _beside(*others: float) -> tuple[Slice, ...]:
    """The components of what a function makes of [x, *others]."""

    def vector(x: Numbers) -> Numbers:
        fixed = np.broadcast_to(np.asarray(others, x.dtype), (x.size, len(others)))
        return np.concatenate([x[:, np.newaxis], fixed], axis=1)

    names = ("x", *(f"{other:g}" for other in others))
    return tuple(Slice(f"of {name}", vector, place, 0) for place, name in enumerate(names))


def _gated(*values: float) -> tuple[Slice, ...]:
    """What the gate x lets through of each of the values."""

    def made(value: float) -> Slice:
        def vector(x: Numbers) -> Numbers:
            return np.stack([np.full_like(x, value), x], axis=1)

        return Slice(f"a = {value:g}".replace("-", "−"), vector, 0, 1)

    return tuple(map(made, values))


VECTORS = (
    VectorFunction(
        "softmax",
        _softmax,
        _softmax_jacobian,
        Formula("exp(x_i) / sum_j exp(x_j)", r"e^{x_i}\,/\,\Sigma_j\,e^{x_j}"),
        Interval(0, 1),
        "Bridle, 1990",
        _beside(0.0, 1.0),
        "softmax([x, 0, 1])",
    ),
    VectorFunction(
        "log_softmax",
        _log_softmax,
        _log_softmax_jacobian,
        Formula("x_i − log(sum_j exp(x_j))", r"x_i - \log\,\Sigma_j\,e^{x_j}"),
        Interval(-math.inf, 0),
        "the logarithm of softmax",
        _beside(0.0, 1.0),
        "log_softmax([x, 0, 1])",
    ),
    VectorFunction(
        "sparsemax",
        _sparsemax,
        _sparsemax_jacobian,
        Formula(
            "max(x_i − t, 0), t from the partial sums",
            r"\max(x_i - (\Sigma_{j \leq k}\,\Sigma_{l \leq j}\,x_{(l)} - 1) / k,\ 0)",
        ),
        Interval(0, math.inf, True),
        "after Martins, Astudillo, 2016, arXiv:1602.02068",
        _beside(0.0, 1.0),
        "sparsemax([x, 0, 1])",
        kinks=(1.0,),
        jumps=(0.0, 2.0),
        remark="As Keras computes it: by the paper the values would add up to 1.",
    ),
    VectorFunction(
        "glu",
        _glu,
        _glu_jacobian,
        Formula("a·sigmoid(b), with x = [a, b]", r"a\ \sigma(b)\ \mathrm{with}\ x = [a,\ b]"),
        Interval(),
        "Dauphin et al., 2017, arXiv:1612.08083",
        _gated(-2.0, -1.0, 1.0, 2.0),
        "glu([a, x]): what the gate x lets through of a",
    ),
)
"""keras.activations that take an axis: each vector along it is taken by itself."""
