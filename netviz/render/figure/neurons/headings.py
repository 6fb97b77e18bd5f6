"""What stands over the columns of neurons: input, hidden, output; all of one size, fewer words in little room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from netviz.figures import Network, Neurons
from netviz.render.figure.look import SPARE, Look
from netviz.render.figure.neurons.words import Line, is_source, whole_lines, wide

APART = 6.0
"""Pixels between two headings, at least."""

Heading = tuple[float, list[Line]]
"""Where along the flow its middle is, and its lines."""


def headings(network: Network) -> dict[int, str]:
    """The heading of each column: input, hidden (with a number where there are several), output."""
    columns: dict[int, list[Neurons]] = {}
    for one in network.neurons:
        columns.setdefault(one.column, []).append(one)
    said = {column: _heading(network, members) for column, members in sorted(columns.items())}
    hidden = [column for column, text in said.items() if text == "hidden"]
    if len(hidden) > 1:
        said |= {column: f"hidden {place}" for place, column in enumerate(hidden, 1)}
    return said


def _heading(network: Network, members: Sequence[Neurons]) -> str:
    fed = [one for one in members if one.role != "input" and not is_source(network, one)]
    if not fed:
        return "input" if any(one.role == "input" for one in members) else "features"
    if {one.role for one in fed} == {"output"}:
        return "output"
    classes = {one.class_name or "" for one in fed}
    return "hidden" if "Dense" in classes or len(classes) > 1 else classes.pop().lower()


def headings_above(network: Network, alongs: Mapping[int, float], look: Look) -> list[Heading] | None:
    """The headings of columns that stand side by side; None where not even the first and the last have room."""
    said = headings(network)
    gap = min((later - before for before, later in pairwise(sorted(alongs.values()))), default=1e6)
    for texts in _choices(said, alongs):
        for size in (look.size, look.small):
            room = {along: _span(along, texts, gap) for along, _ in texts}
            lines = [(along, _lines(text, size, room[along])) for along, text in texts]
            if all(found for _, found in lines) and _apart(lines, look):
                return lines
    return None


def ends_gap(network: Network, look: Look) -> float:
    """Pixels from column to column so that the headings of the first and the last have room."""
    said = list(headings(network).values())
    if len(said) == 1:
        return 0.0
    words = [word for text in (said[0], said[-1]) for word in text.split()]
    return (max(_word(word, look) for word in words) * SPARE + 2 * APART) / (len(said) - 1)


def _word(word: str, look: Look) -> float:
    return wide([Line(word, look.small, "ink", True)], look)


def _choices(said: Mapping[int, str], alongs: Mapping[int, float]) -> Iterator[list[tuple[float, str]]]:
    """All headings; one for all hidden layers; those of the ends alone."""
    every = [(alongs[column], text) for column, text in said.items()]
    yield every
    hidden = [along for along, text in every if text.startswith("hidden ")]
    if hidden:
        rest = [one for one in every if one[0] not in hidden]
        for text in ("hidden layers", "hidden"):
            yield sorted([*rest, ((hidden[0] + hidden[-1]) / 2, text)])
    if len(every) > 2:
        yield [every[0], every[-1]]


def _span(along: float, texts: Sequence[tuple[float, str]], gap: float) -> float:
    """Pixels that a heading may take: as far as its neighbours leave."""
    near = min((abs(along - other) for other, _ in texts if other != along), default=1e6)
    return max(gap, near) - APART


def _lines(text: str, size: float, room: float) -> list[Line]:
    return [Line(line, size, "ink", True) for line in whole_lines(text, size, room, 2, bold=True)]


def _apart(lines: Sequence[Heading], look: Look) -> bool:
    return all(
        later[0] - before[0] >= (wide(before[1], look) + wide(later[1], look)) / 2 + APART
        for before, later in pairwise(lines)
    )


def headings_beside(network: Network, look: Look, room: float) -> dict[int, list[Line]]:
    """The headings of columns that stand one below the other, by column."""
    said = headings(network)
    size = look.size if all(_lines(text, look.size, room) for text in said.values()) else look.small
    return {column: _lines(text, size, room) for column, text in said.items()}


def word_width(network: Network, look: Look) -> float:
    """The room that no heading may be without: that of its longest word."""
    words = {word for text in headings(network).values() for word in text.split()}
    return max(_word(word, look) for word in words)
