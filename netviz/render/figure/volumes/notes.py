"""Where the notes of volumes lie: channels below, sizes at the corner, words under both, or all beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from netviz.render.figure.look import Look
from netviz.render.figure.volumes.groups import Groups
from netviz.render.figure.volumes.items import Area
from netviz.render.figure.volumes.solids import Solid
from netviz.render.figure.volumes.words import Line, Note, channels_text, fields_of, stands_upright
from netviz.render.figure.wording import size_text

TIP = 9.0
"""The shortest arrow, in pixels."""
CLEAR = 3.0
"""Pixels between a note and what is not its own."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A note where it lies; `flush` says to which end of the paper's x axis its lines keep, -1, 0 or 1."""

    note: Note
    area: Area
    flush: int = 0


@dataclass(frozen=True, slots=True)
class Notes:
    """What notes are placed by: solids and their middles along and across the flow, and which of them have arcs.

    `dropped` are the notes that are left out; `split` are stages that do not share the label of those before them, to
    which those are added that turn out to stand apart. `lowered` are runs whose channels stand so much lower, where
    there is no room beside the others. Words are `upright`, or turned where the flow is sideways.
    """

    groups: Groups
    look: Look
    solids: Mapping[str, Solid]
    along: Mapping[str, float]
    across: Mapping[str, float]
    arcs: Set[str]
    thin: int
    dropped: Set[tuple[str, tuple[str, ...]]]
    split: set[str]
    lowered: Mapping[tuple[str, ...], float]
    upright: bool
    words: Mapping[str, tuple[Line, ...]]

    @property
    def sideways(self) -> bool:
        return self.look.sideways

    def placed(self) -> Iterator[Placed]:
        """Every note that is not left out."""
        look, sideways = self.look, self.sideways
        show = fields_of(look)
        below: dict[str, float] = {}
        beside: dict[str, Placed] = {}
        own: dict[str, float] = {}  # under the label of a stage that shares it with none before
        for ring in self._rings():
            yield ring
            below[ring.note.owners[0]] = ring.area.high - self._under(ring.note.owners)
        for run in self._runs() if "channels" in show else ():
            if self.thin > 1 and self.solids[run[0]].form == "sign":  # it is the sum of what comes in
                continue
            note = Note("channels", run, (Line(channels_text(self.groups.stages[run[0]]), look.size),))
            if (note.role, note.owners) not in self.dropped:
                rings = max(below.get(id, 0.0) for id in run)
                placed = self._below(note, rings + self.lowered.get(run, 0.0))
                yield placed
                for id in run:
                    below[id] = placed.area.high - self._under([id])
                    beside[id] = placed
                own[run[0]] = below[run[0]]
        for id in self.groups.sized if "size" in show else ():
            if id not in self.solids:
                continue
            output = self.groups.stages[id].output
            text = size_text(output.spatial if output is not None else (), short=True)
            note = Note("size", (id,), (Line(text, look.small, "muted"),))
            if (note.role, note.owners) in self.dropped:
                continue
            placed = self._beside(note, own.get(id, 0.0) if sideways else below.get(id, 0.0))
            if sideways and self.groups.joint(id) == "hug":  # the words of a small box start under its size
                below[id] = max(below.get(id, 0.0), placed.area.high - self._under([id]))
            if look.direction == "TB" and self.groups.joint(id) == "hug":  # it stands below, on a line of its own
                placed = self._below(note, 0.0)
                below[id] = placed.area.high - self._under([id])
            elif not sideways:  # on one line with the channels
                line = beside.get(id)
                by = (line.area.first + line.area.last - placed.area.first - placed.area.last) / 2 if line else 0.0
                area = replace(placed.area, first=placed.area.first + by, last=placed.area.last + by)
                placed = replace(placed, area=area)
                for other in line.note.owners if line else (id,):
                    below[other] = area.high - self._under([other])
            yield placed
        turned = sideways and not self.upright and not all(map(stands_upright, self.words.values()))
        for id, lines in self.words.items():
            note = Note("words", (id,), lines, turned=turned)
            if lines and (note.role, note.owners) not in self.dropped:
                yield self._below(note, below.get(id, 0.0) + 1)

    def _rings(self) -> Iterator[Placed]:
        """The numbers of shared layers with weights, next to their boxes."""
        for id in self.solids:
            stage = self.groups.stages[id]
            note = Note("ring", (id,), (Line(str(stage.shared), self.look.small, bold=True),))
            if stage.shared is not None and stage.parameters != 0 and (note.role, note.owners) not in self.dropped:
                yield self._below(note, 0.0)

    def _runs(self) -> Iterator[tuple[str, ...]]:
        """Stages that share a label, and really stand close."""
        for whole in self.groups.runs[self.thin > 1]:
            run: list[str] = []
            for id in whole:
                if id not in self.solids:
                    continue
                if run:
                    before = run[-1]
                    gap = self.along[id] - self.solids[id].reach - self.along[before] - self.solids[before].reach
                    if gap > TIP * 1.5:
                        self.split.add(id)
                    if id in self.split:
                        yield tuple(run)
                        run = []
                run.append(id)
            if run:
                yield tuple(run)

    def _under(self, ids: Sequence[str]) -> float:
        return max(self.across[id] + self.solids[id].stretch for id in ids)

    def _below(self, note: Note, after: float) -> Placed:
        """A note behind the lane's stages: below them where the flow is sideways, else to the right."""
        main = [id for id in note.owners if self.solids[id].form == "box"] or list(note.owners)
        first, last = main[0], main[-1]
        middle = (
            self.along[first] - self.solids[first].length / 2 + self.along[last] + self.solids[last].length / 2
        ) / 2
        start = self._under(note.owners) + after
        if self.sideways:
            middle -= self.solids[first].lean / 2
            return Placed(note, _box(middle, start + 2 + note.height / 2, note.width, note.height))
        return Placed(note, _box(middle, start + 6 + note.width / 2, note.height, note.width), -1)

    def _beside(self, note: Note, after: float) -> Placed:
        """A size: at the upper right corner of its box, or after the channels where the flow runs down."""
        id = note.owners[0]
        solid, middle = self.solids[id], self.across[id]
        if not self.sideways:
            return self._below(note, after + 2 if after else 0.0)
        if self.groups.joint(id) == "hug":  # the corner belongs to what it stands against
            rim = self.along[id] + solid.reach + 3 + note.width / 2
            middle += max(after + solid.stretch - 4, 0.0)
            return Placed(note, _box(rim, middle + 4 + note.height / 2, note.width, note.height), -1)
        against = self.groups.next.get(id, id)
        if self.thin and self.arcs.isdisjoint((id, against)):
            end, top = self.along[id] + solid.reach, middle - solid.stretch - CLEAR - 0.1
            return Placed(note, Area(end - note.width, top - note.height, end, top), 1)
        rim, at = self.along[id] + solid.reach, id
        while at in self.groups.next and self.groups.joint(self.groups.next[at]) == "hug":
            at = self.groups.next[at]
            if at not in self.along or self.along[at] - self.solids[at].reach > rim:  # it stands apart after all
                break
            rim = max(rim, self.along[at] + self.solids[at].reach)
        height = min(middle - solid.stretch + note.height * 0.55, middle - note.height / 2 - 3)
        return Placed(note, _box(rim + 3 + note.width / 2, height, note.width, note.height), -1)


def _box(along: float, across: float, length: float, breadth: float) -> Area:
    return Area(along - length / 2, across - breadth / 2, along + length / 2, across + breadth / 2)
