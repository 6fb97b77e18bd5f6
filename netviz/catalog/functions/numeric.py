"""Functions that numpy lacks, in the dtype they are given and without overflow."""

from __future__ import annotations

import math

import numpy as np

from netviz.catalog.functions.kinds import Numbers

_erf = np.frompyfunc(math.erf, 1, 1)


def sigmoid(x: Numbers) -> Numbers:
    """1 / (1 + exp(−x))."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def softplus(x: Numbers) -> Numbers:
    """log(1 + exp(x))."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def erf(x: Numbers) -> Numbers:
    """The error function."""
    values: Numbers = np.asarray(_erf(x)).astype(x.dtype)
    return values


def exp(x: Numbers) -> Numbers:
    """e to the x; infinite, without a warning, where that is beyond the dtype."""
    with np.errstate(over="ignore"):
        return np.exp(x)


def where(condition: object, chosen: object, other: object, like: Numbers) -> Numbers:
    """`np.where` in the dtype of `like`, whatever the two are."""
    result: Numbers = np.where(np.asarray(condition), np.asarray(chosen, like.dtype), np.asarray(other, like.dtype))
    return result
