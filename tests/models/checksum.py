"""One number for the values of a weight, which tells apart two weights that differ in order only."""

from __future__ import annotations

from typing import Any

import numpy as np


def checksum(values: Any) -> float:
    """The sum of the values in C order, each times a weight of its place that repeats after 97."""
    flat = np.asarray(values).astype("float64").ravel()
    return round(float((flat * (1 + np.arange(flat.size) % 97)).sum()), 4)
