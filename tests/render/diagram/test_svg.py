"""What is true of the SVG of every diagram, read by a strict parser."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.render.diagram import Theme, diagram_to_svg, svg_to_page
from netviz.render.diagram.edges import find_skips
from netviz.render.escape import visible
from netviz.views import Box, Coloring, Diagram, Edge, Group
from tests.render.diagram.samples import chain, diagram, every, lenet, residual, strangers, translation

DIAGRAMS = every()
NAMESPACE = "{http://www.w3.org/2000/svg}"
ELEMENTS = {
    "svg", "title", "desc", "style", "defs", "pattern", "marker", "g", "rect", "path", "text",
}  # fmt: skip
THEMES: tuple[Theme, ...] = get_args(Theme)


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def named(diagram: Diagram) -> set[str]:
    """Every name of a layer, call or group in the diagram."""
    found = {visible(group.id) for group in diagram.groups}
    for box in diagram.boxes:
        found.update(map(visible, (box.id, *box.names, *box.layers)))
    return {" ".join(name.split()) for name in found if len(name) <= 500}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("one", DIAGRAMS, ids=lambda one: ascii(one.title))
def test_it_is_svg_that_runs_and_loads_nothing(one: Diagram, theme: Theme) -> None:
    svg = diagram_to_svg(one, theme=theme)
    root = parsed(svg)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert root.get("role") == "img"
    assert [root.find(f".//*[@id='{key}']") is not None for key in root.get("aria-labelledby", "").split()] == [
        True
    ] * 2
    for element in root.iter():
        assert element.tag.removeprefix(NAMESPACE) in ELEMENTS
        assert not [name for name in element.attrib if "href" in name or name.startswith("on") or name == "style"]
        for value in element.attrib.values():
            assert "url(" not in value or element.get("data-path") is not None or element.get("data-class") is not None
    (style,) = root.iter(f"{NAMESPACE}style")
    assert set(re.findall(r"url\((.*?)\)", style.text or "")) <= {f"#{key}" for key in ids}
    assert "@import" not in (style.text or "")
    width, height = root.get("width"), root.get("height")
    assert root.get("viewBox") == f"0 0 {width} {height}"


@pytest.mark.parametrize("one", DIAGRAMS, ids=lambda one: ascii(one.title))
def test_every_name_is_in_it(one: Diagram) -> None:
    said = []
    for element in parsed(diagram_to_svg(one)).iter():
        said += [element.text or "", *element.attrib.values()]
        said += element.get("data-layers", "").split("\n")
    everything = "\0".join(" ".join(text.split()) for text in said)
    assert [name for name in named(one) if name not in everything] == []


@pytest.mark.parametrize("one", DIAGRAMS, ids=lambda one: ascii(one.title))
def test_there_is_an_element_for_every_box_group_and_edge(one: Diagram) -> None:
    root = parsed(diagram_to_svg(one))
    classes = [element.get("class", "").split() for element in root.iter(f"{NAMESPACE}g")]
    assert sum("box" in names for names in classes) == len(one.boxes)
    assert sum("group" in names for names in classes) == len(one.groups)
    (edges,) = (element for element in root.iter(f"{NAMESPACE}g") if element.get("class") == "edges")
    paths = [element.get("data-path") for element in root.iter() if element.get("data-path") is not None]
    ends = [tuple(paths[int(end)] for end in edge.get("data-ends", "").split())
            for edge in edges.iter(f"{NAMESPACE}path")]  # fmt: skip
    shown = [(visible(edge.tail), visible(edge.head)) for edge in one.edges if not edge.repeating]
    if all(len(end) <= 500 for edge in shown for end in edge):
        assert sorted(map(str, ends)) == sorted(map(str, shown))


@pytest.mark.parametrize("theme", THEMES)
def test_same_bytes(theme: Theme) -> None:
    assert diagram_to_svg(translation(), theme=theme) == diagram_to_svg(translation(), theme=theme)


def test_pictures_in_one_page_do_not_touch_each_other() -> None:
    """Each rule begins with the class of its picture, and no two pictures share it."""
    pictures = [diagram_to_svg(one, theme=theme) for one in (lenet(), residual()) for theme in THEMES]
    scopes = [parsed(picture).get("id") for picture in pictures]
    assert len(set(scopes)) == len(scopes)
    for scope, picture in zip(scopes, pictures, strict=True):
        (style,) = parsed(picture).iter(f"{NAMESPACE}style")
        rules = re.sub(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", r"\1", style.text or "")
        for selectors in re.findall(r"([^{}]+)\{[^{}]*\}", rules):
            assert all(one.strip().startswith(f".{scope}") for one in selectors.split(","))


def test_numbers_are_short() -> None:
    for element in parsed(diagram_to_svg(translation())).iter():
        for name in ("x", "y", "width", "height", "d", "transform", "textLength"):
            assert not re.search(r"\.\d\d", element.get(name, ""))


def test_without_a_background_nothing_is_behind() -> None:
    whole, clear = diagram_to_svg(lenet()), diagram_to_svg(lenet(), background=False)
    assert whole.count('class="p"') == 1 and 'class="p"' not in clear


def test_repeating_edges_are_not_drawn() -> None:
    edges = [edge for edge in residual().edges if edge.repeating]
    assert edges
    assert diagram_to_svg(residual()) == diagram_to_svg(
        replace(residual(), edges=tuple(edge for edge in residual().edges if not edge.repeating))
    )


def test_the_legend_tells_the_families_there_are_and_only_if_there_are_several() -> None:
    def legend(one: Diagram) -> list[str]:
        root = parsed(diagram_to_svg(one))
        return [text.text or "" for group in root.iter(f"{NAMESPACE}g") if group.get("class") == "legend"
                for text in group.iter(f"{NAMESPACE}text")]  # fmt: skip

    assert sorted(legend(lenet())) == sorted(["input", "convolution", "pooling, resizing", "reshaping", "dense"])
    assert legend(diagram("one", lenet().children[-1:], ())) == []


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=24))
def test_an_edge_skips_if_its_head_is_reached_without_it(pairs: list[tuple[int, int]]) -> None:
    edges = [Edge(str(min(pair)), str(max(pair))) for pair in pairs if pair[0] != pair[1]]

    def paths(start: str, end: str) -> set[int]:
        """Lengths of all ways, by following every edge."""
        found = set()
        for edge in edges:
            if edge.tail == start:
                found |= {1} if edge.head == end else set()
                found |= {length + 1 for length in paths(edge.head, end)}
        return found

    for place, edge in enumerate(edges):
        assert (place in find_skips(edges)) == any(length > 1 for length in paths(edge.tail, edge.head))


def test_cycles_do_no_harm() -> None:
    boxes = [box for box in lenet().boxes[:3] if isinstance(box, Box)]
    edges = (*chain(boxes), Edge(boxes[-1].id, boxes[0].id), Edge(boxes[0].id, boxes[0].id))
    parsed(diagram_to_svg(diagram("cycle", boxes, edges)))


def test_the_page_holds_the_picture() -> None:
    svg = diagram_to_svg(strangers(["</svg><script>alert(1)</script>"]))
    page = svg_to_page(svg, "<script>")
    assert svg in page and page.lower().count("<script") == 0


@pytest.mark.parametrize("coloring", get_args(Coloring))
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e308, 10**400, 0, -1])
def test_any_number_can_be_drawn(coloring: Coloring, value: float) -> None:
    count = value if isinstance(value, int) else None
    odd = replace(lenet().boxes[1], id="odd", value=value, parameters=count, share=value, each=(1, count))
    parsed(diagram_to_svg(diagram("odd", (*lenet().boxes, odd), (), coloring=coloring, parameters=10**400)))


def test_groups_may_be_nested_deeply() -> None:
    inside: Box | Group = lenet().boxes[0]
    for depth in range(60):
        inside = Group(f"group {depth}", f"group {depth}", None, "model", (inside,), (2,))
    root = parsed(diagram_to_svg(diagram("deep", (inside,), ())))
    assert sum("group" in element.get("class", "").split() for element in root.iter()) == 60
