"""A diagram as an artifact: pictures, DOT, a page, a table and data, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, cast

from netviz.artifact import Artifact
from netviz.errors import MissingDependency, UsageError
from netviz.render.notebook import shown_picture
from netviz.views import Diagram, Sheet

if TYPE_CHECKING:
    import graphviz
    import pydot

    from netviz.render.diagram.styles import Theme
    from netviz.render.layout.engine import Engine
    from netviz.render.layout.geometry import Direction, Splines


@dataclass(frozen=True, slots=True)
class Style:
    """How a diagram is drawn; the fields are those of `netviz.graph`."""

    theme: Theme
    direction: Direction
    splines: Splines
    aspect: float | Literal["page"] | None
    legend: bool
    caption: bool
    background: bool
    scale: float
    engine: Engine


CHOICES: Mapping[str, tuple[str, ...]] = {
    "theme": ("light", "dark", "auto", "print"),
    "direction": ("TB", "BT", "LR", "RL"),
    "splines": ("spline", "polyline", "line", "ortho"),
    "engine": ("embedded", "dot"),
}


def checked_style(
    *,
    theme: str,
    direction: str,
    splines: str,
    aspect: float | str | None,
    legend: bool,
    caption: bool,
    background: bool,
    scale: float,
    engine: str,
) -> Style:
    """The style, where each choice is one that there is; raises UsageError that names the choices."""
    given = {"theme": theme, "direction": direction, "splines": splines, "engine": engine}
    for name, value in given.items():
        if value not in CHOICES[name]:
            raise UsageError(f"no {name} {value!r}", f"The choices are {', '.join(CHOICES[name])}.")
    if not (aspect is None or aspect == "page" or _within(aspect, 1 / MOST_ASPECT, MOST_ASPECT)):
        raise UsageError(f"aspect {aspect!r} is no shape", 'Give width by height, from 0.01 to 100, "page", or None.')
    if not _within(scale, 0.0, MOST_SCALE) or scale == 0:
        raise UsageError(f"scale {scale!r} is none", f"1 is 96 dpi, 2 the default, {MOST_SCALE} the most.")
    return Style(
        cast("Theme", theme), cast("Direction", direction), cast("Splines", splines),
        cast("float | Literal['page'] | None", aspect), legend, caption, background, scale, cast("Engine", engine),
    )  # fmt: skip


MOST_SCALE = 20
MOST_ASPECT = 100


def _within(value: object, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Drawing(Artifact):
    """A graph in all its formats, also as the objects of the packages `graphviz` and `pydot`."""

    def graphviz(self) -> graphviz.Source:
        """The graph for the package `graphviz`, whose methods need the `dot` of the system."""
        try:
            import graphviz
        except ImportError as error:
            raise _missing("graphviz") from error
        return graphviz.Source(str(self.to("dot")))

    def pydot(self) -> pydot.Dot:
        """The graph for the package `pydot`, whose methods need the `dot` of the system."""
        try:
            import pydot
        except ImportError as error:
            raise _missing("pydot") from error
        (graph,) = pydot.graph_from_dot_data(str(self.to("dot")))
        return graph


def _missing(package: str) -> MissingDependency:
    return MissingDependency(f"the package {package} is not installed", f"pip install {package}")


def drawing(
    name: str,
    diagram: Diagram,
    style: Style,
    sheet: Callable[[], Sheet],
    load_data: Callable[[], object],
) -> Drawing:
    """The diagram in the formats svg, png, pdf, html, dot, table and json.

    `sheet` makes the table; what `load_data` gives is its `data` and its "json".

    The layout is made once, for whatever formats are asked for.
    """

    @cache
    def svg() -> str:
        from netviz.render.diagram import diagram_to_svg

        return diagram_to_svg(
            diagram,
            theme=style.theme,
            direction=style.direction,
            splines=style.splines,
            aspect=style.aspect,
            legend=style.legend,
            caption=style.caption,
            background=style.background,
            engine=style.engine,
        )

    def png() -> bytes:
        from netviz.render.raster import svg_to_png

        return svg_to_png(svg(), scale=style.scale)

    def pdf() -> bytes:
        from netviz.render.raster import svg_to_pdf

        return svg_to_pdf(svg())

    def html() -> str:
        from netviz.render.diagram import svg_to_page

        return svg_to_page(svg(), diagram.title)

    def dot() -> str:
        from netviz.render.dot import diagram_to_dot

        return diagram_to_dot(diagram, direction=style.direction)

    def text(width: int | None = None, color: bool = False) -> str:
        from netviz.render.text import sheet_to_text

        return sheet_to_text(sheet(), width=width, color=color)

    def json() -> str:
        from netviz.render.data import data_to_json

        return data_to_json(load_data())

    formats: dict[str, Callable[[], str | bytes]] = {
        "svg": svg,
        "png": png,
        "pdf": pdf,
        "html": html,
        "dot": dot,
        "table": text,
        "json": json,
    }
    return Drawing(name, formats, load_data, text, shown_picture(svg, png, style.scale))
