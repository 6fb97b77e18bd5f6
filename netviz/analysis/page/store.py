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
    """A store that gives what another one gives, and keeps the first that are read in full, as long as there is room.

    Larger models are read as often as they are looked at: to hold more takes as long as to read it again.
    """

    store: WeightStore
    room: int = ROOM
    _kept: dict[str, list[NDArray[Any]]] = field(default_factory=dict)

    def read(self, weight: Weight) -> NDArray[Any]:
        """The values of one weight, as the other store gives them."""
        return self.store.read(weight)

    def blocks(self, weight: Weight) -> Iterator[NDArray[Any]]:
        """The same piece by piece, from memory where they are kept."""
        if weight.path in self._kept:
            yield from self._kept[weight.path]
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
            self.room -= size
            self._kept[weight.path] = pieces
