"""Where a sequence of labels repeats itself: stretches in which each label equals the one a period later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Run(NamedTuple):
    """From `start` to before `stop`, at least two periods long, every label equals the one `period` places on."""

    period: int
    start: int
    stop: int


LONGEST_GRAM = 4096
"""Sequences of up to this many labels are looked for; blocks may be twice as long."""


def runs(labels: Sequence[int]) -> list[Run]:
    """The maximal runs, short periods first, as the next occurrences of sequences of 1, 2, 4, 8... labels tell.

    Runs of three periods are all found: a sequence as long as the block next occurs one period later. Those of two are
    where some sequence in the block occurs once in it.
    """
    seeds: dict[int, list[int]] = {}
    grams = list(labels)
    length = 1
    while grams:
        last: dict[int, int] = {}
        for place, gram in enumerate(grams):
            before = last.get(gram)
            if before is not None:
                seeds.setdefault(place - before, []).append(before)
            last[gram] = place
        if len(last) == len(grams) or length >= LONGEST_GRAM:
            break
        pairs: dict[tuple[int, int], int] = {}
        grams = [
            pairs.setdefault((grams[place], grams[place + length]), len(pairs)) for place in range(len(grams) - length)
        ]
        length *= 2
    return [run for period in sorted(seeds) for run in _of_period(labels, period, sorted(seeds[period]))]


def _of_period(labels: Sequence[int], period: int, seeds: list[int]) -> list[Run]:
    """The maximal runs of a period around places where a label equals the one a period later."""
    found = []
    end = 0
    stop = len(labels) - period
    for seed in seeds:
        if seed < end:
            continue
        start = seed
        while start > end and labels[start - 1] == labels[start - 1 + period]:
            start -= 1
        end = seed + 1
        while end < stop and labels[end] == labels[end + period]:
            end += 1
        if end - start >= period:
            found.append(Run(period, start, end + period))
    return found


def least_rotation(word: tuple[int, ...]) -> tuple[int, ...]:
    """Of the words that a word becomes as its front moves to its end, the first in order."""
    best, other, length = 0, 1, 0  # two candidates and how far they agree; each comparison rules starts out
    count = len(word)
    while best < count and other < count and length < count:
        one, two = word[(best + length) % count], word[(other + length) % count]
        if one == two:
            length += 1
            continue
        if one > two:
            best = max(best + length + 1, other)
            other = best + 1
        else:
            other += length + 1
        length = 0
    best = min(best, other)
    return word[best:] + word[:best]
