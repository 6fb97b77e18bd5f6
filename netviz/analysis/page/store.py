"""The values of weights in memory, as many as there is room for: they are looked at more than once, which is slow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from netviz.model import Weight, WeightStore

ROOM = 64 << 20
"""Bytes of values that are kept."""


@dataclass(slots=True)
class KeepingStore:
    """A store that gives what another one gives, and keeps what was read in full as long as there is room.

    Where there is none the latest goes first: whoever reads all weights again in the same order finds the first of
    them, and whoever reads one twice in a row finds it.
    """

    store: WeightStore
    room: int = ROOM
    _kept: dict[str, tuple[list[NDArray[Any]], int]] = field(default_factory=dict)
    _used: int = 0

    def read(self, weight: Weight) -> NDArray[Any]:
        """The values of one weight, as the other store gives them."""
        return self.store.read(weight)

    def blocks(self, weight: Weight) -> Iterator[NDArray[Any]]:
        """The same piece by piece, from memory where they are kept."""
        if weight.path in self._kept:
            yield from self._kept[weight.path][0]
            return
        pieces: list[NDArray[Any]] = []
        size = 0
        for piece in self.store.blocks(weight):
            size += piece.nbytes
            if size <= self.room:
                pieces.append(piece)
            else:
                pieces.clear()
            yield piece
        if size <= self.room:
            self._keep(weight.path, pieces, size)

    def _keep(self, path: str, pieces: list[NDArray[Any]], size: int) -> None:
        while self._used + size > self.room:
            _, (_, freed) = self._kept.popitem()
            self._used -= freed
        self._kept[path] = pieces, size
        self._used += size
