"""How volumes and their notes are moved apart: further along the flow, into wider lanes, a line lower, or left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from netviz.render.figure.look import Look
from netviz.render.figure.volumes.groups import Groups
from netviz.render.figure.volumes.items import Area
from netviz.render.figure.volumes.notes import CLEAR, Placed

ROUNDS, _PUSHES = 32, 5
"""How often what meets is moved apart at most, and two that keep meeting; then one of the two is left out."""
_LOWEST = 4.2, 4.2, 2.8
"""How far down labels of channels may stand, as a multiple of their size, by how thin they are."""
_NUDGE = 26.0
"""Pixels that are always found for the channels, also where labels are thinned."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What may meet others: a stage, a note, or a frame."""

    area: Area
    owners: tuple[str, ...]
    placed: Placed | None = None
    framed: bool = False


class Parting:
    """What has been done so far, and is done in the next turn.

    `extra` is added along the flow before a rank, `wider` to the lanes of a stretch (`stretches` by rank); `dropped`
    notes are left out, `lowered` ones stand so much further down. `thin` is as for a row.
    """

    def __init__(self, groups: Groups, look: Look, stretches: Mapping[int, int], thin: int) -> None:
        self.groups, self.look, self.stretches, self.thin = groups, look, stretches, thin
        self.turn = 0
        self.extra: dict[int, float] = defaultdict(float)
        self.wider: dict[int, float] = defaultdict(float)
        self.dropped: set[tuple[str, tuple[str, ...]]] = set()
        self.lowered: dict[tuple[str, ...], float] = {}
        self.moved: set[tuple[str, ...]] = set()
        self.pushes: dict[tuple[str, ...], int] = defaultdict(int)

    def apart(self, things: Iterable[Thing], short: Iterable[tuple[int, float]], turn: int) -> bool:
        """Whether anything met, or was too short, in that turn; it is moved apart then, or a note is left out."""
        met, self.turn = False, turn
        self.moved = set()
        pushed: dict[int, float] = defaultdict(float)
        open: list[Thing] = []
        for thing in sorted(things, key=lambda thing: thing.area.first):
            open = [other for other in open if other.area.last + CLEAR > thing.area.first]
            for other in open:
                met = self._clash(other, thing, pushed) or met
            open.append(thing)
        for rank, missing in short:
            met = self._widen(rank, missing, pushed) or met
        for rank, by in pushed.items():
            self.extra[rank] += by + 0.01
        return met

    def _clash(self, one: Thing, other: Thing, pushed: dict[int, float]) -> bool:
        """Whether the two meet; what is done about it."""
        spots = self.groups.spots
        notes = [thing.placed for thing in (one, other) if thing.placed is not None]
        framed = one.framed or other.framed
        same_lane = spots[one.owners[0]].lane == spots[other.owners[0]].lane
        if not notes and same_lane and not framed:
            return False
        if (notes or framed) and not set(one.owners).isdisjoint(other.owners):
            return False
        worded = len(notes) == 2 and all(placed.note.role == "words" for placed in notes)
        clear = 2 * CLEAR if worded else CLEAR
        by = one.area.meets(other.area, clear if len(notes) < 2 or self.look.sideways else 0.5)
        if by <= 0.01:
            return False
        if any(_key(placed) in self.dropped or placed.note.owners in self.moved for placed in notes):
            return True  # in this round, by another
        ranks = sorted((spots[thing.owners[0]].rank, spots[thing.owners[-1]].rank) for thing in (one, other))
        pair = (*one.owners, "", *other.owners)
        self.pushes[pair] += 1
        in_order = ranks[0][1] < ranks[1][0]
        hopeless = self.pushes[pair] > _PUSHES or self.turn > ROUNDS - _PUSHES
        small = (
            by < _NUDGE
            and self.thin < 2
            and same_lane
            and in_order
            and all(placed.note.role == "channels" for placed in notes)
        )
        if notes and self.thin and same_lane and self._lowered(one, other):
            return True
        if notes and ((self.thin and not small) or hopeless or (same_lane and not in_order)):
            order = ("words", "ring", "size", "channels")
            loser = min(notes, key=lambda placed: (order.index(placed.note.role), -placed.area.first))
            self.dropped.add(_key(loser))
        elif hopeless:
            return False
        elif in_order and (same_lane or framed):
            pushed[ranks[1][0]] = max(pushed[ranks[1][0]], by)
        else:
            lanes = abs(spots[one.owners[0]].lane - spots[other.owners[0]].lane)
            over = min(one.area.high, other.area.high) - max(one.area.low, other.area.low) + CLEAR
            for stretch in {self.stretches[spots[thing.owners[0]].rank] for thing in (one, other)}:
                self.wider[stretch] += over / max(lanes, 1.0) / 2 + 1
        return True

    def _lowered(self, one: Thing, other: Thing) -> bool:
        """Whether a label of channels finds room further down; of two of them the later one goes there."""
        if not self.look.sideways or one.framed or other.framed:
            return False
        found = [thing for thing in (one, other) if thing.placed and thing.placed.note.role == "channels"]
        if not found:
            return False
        lower = max(found, key=lambda thing: thing.area.first + thing.area.last)
        upper = one if lower is other else other
        by = self.lowered.get(lower.owners, 0.0) + upper.area.high - lower.area.low + CLEAR + 0.1
        if by > _LOWEST[self.thin] * self.look.size:
            return False
        self.lowered[lower.owners] = by
        self.moved.add(lower.owners)
        return True

    def _widen(self, rank: int, missing: float, pushed: dict[int, float]) -> bool:
        """Whether there is too little room behind a rank."""
        self.pushes[("", str(rank))] += missing > 0.01
        if missing <= 0.01 or self.pushes[("", str(rank))] > _PUSHES:
            return False
        pushed[rank + 1] = max(pushed[rank + 1], missing)
        return True


def _key(placed: Placed) -> tuple[str, tuple[str, ...]]:
    return placed.note.role, placed.note.owners
