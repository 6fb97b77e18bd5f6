"""A sequence of units, some of them folded already, and which stretches of it are repeats edge by edge.

A unit is a vertex or a `Repeat`. Of a repeat the rest of the sequence sees its `ports` (the vertices outside that it
reads) and its `taps` (the vertices in it that are read from outside). Two units with equal labels are the same inside,
and port for port the same tensor goes the same way in them. How often a repeat repeats is no part of its label, so a
tap is addressed from the last repeat: what the last block gives is the same in stages of three and of six blocks.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple, TypeAlias

from netviz.analysis.diagram.order import UNKNOWN, Sources, readers
from netviz.analysis.diagram.places import Item, Repeat, Vertex

Wire: TypeAlias = tuple[int, int, int]
"""Where a port gets its tensor: from how many repeats before (0: the same), which place of it, which address there."""


@dataclass(frozen=True, slots=True)
class Unit:
    """An item of the sequence, with all `vertices` in it."""

    item: Item
    label: int
    ports: tuple[int, ...]
    taps: tuple[int, ...]
    vertices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """`count` repeats of `period` units from the place `start` on.

    `wires` say by port of a repeat where its tensor comes from, None for a vertex outside that all repeats read, the
    next of `constants`. `entering` are the vertices outside that stand for taps of repeats before the first,
    `leaving` the taps that are read from outside. `tensors` is how many tensors of a repeat are read outside of it,
    `edges` how often the others read them.
    """

    start: int
    period: int
    count: int
    wires: tuple[Wire | None, ...]
    constants: tuple[int, ...]
    entering: tuple[int, ...]
    leaving: tuple[int, ...]
    tensors: int
    edges: int

    @property
    def stop(self) -> int:
        return self.start + self.period * self.count


class _Leaving(NamedTuple):
    """The taps of a chain that are read from outside, how many repeats can stay, and how many tensors leave each."""

    taps: tuple[int, ...] = ()
    fits: int = 0
    tensors: int = 0


class Units:
    """The units in canonical order; folding replaces stretches of them.

    With `counted`, how often a repeat repeats is part of its label after all.
    """

    def __init__(
        self,
        vertices: Sequence[Vertex],
        sources: Sources,
        order: Sequence[int],
        outputs: Iterable[int],
        counted: bool = False,
    ) -> None:
        self._counted = counted
        self._numbers: dict[Hashable, int] = {}
        self._reading = readers(sources)
        self._outputs = frozenset(outputs)
        self._address = [0] * len(vertices)  # by vertex: where it is within its unit
        self._owner = [0] * len(vertices)  # by vertex: the place of its unit
        self.units: list[Unit] = []
        for index in order:
            how = tuple((feed.argument, feed.output) for feed in vertices[index].feeds)
            taps = (index,) if self._reading[index] or index in self._outputs else ()
            label = self._number((vertices[index].label, how))
            self.units.append(Unit(index, label, sources[index], taps, (index,)))
        self._settle()

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(unit.item for unit in self.units)

    @property
    def labels(self) -> list[int]:
        return [unit.label for unit in self.units]

    def chains(self, start: int, stop: int, period: int) -> list[Chain]:
        """The repeats of a period from `start` on, one behind the other, as far as the edges allow."""
        found = []
        while start + 2 * period <= stop:
            chain = self._chain(start, period, (stop - start) // period)
            if chain:
                found.append(chain)
            start = chain.stop if chain else start + period
        return found

    def crossing(self, place: int) -> int:
        """How many tensors cross the boundary before a unit."""
        return self._crossing[place]

    def singles(self, like: Chain) -> list[Chain]:
        """Where the block of a chain stands alone: the same labels, wired in the same way."""
        if any(wire is not None and wire[0] > 1 for wire in like.wires):
            return []  # what it reads from two repeats before is not told by one repeat
        word = self._word(like.start, like.period)
        found: list[Chain] = []
        for start in self._places.get(word[0], ()):
            if like.start <= start < like.stop or (found and start < found[-1].stop):
                continue
            if self._word(start, like.period) == word and (single := self._single(start, like)):
                found.append(single)
        return found

    def word(self, chain: Chain) -> tuple[int, ...]:
        """The labels of the block of a chain."""
        return self._word(chain.start, chain.period)

    def _word(self, start: int, period: int) -> tuple[int, ...]:
        return tuple(unit.label for unit in self.units[start : start + period])

    def _single(self, start: int, like: Chain) -> Chain | None:
        constants: list[int] = []
        entering: dict[Wire, int] = {}
        wires = iter(like.wires)
        for unit in self.units[start : start + like.period]:
            for vertex in unit.ports:
                wire = next(wires)
                at = self._owner[vertex] - start if vertex != UNKNOWN else -1
                if wire is not None and not wire[0]:
                    if (0, at, self._address[vertex]) != wire:
                        return None
                elif at >= 0:
                    return None
                elif wire is None:
                    constants.append(vertex)
                elif entering.setdefault((-wire[0], *wire[1:]), vertex) != vertex:
                    return None
        leaving = self._leaving(start, like.period, 1, [])
        values = tuple(entering[key] for key in sorted(entering))
        return Chain(start, like.period, 1, like.wires, tuple(constants), values, leaving.taps, 0, 0)

    def fold(self, chains: Iterable[Chain]) -> None:
        """Put one unit in the place of each of the chains, which must not overlap."""
        units: list[Unit] = []
        end = 0
        for chain in sorted(chains, key=lambda chain: chain.start):
            units += [*self.units[end : chain.start], self._folded(chain)]
            end = chain.stop
        self.units = [*units, *self.units[end:]]
        self._settle()

    def _number(self, key: Hashable) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def _settle(self) -> None:
        """Note where every vertex stands, and what crosses each boundary between units."""
        for place, unit in enumerate(self.units):
            for vertex in unit.vertices:
                self._owner[vertex] = place
        self._places: dict[int, list[int]] = {}
        change = [0] * (len(self.units) + 2)
        for place, unit in enumerate(self.units):
            self._places.setdefault(unit.label, []).append(place)
            for tap in unit.taps:
                last = max((self._owner[reader] for reader in self._reading[tap]), default=place)
                change[place + 1] += 1
                change[(len(self.units) if tap in self._outputs else last) + 1] -= 1
        self._crossing = list(accumulate(change))

    def _chain(self, start: int, period: int, most: int) -> Chain | None:
        """As many repeats from `start` on as are wired alike, if there are two."""
        wires, outside, count = self._alike(start, period, most)
        leaving = _Leaving()
        fits = count
        while count > 1:
            for wire, seen in zip(wires, outside, strict=True):
                if wire is None or wire[0] >= fits:  # with so few repeats nothing comes from another one
                    fits = min(fits, next((n for n, vertex in enumerate(seen) if vertex != seen[0]), len(seen)))
            if fits == count:
                leaving = self._leaving(start, period, count, wires)
                fits = leaving.fits
            if fits == count:
                break
            count = fits
        if count < 2:
            return None
        chained = tuple(wire if wire is not None and wire[0] < count else None for wire in wires)
        constants = tuple(seen[0] for wire, seen in zip(chained, outside, strict=True) if wire is None)
        entering: dict[Wire, int] = {}
        for wire, seen in zip(chained, outside, strict=True):
            if wire is not None:
                entering |= {(n - wire[0], *wire[1:]): vertex for n, vertex in enumerate(seen[: wire[0]])}
        return Chain(
            start,
            period,
            count,
            chained,
            constants,
            tuple(entering[key] for key in sorted(entering)),
            leaving.taps,
            leaving.tensors,
            sum(wire is not None and wire[0] > 0 for wire in chained),
        )

    def _alike(self, start: int, period: int, most: int) -> tuple[list[Wire | None], list[list[int]], int]:
        """By port of a repeat its wire, if it has one, and what it reads outside; and how many repeats agree."""
        wires: list[Wire | None] = []
        outside: list[list[int]] = []
        entering: dict[Wire, int] = {}
        owner, address = self._owner, self._address
        for count in range(most):
            port = 0
            for unit in self.units[start + count * period : start + (count + 1) * period]:
                for vertex in unit.ports:
                    if not count:
                        wires.append(None)
                        outside.append([])
                    at = owner[vertex] - start if vertex != UNKNOWN else -1
                    known = wires[port]
                    if at < 0:
                        if known is not None:
                            return wires, outside, count
                        outside[port].append(vertex)
                    else:
                        wire = (count - at // period, at % period, address[vertex])
                        if known is None:
                            if wire[0] != count:
                                return wires, outside, count
                            for n, before in enumerate(outside[port][:count]):
                                if entering.setdefault((n - count, *wire[1:]), before) != before:
                                    return wires, outside, count
                            wires[port] = wire
                        elif known != wire:
                            return wires, outside, count
                    port += 1
        return wires, outside, most

    def _leaving(self, start: int, period: int, count: int, wires: list[Wire | None]) -> _Leaving:
        """What is read from outside a chain.

        A tap may be read in the last repeats, as the next repeat would read it, or in all repeats. (In two that form a
        chain this is taken for a block and what stands before it, such as a stem that is added to the block.)
        """
        stop = start + period * count
        depth: dict[tuple[int, int], int] = {}
        for wire in wires:
            if wire is not None and 0 < wire[0] < count:
                depth[wire[1:]] = max(wire[0], depth.get(wire[1:], 1))
        leaving = []
        places: dict[tuple[int, int], list[int]] = {}
        for at in range(start, stop):
            for tap in self.units[at].taps:
                if tap in self._outputs or any(
                    not start <= self._owner[reader] < stop for reader in self._reading[tap]
                ):
                    leaving.append(tap)
                    places.setdefault(((at - start) % period, self._address[tap]), []).append((at - start) // period)
        fits = count
        for place, found in places.items():
            if found[0] < count - depth.get(place, 1) and (len(found) < count or (count == 2 and depth)):
                fits = min(fits, found[0] + 1)
        return _Leaving(tuple(leaving), fits, len(depth.keys() | places.keys()))

    def _folded(self, chain: Chain) -> Unit:
        units = self.units[chain.start : chain.stop]
        repeats = [units[start : start + chain.period] for start in range(0, len(units), chain.period)]
        constants = list(dict.fromkeys(chain.constants))
        numbers = iter(chain.constants)
        wiring = tuple(wire if wire is not None else constants.index(next(numbers)) for wire in chain.wires)
        parallel = not any(wire is not None and wire[0] for wire in chain.wires)
        for place, unit in enumerate(units):
            before = chain.count - 1 - place // chain.period
            for tap in unit.taps:
                self._address[tap] = self._number((before, place % chain.period, self._address[tap]))
        return Unit(
            Repeat(tuple(tuple(unit.item for unit in repeat) for repeat in repeats), parallel),
            self._number((tuple(unit.label for unit in repeats[0]), wiring, self._counted and len(repeats))),
            (*constants, *chain.entering),
            chain.leaving,
            tuple(vertex for unit in units for vertex in unit.vertices),
        )
