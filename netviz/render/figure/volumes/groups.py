"""What belongs together among volumes: which stand close to one another, and which share a label. Knows no lengths."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from netviz.figures import Block, Flow, Stage
from netviz.render.figure.arrange import Arrangement, Way
from netviz.render.figure.volumes.solids import form_of

Joint = Literal["close", "hug", "bars", "apart"]
"""How a stage stands behind the one before it in its lane: close to it (of the same size), right against it (what
shrinks it), as bars do, or apart, with an arrow between."""


class Groups:
    """The stages of a flow where they are arranged, and who stands close to whom."""

    def __init__(self, flow: Flow, arrangement: Arrangement) -> None:
        self.flow, self.arrangement = flow, arrangement
        self.stages: Mapping[str, Stage] = {stage.id: stage for stage in flow.stages}
        self.blocks = {item.id: item for item in flow.walk() if isinstance(item, Block)}
        self.spots = arrangement.spots
        self.columns: list[list[str]] = [[] for _ in range(arrangement.ranks)]
        for id, spot in self.spots.items():
            self.columns[spot.rank].append(id)
        for column in self.columns:
            column.sort(key=lambda id: self.spots[id].lane)
        self.around = self._around()
        self.sources: dict[str, list[str]] = defaultdict(list)
        for way in arrangement.ways:
            self.sources[way.link.head].append(way.link.tail)
        self.next: dict[str, str] = {}
        for way in arrangement.ways:
            tail, head = self.spots[way.link.tail], self.spots[way.link.head]
            if not way.skips and head.rank == tail.rank + 1 and head.lane == tail.lane:
                self.next[way.link.tail] = way.link.head
        if not arrangement.ways:
            self.next = {one[0]: other[0] for one, other in zip(self.columns, self.columns[1:], strict=False)}
        self.joints: dict[str, Joint] = {}
        for id in (id for column in self.columns for id in column):
            if id in self.next:
                self.joints[self.next[id]] = self._joint(id, self.next[id])
        self.runs = {bars: self._runs(bars=bars) for bars in (False, True)}
        self.sized = self._sized()

    def joint(self, id: str) -> Joint:
        """How it stands behind the stage before it."""
        return self.joints.get(id, "apart")

    def _around(self) -> dict[str, tuple[str, ...]]:
        """The blocks around each stage, the outermost first."""
        found: dict[str, list[str]] = {id: [] for id in self.spots}
        for id, frame in sorted(
            self.arrangement.frames.items(), key=lambda item: (item[1].first - item[1].last, item[0])
        ):
            for rank in range(frame.first, frame.last + 1):
                for stage in self.columns[rank]:
                    if frame.low - 0.5 < self.spots[stage].lane < frame.high + 0.5:
                        found[stage].append(id)
        return {id: tuple(blocks) for id, blocks in found.items()}

    def _joint(self, tail: str, head: str) -> Joint:
        one, other = self.stages[tail], self.stages[head]
        forms = form_of(one), form_of(other)
        if "sign" in forms or self.around[tail] != self.around[head]:
            return "apart"
        if "bar" in forms:
            return "bars" if forms[0] == forms[1] else "apart"
        if one.kind == "input" or other.kind == "input" or self.joint(tail) == "hug":
            return "apart"
        same = not changes(one, other)
        if forms[1] == "slab" and (same or _shrinks(one, other)):
            return "close" if same else "hug"
        return "close" if same else "apart"

    def _runs(self, *, bars: bool) -> list[tuple[str, ...]]:
        """Stages that stand close and have the same channels, for one label; with `bars`, equal bars share one too."""
        runs: list[list[str]] = []
        run_of: dict[str, list[str]] = {}
        joins = {"close", "hug", "bars"} if bars else {"close", "hug"}
        before = {head: tail for tail, head in self.next.items()}
        for id in (id for column in self.columns for id in column):
            stage = self.stages[id]
            if form_of(stage) == "sign" and stage.sign != "concat":
                continue
            tail = before.get(id)
            if tail in run_of and self.joint(id) in joins and _features(self.stages[tail]) == _features(stage):
                run_of[tail].append(id)
                run_of[id] = run_of[tail]
            else:
                runs.append([id])
                run_of[id] = runs[-1]
        return [tuple(run) for run in runs]

    def _sized(self) -> list[str]:
        """The stages whose size is written: the last of those that follow each other and have the same."""
        before = {head: tail for tail, head in self.next.items()}
        found: list[str] = []
        told: set[object] = set()
        for id in sorted(
            self.spots, key=lambda id: (abs(self.spots[id].lane), self.spots[id].rank, self.spots[id].lane)
        ):
            if _spatial(self.stages[id]) and not self._same(before.get(id), id):
                chain = [id]
                while chain[-1] in self.next and self._same(chain[-1], self.next[chain[-1]]):
                    chain.append(self.next[chain[-1]])
                drawn = [id for id in chain if form_of(self.stages[id]) != "sign"]
                sources = [source for source in self.sources[id] if source != before.get(id)]
                new = not sources or any(
                    _spatial(self.stages[source]) != _spatial(self.stages[id]) for source in sources
                )
                key = (_spatial(self.stages[id]), tuple(self.sources[id]))
                if drawn and new and not (sources and key in told):
                    found.append(drawn[-1])
                told.add(key)
        inputs = [id for id in self.spots if self.stages[id].kind == "input" and _spatial(self.stages[id])]
        return list(dict.fromkeys([*inputs, *found]))

    def _same(self, tail: str | None, head: str) -> bool:
        return tail is not None and not changes(self.stages[tail], self.stages[head])

    def leaving(self, rank: int) -> list[Way]:
        """The links that pass from that rank or one before it to one behind."""
        return [
            way
            for way in self.arrangement.ways
            if self.spots[way.link.tail].rank <= rank < self.spots[way.link.head].rank
        ]


def _spatial(stage: Stage) -> Sequence[int | None]:
    return stage.output.spatial if stage.output is not None else ()


def _features(stage: Stage) -> tuple[object, ...]:
    output = stage.output
    return (output.channels, bool(output.spatial)) if output is not None else (None, False)


def changes(one: Stage, other: Stage) -> bool:
    """Whether the other is of another spatial size than the one before it; by strides where sizes are unknown."""
    if _spatial(one) != _spatial(other) or (one.output is None) != (other.output is None):
        return True
    strides = other.window.strides if other.window is not None else ()
    return None in _spatial(other) and any(stride > 1 for stride in strides)


def _shrinks(one: Stage, other: Stage) -> bool:
    pairs = list(zip(_spatial(one), _spatial(other), strict=False))
    transposed = other.window is not None and other.window.transposed
    return (
        len(_spatial(one)) == len(_spatial(other)) > 0
        and not transposed
        and all(before is None or after is None or after <= before for before, after in pairs)
    )
