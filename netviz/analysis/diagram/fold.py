"""Repeated structure in a graph, found from labels and edges alone: blocks that stand once, with all their repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from netviz.analysis.diagram.order import canonical_order, known_sources
from netviz.analysis.diagram.places import Feed, Item, Repeat, Vertex, members, shown
from netviz.analysis.diagram.runs import Run, runs
from netviz.analysis.diagram.units import Chain, Units

__all__ = ["Feed", "Item", "Repeat", "Vertex", "fold", "members", "shown"]

PHASES = 32
"""How many ways to cut a run into repeats are tried."""

Rank: TypeAlias = tuple[float, ...]


class Strategy(NamedTuple):
    rank: Callable[[Units, Sequence[Chain]], Rank]
    singles: bool
    vote: bool
    largest: bool = False


def fold(vertices: Sequence[Vertex], *, outputs: Sequence[int] = ()) -> tuple[Item, ...]:
    """All vertices in canonical topological order, with what repeats in `Repeat`s. `outputs` are read from outside."""
    sources = known_sources(vertices)
    order = canonical_order(vertices, sources, outputs)
    best: tuple[Item, ...] | None = None
    for strategy in STRATEGIES:
        units = Units(vertices, sources, order, outputs)
        while _step(units, strategy):
            pass
        items = arranged(units.items)
        if best is None or shown(items) < shown(best):
            best = items
    return best or ()


def by_max(units: Units, chains: Sequence[Chain]) -> Rank:
    bounds = [bound for chain in chains for bound in units.crossing(chain)]
    return (
        -max(tensors for tensors, _ in bounds),
        sum(chain.count - 1 for chain in chains),
        sum(edges for _, edges in bounds) / len(bounds),
    )


def by_mean(units: Units, chains: Sequence[Chain]) -> Rank:
    bounds = [bound for chain in chains for bound in units.crossing(chain)]
    return (
        -sum(tensors for tensors, _ in bounds) / len(bounds),
        sum(chain.count - 1 for chain in chains),
        sum(edges for _, edges in bounds) / len(bounds),
    )


def by_saving(units: Units, chains: Sequence[Chain]) -> Rank:
    bounds = [bound for chain in chains for bound in units.crossing(chain)]
    return (
        sum(chain.count - 1 for chain in chains),
        -sum(tensors for tensors, _ in bounds) / len(bounds),
        sum(edges for _, edges in bounds) / len(bounds),
    )


STRATEGIES = tuple(
    Strategy(rank, singles, vote, largest)
    for rank in (by_max, by_mean, by_saving)
    for singles in (False, True)
    for vote in (False, True)
    for largest in (False,)
)


def _step(units: Units, strategy: Strategy) -> bool:
    """Whether there was something to fold: the shortest blocks that repeat are."""
    found: list[Chain] = []
    period = 0
    options: list[list[tuple[int, list[Chain]]]] = []
    for run in runs(units.labels):
        if run.period != period:
            if options and (found := _chosen(units, options, strategy)):
                break
            options = []
        period = run.period
        options.append(_options(units, run))
    else:
        found = _chosen(units, options, strategy)
    if not found:
        return False
    if strategy.singles:
        kinds = {}
        for chain in found:
            kinds.setdefault((units.labels_of(chain.start, chain.period), chain.wires), chain)
        for chain in kinds.values():
            for single in units.singles(chain):
                if all(single.stop <= other.start or single.start >= other.stop for other in found):
                    found.append(single)
    units.fold(found)
    return True


def _options(units: Units, run: Run) -> list[list[Chain]]:
    starts = range(run.start, min(run.start + run.period, run.stop - 2 * run.period + 1))
    if len(starts) > PHASES:
        starts = sorted(starts, key=lambda start: units.tensors(start))[:PHASES]
    return [chains for start in starts if (chains := units.chains(start, run.stop, run.period))]


def _chosen(units: Units, options: list[list[list[Chain]]], strategy: Strategy) -> list[Chain]:
    found: list[Chain] = []

    def take(chains: list[Chain]) -> None:
        nonlocal found
        found += [chain for chain in chains if not found or chain.start >= found[-1].stop]

    if not strategy.vote:
        for ways in options:
            if ways:
                take(max(ways, key=lambda chains: strategy.rank(units, chains)))
        return found
    classes: dict[tuple[int, ...], list[list[list[Chain]]]] = {}
    for ways in options:
        if ways:
            word = units.labels_of(ways[0][0].start, ways[0][0].period)
            classes.setdefault(min(word[n:] + word[:n] for n in range(len(word))), []).append(ways)
    for group in classes.values():
        words: dict[tuple[int, ...], list[Chain]] = {}
        for ways in group:
            for chains in ways:
                words.setdefault(units.labels_of(chains[0].start, chains[0].period), []).extend(chains)
        best = max(words.values(), key=lambda chains: strategy.rank(units, chains))
        found += best
    found.sort(key=lambda chain: chain.start)
    kept = []
    for chain in found:
        if not kept or chain.start >= kept[-1].stop:
            kept.append(chain)
    return kept


def arranged(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items without repeats that stand alone in every place."""
    return tuple(column[0] for item in items for column in _columns([item]))  # type: ignore[misc]


def _columns(items: list[Item | None]) -> list[list[Item | None]]:
    if not isinstance(items[0], Repeat):
        return [items]
    flat = [repeat for item in items for repeat in item.repeats]
    places = [column for place in range(len(flat[0])) for column in _columns([repeat[place] for repeat in flat])]
    if len(flat) == len(items):
        return places
    rows = iter(zip(*places, strict=True))
    return [[Repeat(tuple(next(rows) for _ in item.repeats), item.parallel) for item in items]]
