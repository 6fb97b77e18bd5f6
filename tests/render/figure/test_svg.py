"""The SVG of a picture parses, holds what the picture holds, and is the same each time."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from netviz.render.figure.frame import Bounds, Entry, framed
from netviz.render.figure.look import SMALLEST, Look
from netviz.render.figure.paints import THEMES, Theme
from netviz.render.figure.picture import Bend, Circle, Move, Part, Path, Picture, Rectangle, Shape, Text, polygon
from netviz.render.figure.svg import picture_to_svg

NAME = '<script>&"\x1b\u202e'
SHAPES: tuple[Shape, ...] = (
    Part(
        (
            polygon(((0, 0), (40, 0), (40, 30)), "convolution-front", "convolution-line", 0.7),
            Rectangle(50, 0, 30, 20, 4, "dense-tint", "dense-line"),
            Circle(100, 10, 8, "merging-front", "ink", opacity=0.4),
        ),
        "stage",
        NAME,
        f"{NAME}\nconv",
    ),
    Path((Move((0, 60)), Bend((30, 20), (60, 20), (90, 60))), None, "skip", 1.4, (3.0, 2.0), True, 0.5),
    Text(0, 90, NAME, 10, bold=True, halo=True, room=60.0),
    Text(90, 90, "turned", 10, "middle", "muted", turned=True),
)


def made(**options: str) -> str:
    picture = framed(
        SHAPES, Bounds(0, 0, 120, 100), Look(caption=True), NAME, "words", caption=NAME,
        legend=[Entry("dense-front", "dense"), Entry("skip", NAME, "line")],
    )  # fmt: skip
    return picture_to_svg(picture, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("theme", THEMES)
def test_it_parses_and_uses_only_what_it_defines(theme: Theme) -> None:
    root = ElementTree.fromstring(made(theme=theme))
    style = "".join(element.text or "" for element in root.iter() if element.tag.endswith("style"))
    names = {name for element in root.iter() for name in (element.get("class") or "").split()}
    for name in names:
        if re.match(r"[fs]-", name):
            assert f".{name}{{" in style, name
    ids = {element.get("id") for element in root.iter() if element.get("id")}
    assert set(re.findall(r"url\(#([^)]+)\)", style)) <= ids
    assert not {element.tag.rsplit("}", 1)[-1] for element in root.iter()} & {"script", "image", "foreignObject", "use"}


def test_names_arrive_as_text() -> None:
    root = ElementTree.fromstring(made())
    shown = "&lt;script&gt;&amp;&quot;\\x1b\\u202e"
    assert made().count(shown) >= 4
    assert any(element.text and "<script>" in element.text for element in root.iter())


def test_same_picture_same_bytes_and_every_theme_its_own() -> None:
    assert made() == made()
    ids = {re.search(r'id="(netviz-\w+)"', made(theme=theme))[1] for theme in THEMES}  # type: ignore[index]
    assert len(ids) == len(THEMES)


def test_auto_holds_both_themes() -> None:
    both = made(theme="auto")
    assert "prefers-color-scheme:dark" in both and "#0f141a" in both


def test_the_legend_and_the_caption_can_be_left_out() -> None:
    def kinds(look: Look) -> set[str]:
        picture = framed(
            SHAPES, Bounds(0, 0, 120, 100), look, "t", "d", caption="c", legend=[Entry("dense-front", "dense")]
        )
        return {shape.kind for shape in picture.shapes if isinstance(shape, Part)}

    assert kinds(Look(caption=True)) >= {"caption", "legend"}
    assert not kinds(Look(caption=False, legend=False)) & {"caption", "legend"}


@pytest.mark.parametrize("width", [60.0, 200.0, 900.0])
def test_the_width_is_what_was_asked_for_and_no_text_is_small(width: float) -> None:
    picture: Picture = framed(
        (), Bounds(0, 0, 10, 10), Look(width=width, size=8.0), "t", "d",
        legend=[Entry("dense-front", f"entry {number}") for number in range(9)],
    )  # fmt: skip
    assert picture.width == width
    texts = [shape for shape in picture.walk() if isinstance(shape, Text)]
    assert len(texts) == 9 and all(text.size >= SMALLEST for text in texts)


def test_what_fades_says_so() -> None:
    """Circles and paths with their tips; nothing else has an opacity."""
    faded = [element for element in ElementTree.fromstring(made()).iter() if element.get("opacity")]
    assert [(element.tag.rsplit("}", 1)[-1], element.get("opacity")) for element in faded] == [
        ("circle", "0.4"), ("path", "0.5"), ("path", "0.5"),
    ]  # fmt: skip


@pytest.mark.parametrize("font", ["mono", "DejaVu Sans Mono", "Courier New", "Consolas"])
def test_letters_of_one_width_are_pressed_into_the_room_of_others(font: str) -> None:
    """A line of narrow letters is the worst case."""
    drawn = Picture(200, 30, (Text(5, 20, "illicit filling", 10),), "", "")
    text = next(one for one in ElementTree.fromstring(picture_to_svg(drawn, font=font)).iter() if one.get("x") == "5")
    assert text.get("lengthAdjust")
    plain = picture_to_svg(drawn, font="Fira Sans")
    assert "lengthAdjust" not in plain
