"""What the values of one weight show, in one pass over them piece by piece, so that its size does not matter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]

SUBNORMAL = {4: (np.uint32, 0x7FFF_FFFF, 0x0080_0000), 8: (np.uint64, 0x7FFF_FFFF_FFFF_FFFF, 0x0010_0000_0000_0000)}
"""By the bytes of a float: its bits as a number, all of them but the sign, and the bits of the least normal value.

Told by the bits, as a processor that was set to take subnormal values for zero compares them so. Source: IEEE 754.
"""

PIECE = 1 << 17
"""Values looked at together: they and what is computed of them stay in the processor's cache."""

SAMPLE = 64
"""Values or rows looked at first: they nearly always tell that values differ, or that no unit is dead."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the values of a weight show.

    `same` is the one value that all have, None where they differ or there is none. `units` is how many output units
    the weight has, `dead` how many of these are all zero; both 0 where it was not asked. `subnormal` counts the values
    closer to zero than a float32 or float64 holds in full; `negative` those below zero, where asked. `digest` is the
    same for weights of the same values, dtype and shape, None where not asked.
    """

    size: int = 0
    nan: int = 0
    infinite: int = 0
    subnormal: int = 0
    negative: int = 0
    same: float | None = None
    units: int = 0
    dead: int = 0
    digest: bytes | None = None


@dataclass(slots=True)
class Scan:
    """Takes the values of one weight block by block; `figures` then says what they show.

    `units` are the axes that tell output units apart. Values that are no numbers count, and show nothing.
    """

    units: tuple[int, ...] = ()
    signs: bool = False
    digested: bool = False
    size: int = 0
    _nan: int = 0
    _infinite: int = 0
    _subnormal: int = 0
    _negative: int = 0
    _first: float | None = None
    _same: bool = True
    _alive: NDArray[np.bool_] | None = None
    _finished: list[NDArray[np.bool_]] = field(default_factory=list)
    _digest: hashlib._Hash | None = None

    def take(self, block: Values) -> None:
        """Adds the next values along the first axis."""
        if block.dtype.kind not in "fiubc":
            self.size += block.size
            self._same = False
            return
        values = np.ascontiguousarray(block, block.dtype.newbyteorder("="))
        flat = values.reshape(-1)
        self.size += flat.size
        if not flat.size:
            return
        if self.digested:
            if self._digest is None:
                self._digest = hashlib.sha256(f"{values.dtype.str} {values.shape[1:]}".encode())
            self._digest.update(flat.view(np.uint8).data)
        for begin in range(0, flat.size if values.dtype.kind in "fc" else 0, PIECE):
            self._count_nonfinite(flat[begin : begin + PIECE])
            if values.dtype.kind == "f" and flat.dtype.itemsize in SUBNORMAL:
                self._count_subnormal(flat[begin : begin + PIECE])
        if self.signs and values.dtype.kind != "c":
            self._negative += int(np.count_nonzero(flat < 0))
        if self._same and values.dtype.kind != "c":
            self._compare(flat)
        if self.units and values.ndim > max(self.units):
            self._find_units(values)

    def figures(self) -> Figures:
        """What all the blocks that it took show."""
        alive = np.concatenate([*self._finished, np.empty(0, np.bool_) if self._alive is None else self._alive])
        return Figures(
            size=self.size,
            nan=self._nan,
            infinite=self._infinite,
            subnormal=self._subnormal,
            negative=self._negative,
            same=self._first if self._same else None,
            units=alive.size,
            dead=alive.size - int(np.count_nonzero(alive)),
            digest=self._digest.digest() if self._digest else None,
        )

    def _count_nonfinite(self, flat: Values) -> None:
        """The squares of finite values have a finite sum, unless they are huge: then each is looked at."""
        with np.errstate(all="ignore"):
            total = np.dot(flat, flat) if flat.dtype.itemsize >= 4 else flat.sum(dtype=np.float32)
        if not np.isfinite(total):
            nan = int(np.count_nonzero(np.isnan(flat)))
            self._nan += nan
            self._infinite += flat.size - int(np.count_nonzero(np.isfinite(flat))) - nan

    def _count_subnormal(self, flat: Values) -> None:
        form, unsigned, least = SUBNORMAL[flat.dtype.itemsize]
        bits = flat.view(form) & form(unsigned)
        bits -= form(1)  # zero wraps around to the largest number
        self._subnormal += int(np.count_nonzero(bits < form(least - 1)))

    def _compare(self, flat: Values) -> None:
        if self._first is None:
            self._first = flat[0].item()
        self._same = all(bool((part == self._first).all()) for part in (flat[:SAMPLE], flat))

    def _find_units(self, values: Values) -> None:
        """Which units have a value that is not zero; only of those that have none so far more is looked at."""
        rows = np.moveaxis(values, self.units, range(-len(self.units), 0))
        rows = rows.reshape(-1, int(np.prod(rows.shape[-len(self.units) :])))
        if 0 in self.units:  # then the units of each block are others
            self._finished.append((rows != 0).any(axis=0))
            return
        if self._alive is None:
            self._alive = np.zeros(rows.shape[1], np.bool_)
        for part in (rows[:SAMPLE], rows[SAMPLE:]):
            asleep = np.flatnonzero(~self._alive)
            if asleep.size:
                chosen = part if asleep.size == self._alive.size else part[:, asleep]
                self._alive[asleep] = (chosen != 0).any(axis=0)


def scan(
    blocks: Iterable[Values], *, units: tuple[int, ...] = (), signs: bool = False, digest: bool = False
) -> Figures:
    """The figures of the values in `blocks`, in order along the first axis; what costs extra is done where asked."""
    taken = Scan(units, signs, digest)
    for block in blocks:
        taken.take(block)
    return taken.figures()
