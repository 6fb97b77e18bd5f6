"""How names reach the reader of a plot, for tests/render/test_names.py."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from netviz.charts import Chart, Panel, Words
from netviz.render.chart import chart_to_figure, figure_to_svg
from netviz.render.escape import terminal

ELEMENTS = {"svg", "title", "desc", "defs", "g", "path", "use", "clipPath", "rect", "image", "pattern"}


def plot_of(names: Sequence[str]) -> str:
    """A plot that is wide enough to write each name in one line."""
    panels = tuple(Panel((Words((name,)),)) for name in names)
    figure = chart_to_figure(Chart(names[0], panels, columns=1), figsize=(60.0, 8.0))
    return figure_to_svg(figure, title=names[0])


def plot_texts(svg: str) -> list[str]:
    """What is written in a plot, as its description says; all its elements are those that harmless names have."""
    root = ElementTree.fromstring(svg)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= ELEMENTS
    found = [element.text or "" for element in root if element.tag.endswith(("title", "desc"))]
    assert found and all(char.isprintable() for text in found for char in text)
    return found


@cache
def glyphs() -> frozenset[int]:
    """The characters that the face of plots has, by fontTools."""
    font = TTFont(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"))
    return frozenset(font.getBestCmap())


def plot_name(name: str) -> str:
    """The name with what the face of plots has no glyph for by its code."""
    return "".join(char if ord(char) in glyphs() else _code(char) for char in terminal(name))


def _code(char: str) -> str:
    return char.encode("unicode_escape").decode()
