"""What the paints and signs of a LeNet figure mean: only what occurs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netviz.render.figure.frame import Entry
from netviz.render.figure.lenet.shapes import Body, Lines
from netviz.render.figure.look import Look
from netviz.render.figure.picture import Rectangle, Shape, polygon, polyline
from netviz.render.figure.wording import FAMILY_WORDS
from netviz.views import FAMILIES

_CUBE: tuple[Shape, ...] = (
    Rectangle(-4.0, -1.5, 5.5, 5.5, 0.0, None, "ink", 0.7),
    polyline(((-4.0, -1.5), (-1.5, -4.0), (4.0, -4.0), (4.0, 1.5), (1.5, 4.0)), "ink", 0.7),
    polyline(((1.5, -1.5), (4.0, -4.0)), "ink", 0.7),
)
"""A box in space around (0, 0)."""


def entries_of(bodies: Sequence[Body], lines: Sequence[Lines], look: Look) -> Iterator[Entry]:
    """Families, windows, dashed bodies, shared layers, and how the sizes of volumes are written."""
    used = {body.stage.family for body in bodies}
    for family in FAMILIES:
        if family in used:
            yield Entry(f"{family}-front", FAMILY_WORDS[family], "area", f"{family}-line")
    windows = {one.spreads for one in lines if one.window is not None and not one.single}
    for spreads, label in ((False, "receptive field"), (True, "spread of one value")):
        if spreads in windows:
            yield _drawn(label, _window(-1.0 if spreads else 1.0))
    if words := " or ".join(_reasons(bodies)):
        yield _drawn(f"{words} size", (Rectangle(-4.0, -4.0, 8.0, 8.0, 0.0, None, "ink", 0.7, (2.5, 1.8)),))
    if any(body.stage.shared and body.stage.kind != "input" for body in bodies):
        yield Entry("paper", "same number: shared weights", "circle", "muted")
    deep = any(body.stage.output is not None and len(body.stage.output.spatial) == 3 for body in bodies)
    if deep and "size" in look.show and "output" not in look.show:
        yield _drawn("channels@depth×height×width" if "channels" in look.show else "depth×height×width", _CUBE)


def _drawn(label: str, inside: tuple[Shape, ...]) -> Entry:
    return Entry("paper", label, "circle", "paper", inside)


def _window(way: float) -> tuple[Shape, ...]:
    """A window with its lines to one number, at the right of it or at the left."""
    corners = ((-4.0, -2.5), (1.0, -2.5), (1.0, 2.5), (-4.0, 2.5))
    return (
        *(polyline(((way * 1.0, y), (way * 3.5, 0.0)), "muted", 0.6) for y in (-2.5, 2.5)),
        polygon(tuple((way * x, y) for x, y in corners), None, "ink", 0.9),
        Rectangle(way * 3.5 - 1.0, -1.0, 2.0, 2.0, 0.0, "ink"),
    )


def _reasons(bodies: Sequence[Body]) -> Iterator[str]:
    """Why bodies are dashed."""
    dashed = [body for body in bodies if body.unknown]
    if any(body.stage.output is not None for body in dashed):
        yield "any"
    if any(body.stage.output is None for body in dashed):
        yield "unknown"
