"""Hostile names in a figure: a picture with them in every place that takes one, and what TeX reads of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from netviz.render.figure.picture import Circle, Part, Picture, Text
from netviz.render.figure.svg import picture_to_svg
from netviz.render.figure.tikz import picture_to_tikz


def picture_of(names: Sequence[str]) -> Picture:
    """The names as paths, words a pointer reads, texts of every kind, title and description."""
    parts = tuple(
        Part(
            (
                Circle(10, 10, 5, "dense-front"),
                Text(20, 20 * place + 20, name, 10),
                Text(20, 20 * place + 30, name, 10, "end", bold=True, italic=True, turned=True, halo=True, room=40.0),
            ),
            "stage",
            name,
            name,
        )
        for place, name in enumerate(names)
    )
    return Picture(200, 100, parts, names[0], names[-1])


def figure_of(names: Sequence[str]) -> str:
    return picture_to_svg(picture_of(names))


def tikz_of(names: Sequence[str]) -> str:
    return picture_to_tikz(picture_of(names))


_NODE = re.compile(
    r"\\node\[[^]]*\] at \([\d.,-]+\) \{\\fontsize\{[\d.]+bp\}\{[\d.]+bp\}(?:\\\w+)*\\selectfont (.*)\};"
)
_AROUND = re.compile(r"\\netviz(?:halo|fit\{[\d.]+bp\})\{(.*)\}")


def tikz_words(text: str) -> list[str]:
    """The words of each node, as they are written; every other line is a comment, or one that harmless names have."""
    usual = set(tikz_of(["a"]).splitlines())
    found = []
    for line in text.splitlines():
        if line.startswith(("%", "\\path[fill=netviz-dense-front] (10,10) circle")) or line in usual:
            continue
        node = _NODE.fullmatch(line)
        assert node is not None, line
        words = node[1]
        while (inner := _AROUND.fullmatch(words)) is not None:
            words = inner[1]
        found.append(words)
    return found
