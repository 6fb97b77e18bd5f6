"""What each single call costs, by the path that it has in a diagram: "shared#2", and "inner#2/dense" inside models.

A nested model that is called twice is resolved once where the same shapes go in, and told here once for each opening.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from netviz.analysis.cost.resolving import Resolved, Run
from netviz.analysis.cost.results import CallCost
from netviz.analysis.cost.work import Part
from netviz.catalog.kinds import Work
from netviz.model import Shape

MOST_CALLS = 20_000
"""Calls that are opened, as many as a diagram has (netviz.analysis.diagram.scene)."""


def call_costs(top: Resolved, works: Mapping[int, Work | Part]) -> Mapping[str, CallCost]:
    """The cost of each call by its path, those inside of models and wrappers too.

    `works` has for each run, by its id, what it costs without the layers inside, or what is known of that.
    """
    teller = _Teller(works)
    teller.level(top, "", 1)
    return teller.told


class _Teller:
    def __init__(self, works: Mapping[int, Work | Part]) -> None:
        self.told: dict[str, CallCost] = {}
        self._works = works
        self._inside: dict[int, CallCost] = {}
        """By the id of a graph what all its calls cost together."""
        self._room = MOST_CALLS

    def level(self, resolved: Resolved, around: str, times: int | None) -> None:
        """Adds the calls of a graph that runs so often (None: unknown) in one call of what holds it."""
        counts: dict[str, int] = {}
        paths = []
        for run in resolved.runs:
            name = run.layer.name
            counts[name] = counts.get(name, 0) + 1
            path = f"{around}/{name}" if around else name
            path = path if counts[name] == 1 else f"{path}#{counts[name]}"
            while path in self.told:
                path += "'"
            self.told[path] = _repeated(self._cost(run), times)
            paths.append(path)
        for run, path in zip(resolved.runs, paths, strict=True):
            if run.inside is not None and self._room > 0:
                self._room -= len(run.inside.runs)
                self.level(run.inside, path, None if times is None or run.times is None else times * run.times)

    def _cost(self, run: Run) -> CallCost:
        """The cost of one call, the layers inside counted in."""
        work = self._works[id(run)]
        sizes = [tensor.nbytes for tensor in run.outputs]
        known = [size for size in sizes if size is not None]
        macs, flops = (work.macs, work.flops) if isinstance(work, Work) else (work.macs, None)
        if run.inside is not None:
            inside = _repeated(self._sum(run.inside), run.times)
            macs, flops = _added(macs, inside.macs), _added(flops, inside.flops)
        shapes: tuple[Shape | None, ...] = tuple(tensor.shape for tensor in run.outputs)
        return CallCost(macs, flops, sum(known) if len(known) == len(sizes) else None, shapes)

    def _sum(self, resolved: Resolved) -> CallCost:
        """What the calls of a graph cost together; the bytes of its outputs are told with those."""
        found = self._inside.get(id(resolved))
        if found is None:
            macs: int | None = 0
            flops: int | None = 0
            for run in resolved.runs:
                cost = self._cost(run)
                macs, flops = _added(macs, cost.macs), _added(flops, cost.flops)
            found = self._inside[id(resolved)] = CallCost(macs, flops, 0, ())
        return found


def _added(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second


def _repeated(cost: CallCost, times: int | None) -> CallCost:
    """The cost of so many calls."""
    if times == 1:
        return cost
    macs, flops, size = (
        None if times is None or value is None else value * times
        for value in (cost.macs, cost.flops, cost.activation_bytes)
    )
    return replace(cost, macs=macs, flops=flops, activation_bytes=size)
