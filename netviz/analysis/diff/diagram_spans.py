"""Where the blocks begin and end that names tell of ("conv4_block7"), and what stretches of layers are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from netviz.analysis.diff.diagram_order import Item, fate
from netviz.views import Box

_WORD = re.compile(r"[^_/.\-]+[_/.\-]*")
_DEEPEST = 8


class Spans:
    """The blocks of a sequence of boxes and groups, by what names begin with.

    A block is what two or more names begin with up to a number: of "conv4_block7_1_conv" "conv4", "conv4_block7" and
    "conv4_block7_1". The first model's blocks, which removed layers are of, are told from those of the second.
    `across[n]` is how many blocks go on from the item before the n-th.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        ends: dict[tuple[bool, str], list[int]] = {}
        for place, item in enumerate(items):
            for key in _blocks(item):
                ends.setdefault(key, [place, place])[1] = place
        self._ends = {key: own for key, own in ends.items() if own[0] < own[1]}
        steps = [0] * (len(items) + 1)
        for first, last in self._ends.values():
            steps[first + 1] += 1
            steps[last + 1] -= 1
        self.across = tuple(accumulate(steps))

    def title(self, first: int, stop: int) -> str:
        """What the items from `first` to before `stop` are called: by blocks that end where they do, or by names."""
        begin = self._word(first, first, stop)
        end = self._word(stop - 1, first, stop)
        return begin if begin == end else f"{begin} … {end}"

    def _word(self, place: int, first: int, stop: int) -> str:
        """The largest block that the item is in and that lies within the stretch, else the item's name."""
        for key in _blocks(self._items[place]):
            own = self._ends.get(key)
            if own and first <= own[0] and own[1] < stop:
                return key[1]
        return _name(self._items[place])


def _blocks(item: Item) -> Iterator[tuple[bool, str]]:
    """The blocks that an item's name tells of, the largest first; with each whether it is the first model's."""
    removed = fate(item) == "removed"
    name = _name(item)
    for number, word in enumerate(_WORD.finditer(name)):
        if number == _DEEPEST:
            return
        stem = name[: word.end()].rstrip("_/.-")
        if any(map(str.isdigit, word.group())) and not stem.isdigit():
            yield removed, stem


def _name(item: Item) -> str:
    if isinstance(item, Box):
        return next(filter(None, item.names), item.id)
    return item.title or item.id
