"""Repeated structure in a graph, found from labels and edges alone: blocks that stand once, with all their repeats.

The vertices are put into a canonical order in which what belongs together stands together. There, a block that repeats
is a stretch of labels that repeats, if its edges agree too. Short blocks are folded first and count as one unit then,
so that blocks of blocks are found, until nothing repeats. A block that repeats somewhere is a block where it stands
alone, too: then stages fold into one another of which some have one block, as in EfficientNets. Where to cut a run into
blocks is decided by a few strategies.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import groupby
from typing import NamedTuple, TypeAlias

from netviz.analysis.diagram.optional import contracted, restored
from netviz.analysis.diagram.order import canonical_order, known_sources
from netviz.analysis.diagram.places import Feed, Item, Repeat, Vertex, members, shown
from netviz.analysis.diagram.runs import Run, least_rotation, runs
from netviz.analysis.diagram.units import Chain, Units

__all__ = ["Feed", "Item", "Repeat", "Vertex", "fold", "members", "shown"]

PHASES = 32
"""In how many ways the runs of a long period are cut into repeats at most."""


class Strategy(NamedTuple):
    """How to cut runs into repeats.

    `clear` prefers the cuts that the fewest tensors cross to those that leave the most repeats. With `alike`, runs of
    the same block are all cut at the same place of it.
    """

    clear: bool
    alike: bool


STRATEGIES = (
    Strategy(clear=True, alike=True),
    Strategy(clear=False, alike=True),
    Strategy(clear=False, alike=False),
)
"""The first cuts where the authors of a network would; the others show less of some networks."""

FEW = 40
"""So few places need not get fewer: the first strategy that shows no more is taken."""

EFFORT = 20_000
"""Vertices over all strategies: so large graphs are not folded in every way."""

ROUNDS = 100
"""How deep repeats can be nested; networks have about ten rounds."""

Cut: TypeAlias = list[Chain]
"""One way to cut a run into repeats, or several runs."""


def fold(
    vertices: Sequence[Vertex],
    *,
    outputs: Sequence[int] = (),
    alone: int = 1,
    saving: int = 1,
    counted: bool = False,
) -> tuple[Item, ...]:
    """All vertices in canonical topological order, with what repeats in `Repeat`s; `outputs` are read from outside.

    Blocks of `alone` places and more are blocks where they stand alone, too. Repeats that spare fewer than `saving`
    places are left as they are. With `counted`, blocks that repeat differently often never stand for one another.
    """
    outputs = [output for output in outputs if 0 <= output < len(vertices)]
    graph = contracted(vertices, known_sources(vertices), outputs)
    sources = known_sources(graph.vertices)
    order = canonical_order(graph.vertices, sources, graph.outputs)
    found: list[tuple[Item, ...]] = []
    for strategy in STRATEGIES[: max(1, EFFORT // max(1, len(order)))]:
        units = Units(graph.vertices, sources, order, graph.outputs, counted)
        for _ in range(ROUNDS):
            chains = _shortest(units, strategy, alone, saving)
            if not chains:
                break
            units.fold(chains)
        found.append(restored(units.items, graph))
        if shown(found[-1]) <= FEW:
            return found[-1]
    return min(found, key=shown)


def _shortest(units: Units, strategy: Strategy, alone: int, saving: int) -> list[Chain]:
    """The repeats of the shortest block that repeats."""
    for _, group in groupby(runs(units.labels), key=lambda run: run.period):
        ways = [cuts for run in group if (cuts := _cuts(units, run))]
        if not ways:
            continue
        if strategy.alike:
            ways = _alike(units, ways)
        chains = [chain for cuts in ways for chain in max(cuts, key=lambda cut: _rank(cut, strategy))]
        chains = _apart(sorted(chains, key=lambda chain: chain.start))
        if saving > 1:
            chains = [chain for chain in chains if (chain.count - 1) * _size(units, chain) >= saving]
            if not chains:
                continue
        return _apart(chains + _singles(units, chains, alone))
    return []


def _cuts(units: Units, run: Run) -> list[Cut]:
    """The ways to cut a run into repeats."""
    starts: Sequence[int] = range(run.start, min(run.start + run.period, run.stop - 2 * run.period + 1))
    if len(starts) > PHASES:
        starts = sorted(starts, key=units.crossing)[:PHASES]
    return [chains for start in starts if (chains := units.chains(start, run.stop, run.period))]


def _alike(units: Units, ways: list[list[Cut]]) -> list[list[Cut]]:
    """The ways to cut runs, those of runs of the same block put together: all of them are cut into the same."""
    blocks: dict[tuple[int, ...], dict[tuple[int, ...], Cut]] = {}
    for cuts in ways:
        word = units.word(cuts[0][0])
        words = blocks.setdefault(least_rotation(word), {})
        for cut in cuts:
            words.setdefault(units.word(cut[0]), []).extend(cut)
    return [list(words.values()) for words in blocks.values()]


def _rank(cut: Cut, strategy: Strategy) -> tuple[float, ...]:
    """How good a cut is.

    Few tensors should go from block to block, but each be read often: a block begins where its input forks, as those
    of ResNets do at their shortcuts.
    """
    repeats = sum(chain.count for chain in cut)
    tensors = -sum(chain.tensors * chain.count for chain in cut) / repeats
    edges = sum(chain.edges * chain.count for chain in cut) / repeats
    saved = sum(chain.count - 1 for chain in cut)
    return (tensors, saved, edges) if strategy.clear else (saved, tensors, edges)


def _singles(units: Units, chains: list[Chain], alone: int) -> list[Chain]:
    """Where the blocks of the chains stand alone; those that repeat most often are looked for first."""
    kinds: dict[Hashable, list[Chain]] = {}
    for chain in chains:
        kinds.setdefault((units.word(chain), chain.wires), []).append(chain)
    blocks = [kind for kind in kinds.values() if alone <= 1 or _size(units, kind[0]) >= alone]
    ordered = sorted(blocks, key=lambda kind: -sum(chain.count for chain in kind))
    return [single for kind in ordered for single in units.singles(kind[0])]


def _size(units: Units, chain: Chain) -> int:
    """How many places a block has."""
    return shown(unit.item for unit in units.units[chain.start : chain.start + chain.period])


def _apart(chains: list[Chain]) -> list[Chain]:
    """Those that overlap none before them."""
    taken: set[int] = set()
    apart = []
    for chain in chains:
        places = range(chain.start, chain.stop)
        if taken.isdisjoint(places):
            taken.update(places)
            apart.append(chain)
    return apart
