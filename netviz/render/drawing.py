"""A diagram as an artifact: pictures, DOT, a page, a table and data, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from netviz.artifact import Artifact
from netviz.errors import MissingDependency
from netviz.views import Diagram, Sheet

if TYPE_CHECKING:
    import graphviz
    import pydot

    from netviz.render.diagram.styles import Theme
    from netviz.render.layout.geometry import Direction, Splines


@dataclass(frozen=True, slots=True)
class Style:
    """How a diagram is drawn; the fields are those of `netviz.graph`."""

    theme: Theme = "light"
    direction: Direction = "TB"
    splines: Splines = "spline"
    aspect: float | None = None
    legend: bool = True
    background: bool = True
    engine: str = "embedded"
    scale: float = 2.0


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
    """The diagram in the formats svg, png, pdf, html, dot, table and json; `sheet` makes the table.

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
            background=style.background,
            engine=style.engine,
        )

    def png() -> bytes:
        from netviz.render.diagram.raster import svg_to_png

        return svg_to_png(svg(), scale=style.scale)

    def pdf() -> bytes:
        from netviz.render.diagram.raster import svg_to_pdf

        return svg_to_pdf(svg())

    def html() -> str:
        from netviz.render.html import html_document

        return html_document(fragment(), diagram.title)

    def fragment() -> str:
        return f'<div class="netviz-graph">\n{svg().rstrip()}\n</div>\n'

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
        "fragment": fragment,
        "dot": dot,
        "table": text,
        "json": json,
    }
    return Drawing(name, formats, load_data, text)
