"""How far the values of two weights are apart: sums gathered in one pass over both, piece by piece.

Nothing overflows that could be held: sums are of float64, and those of float64 values of these values scaled by a
power of two. What comes out for b and a is what comes out for a and b, the other way round.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, SupportsInt

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]

PIECE = 1 << 13
"""Values looked at together: they and what is computed of them stay in the processor's cache. Of more than 10,000 the
library behind numpy makes sums with several threads, which takes 20 times as long where these have no processor."""

MASK = (1 << 64) - 1

EPSILON = {
    "float16": 2.0**-11,
    "bfloat16": 2.0**-8,
    "float32": 2.0**-24,
    "float8_e4m3fn": 2.0**-4,
    "float8_e5m2": 0.125,
}
"""By dtype the largest error of rounding to it, relative to the value. Source: IEEE 754; "FP8 Formats for Deep
Learning" (2022)."""

LEAST_ROUNDING = {
    "float16": 2.0**-25,
    "bfloat16": 2.0**-134,
    "float32": 2.0**-150,
    "float8_e4m3fn": 2.0**-10,
    "float8_e5m2": 2.0**-17,
}
"""By dtype the largest error of rounding what is closer to 0 than its normal values: half the least of all."""


@dataclass(slots=True)
class Measures:
    """Takes pieces of both weights, then says how far these are apart.

    `rounding` is the narrower of two float dtypes that the weights are of. `close` and `rounded` tell whether all
    pairs so far are within the tolerances, and within the rounding to that dtype. `nonfinite` is how many values are
    NaN or infinite in a, and in b; `finite` how many pairs are finite, `apart` how many of these differ, `gone` how
    many of the latter are 0 in a, and in b. `zeros` is how many of all are 0. `numbers` is false for texts. `bits` are
    sums of the bits of all values, the same for the same values in any order.
    """

    rtol: float
    atol: float
    rounding: str = ""
    values: int = 0
    differing: int = 0
    nonfinite: tuple[int, int] = (0, 0)
    finite: int = 0
    apart: int = 0
    close: bool = True
    rounded: bool = True
    numbers: bool = True
    gone: tuple[int, int] = (0, 0)
    zeros: tuple[int, int] = (0, 0)
    bits: tuple[int, int] = (0, 0)
    _largest: float = 0.0
    _exponent: int | None = None
    _sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))

    def take(self, a: Values, b: Values) -> None:
        """Adds pairs: two flat arrays of the same length."""
        with np.errstate(all="ignore"):
            for begin in range(0, a.size, PIECE):
                self._take(a[begin : begin + PIECE], b[begin : begin + PIECE])

    def _take(self, a: Values, b: Values) -> None:
        self.values += a.size
        if a.dtype.kind in "USTO" or b.dtype.kind in "USTO":
            self.differing += int(np.count_nonzero(a != b)) if a.dtype.kind == b.dtype.kind else a.size
            self.close = self.rounded = not self.differing
            self.numbers = False
            return
        exact = a.dtype.kind in "iub" and b.dtype.kind in "iub"
        wide = np.complex128 if "c" in (a.dtype.kind, b.dtype.kind) else np.float64
        x, y = a.astype(wide), b.astype(wide)
        x += 0.0  # -0.0 becomes 0.0
        y += 0.0
        unequal = a != b if exact else x != y
        sums = _dot(x, x), _dot(y, y)
        finite = None
        if not math.isfinite(sums[0] + sums[1]):
            finite = self._without_nonfinite(x, y, unequal)
        zero = x == 0, y == 0
        self.differing += (differing := int(np.count_nonzero(unequal)))
        self.zeros = _plus(self.zeros, np.count_nonzero(zero[0]), np.count_nonzero(zero[1]))
        self.bits = _plus(self.bits, _bits(x), _bits(y))
        if differing and finite is not None:
            beyond = bool((unequal & ~finite).any())
            self.close, self.rounded = self.close and not beyond, self.rounded and not beyond
            unequal &= finite
        if differing:
            self.gone = _plus(self.gone, np.count_nonzero(unequal & zero[0]), np.count_nonzero(unequal & zero[1]))
            self.apart += int(np.count_nonzero(unequal))
        if finite is not None:
            x, y = x[finite], y[finite]
        self.finite += x.size
        if a.dtype.itemsize > 4 or b.dtype.itemsize > 4:
            sums = self._scaled(x, y)
        elif finite is not None:
            sums = _dot(x, x), _dot(y, y)
            self._add(x, y, sums)
        else:
            self._add(x, y, sums)
        if differing:
            self._look_how_far(x, y)

    def _without_nonfinite(self, x: Values, y: Values, unequal: Values) -> Values | None:
        """Which pairs are finite on both sides, None where all are; NaN on both sides is no longer unequal."""
        nan = np.isnan(x), np.isnan(y)
        unequal &= ~(nan[0] & nan[1])
        x[nan[0]], y[nan[1]] = np.nan, np.nan  # of one form, so that the bits tell nothing
        whole = np.isfinite(x), np.isfinite(y)
        finite: Values = whole[0] & whole[1]
        self.nonfinite = _plus(self.nonfinite, *(one.size - np.count_nonzero(one) for one in whole))
        return None if finite.all() else finite

    def _look_how_far(self, x: Values, y: Values) -> None:
        """Finds the largest distance, and whether all pairs are close; both are finite."""
        distance = np.abs(x - y)
        if not distance.size:
            return
        largest = float(distance.max())
        self._largest = max(self._largest, largest)
        if not (self.close or (self.rounding and self.rounded)):
            return
        size = np.maximum(np.abs(x), np.abs(y))
        self.close = self.close and bool((distance <= self.atol + self.rtol * size).all())
        if self.rounding:
            limit = EPSILON[self.rounding] * (1 + 1e-9) * size + LEAST_ROUNDING[self.rounding]
            self.rounded = self.rounded and bool((distance <= limit).all())

    def _scaled(self, x: Values, y: Values) -> tuple[float, float]:
        """Adds the sums of values whose squares may be beyond float64."""
        x, y = _parts(x), _parts(y)
        most = max(float(np.abs(one).max(initial=0.0)) for one in (x, y))
        if not most:
            return 0.0, 0.0
        exponent = math.frexp(most)[1]
        if self._exponent is None or exponent > self._exponent:
            if self._exponent is not None:
                self._sums *= math.ldexp(1.0, max(2 * (self._exponent - exponent), -1080))
            self._exponent = exponent
        x, y = np.ldexp(x, -self._exponent), np.ldexp(y, -self._exponent)
        sums = _dot(x, x), _dot(y, y)
        self._add(x, y, sums)
        return sums

    def _add(self, x: Values, y: Values, sums: tuple[float, float]) -> None:
        apart = x - y
        self._sums += (*sums, _dot(x, y), _dot(apart, apart))

    @property
    def _tells(self) -> bool:
        """Whether finite pairs tell how far both are apart: there are some, and not only others differ."""
        return bool(self.finite) and bool(self.apart or not self.differing)

    @property
    def maximum(self) -> float | None:
        """The largest distance; None where it says nothing, or is beyond float64."""
        return self._largest if self._tells and math.isfinite(self._largest) else None

    @property
    def relative(self) -> float | None:
        """The norm of the difference by the larger of both norms, 0 where all is 0; None where it says nothing."""
        if not self._tells:
            return None
        norm = math.sqrt(max(self._sums[0], self._sums[1]))
        return math.sqrt(self._sums[3]) / norm if norm else 0.0

    @property
    def cosine(self) -> float | None:
        """The cosine of the angle between both; None where it says nothing, or one of them has no direction."""
        if not self._tells:
            return None
        norms = math.sqrt(self._sums[0]), math.sqrt(self._sums[1])
        if not min(norms):
            return None
        return max(-1.0, min(1.0, float(self._sums[2]) / (norms[0] * norms[1])))


def _parts(values: Values) -> NDArray[np.float64]:
    """The values as real numbers: of complex ones both parts."""
    return values.view(np.float64)


def _dot(x: Values, y: Values) -> float:
    return float(np.dot(_parts(x), _parts(y)))


def _bits(values: Values) -> int:
    return int(_parts(values).view(np.uint64).sum(dtype=np.uint64))


def _plus(sums: tuple[int, int], a: SupportsInt, b: SupportsInt) -> tuple[int, int]:
    return (sums[0] + int(a)) & MASK, (sums[1] + int(b)) & MASK
