"""A network with fewer neurons of each layer drawn, for where there is no room for more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from netviz.figures import Connections, Network, Neurons

T = TypeVar("T")


def thinned(network: Network, most: int) -> Network:
    """The network with at most `most` neurons of each layer, from both ends; the same where none has more."""
    kept = {one.id: _kept(one, most) for one in network.neurons}
    if all(len(kept[one.id]) == len(one.shown) for one in network.neurons):
        return network
    return replace(
        network,
        neurons=tuple(_fewer(one, kept[one.id]) for one in network.neurons),
        connections=tuple(_between(one, kept[one.tail], kept[one.head]) for one in network.connections),
    )


def _kept(one: Neurons, most: int) -> range | list[int]:
    """Which of those shown stay."""
    count = len(one.shown)
    if count <= most:
        return range(count)
    half = max(1, most // 2)
    return [*range(half), *range(count - half, count)]


def _picked(values: Sequence[T] | None, kept: Sequence[int]) -> tuple[T, ...] | None:
    return None if values is None else tuple(values[place] for place in kept)


def _fewer(one: Neurons, kept: Sequence[int]) -> Neurons:
    return replace(
        one,
        shown=tuple(one.shown[place] for place in kept),
        labels=_picked(one.labels, kept),
        values=_picked(one.values, kept),
        sums=_picked(one.sums, kept),
        biases=_picked(one.biases, kept),
    )


def _between(one: Connections, tails: Sequence[int], heads: Sequence[int]) -> Connections:
    if one.weights is None:
        return one
    return replace(one, weights=tuple(tuple(one.weights[row][place] for place in heads) for row in tails))
