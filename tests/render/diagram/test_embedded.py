"""What is true of drawings that are parts of one page: nothing in them but a picture, and all of it numbered."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import util
from typing import get_args
from unittest.mock import patch
from xml.etree import ElementTree

import pytest

from netviz.errors import NetvizError
from netviz.render.diagram import diagram_to_svg
from netviz.render.diagram.embedded import MEANINGS, Embedded, embed
from netviz.render.diagram.legend import find_meanings
from netviz.render.diagram.styles import palette_tones
from netviz.render.escape import visible
from netviz.render.layout import Placement, Plan, lay_out_all
from netviz.views import FAMILIES, Box, Coloring, Diagram, Group
from tests.render.diagram.samples import (
    box,
    coloured,
    diagram,
    every,
    families,
    lenet,
    residual,
    strangers,
    translation,
)
from tests.render.names import HOSTILE

DIAGRAMS = every()


@pytest.fixture(scope="module")
def embedded() -> Embedded:
    return embed(DIAGRAMS)


def roots(embedded: Embedded) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(picture) for picture in embedded.pictures]


def test_a_picture_has_nothing_but_shapes_and_words(embedded: Embedded) -> None:
    for root in roots(embedded):
        assert root.attrib.keys() == {"class", "role", "width", "height", "viewBox"}
        assert (root.get("class"), root.get("role")) == ("netviz-graph", "group")
        for element in root.iter():
            assert element.tag in {"svg", "g", "rect", "path", "text", "title"}
            assert not element.attrib.keys() & {"id", "style", "data-path", "data-class", "data-layers"}
            assert not any(name.startswith("on") or "href" in name for name in element.attrib)


def test_names_stand_in_texts_only(embedded: Embedded) -> None:
    """No attribute holds a letter that is not ours, whatever the file calls its layers."""
    for root in roots(embedded):
        for element in root.iter():
            for key, value in element.attrib.items():
                known = (
                    r"[\w -]*" if key in ("class", "role", "lengthAdjust") else r"[MLcvhlazA\d .()\-]*|translate\(.*\)"
                )
                assert re.fullmatch(known, value)
    strange = embed([strangers([name[:2000] for name in HOSTILE])])
    words = {" ".join("".join(root.itertext()).split()) for root in roots(strange)}.pop()
    for name in HOSTILE:
        if len(name) < 20:
            assert " ".join(visible(name).split()) in words


def test_every_element_has_its_number(embedded: Embedded) -> None:
    """Groups first, then boxes, and the ends of edges are numbers of these."""
    for place, one in enumerate(DIAGRAMS):
        picture = embedded.drawn[place]
        assert picture is not None
        root = ElementTree.fromstring(embedded.pictures[picture])
        items = embedded.items[place]
        assert items == (*one.groups, *one.boxes)
        numbered = [element for element in root.iter("g") if "data-n" in element.attrib]
        assert [element.get("data-n") for element in numbered] == [str(number) for number in range(len(items))]
        for element, item in zip(numbered, items, strict=True):
            kind = "group" if isinstance(item, Group) else "box"
            assert (element.get("class") or "").split()[:2] == [kind, item.family]
            first = next(child for child in element if child.tag == "rect")
            assert float(first.get("width", 0)) > 0 and float(first.get("height", 0)) > 0
            assert kind == "group" or (element.get("transform") or "").startswith("translate(")
        ends = [path.get("data-ends", "").split() for path in root.iter("path") if "data-ends" in path.attrib]
        drawn = [edge for edge in one.edges if not edge.repeating and edge.tail != edge.head]
        ids = [item.id for item in items]
        assert sorted((ids[int(tail)], ids[int(head)]) for tail, head in ends) == sorted(
            (edge.tail, edge.head) for edge in drawn
        )


def test_every_tensor_is_said_by_a_card_or_an_edge() -> None:
    """An edge without a title has the shape that the card where it begins says."""
    shown = embed([residual()])
    root, items = roots(shown)[0], shown.items[0]
    cards = {element.get("data-n"): "".join(element.itertext()) for element in root.iter("g")}
    for path in root.iter("path"):
        if "data-ends" in path.attrib and path.find("title") is None:
            tail = path.get("data-ends", "").split()[0]
            giver = items[int(tail)]
            assert isinstance(giver, Box) and giver.outputs[0] is not None
            assert "×".join(map(str, giver.outputs[0][1:])) in cards[tail]
    labels = [path.findtext("title") for path in root.iter("path") if "data-ends" in path.attrib]
    assert None in labels


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_one_style_sheet_for_all_colours(theme: str) -> None:
    """Every meaning has a rule, a later one wins over the family, and every reference is to what `defs` has."""
    shown = embed([], theme)  # type: ignore[arg-type]
    first = shown.style.partition("@media")[0]
    places = [first.index(f".netviz-graph .{meaning} path,") for meaning in MEANINGS]
    assert places == sorted(places)
    for coloring in set(get_args(Coloring)) - {"changes"}:  # of which there are no drawings in a page
        assert {*find_meanings(coloured(coloring)).of_box.values()} <= {*MEANINGS}
    assert MEANINGS[: len(FAMILIES)] == FAMILIES
    assert ("prefers-color-scheme" in shown.style) == (theme == "auto")
    assert all(line.startswith((".netviz-graph", "@media", "}")) for line in shown.style.split("\n"))
    assert "<" not in shown.style and "javascript" not in shown.style
    defs = ElementTree.fromstring(f"<defs>{shown.defs}</defs>")
    ids = [element.get("id") for element in defs]
    assert {*re.findall(r"url\(#([\w-]+)\)", shown.style)} == {*ids} and len(ids) == len({*ids})
    assert not any("style" in element.attrib for element in defs.iter())
    assert palette_tones("dark" if theme == "dark" else "light")["card"] in first


def test_what_looks_alike_is_one_picture() -> None:
    """Paths and layers are not part of a picture."""
    net = residual()

    def elsewhere(item: Box | Group) -> Box | Group:
        if isinstance(item, Group):
            return replace(item, id=f"b/{item.id}", children=tuple(map(elsewhere, item.children)))
        return replace(item, id=f"b/{item.id}", layers=tuple(f"b/{path}" for path in item.layers))

    other = replace(
        net,
        children=tuple(map(elsewhere, net.children)),
        edges=tuple(replace(edge, tail=f"b/{edge.tail}", head=f"b/{edge.head}") for edge in net.edges),
    )
    shown = embed([net, lenet(), other, net])
    assert shown.drawn == (0, 1, 0, 0) and len(shown.pictures) == 2
    assert [item.id for item in shown.items[2]] == [f"b/{item.id}" for item in shown.items[0]]


def test_the_same_bytes_twice(embedded: Embedded) -> None:
    assert embed(DIAGRAMS) == embedded


def test_a_picture_is_smaller_than_the_one_that_stands_alone() -> None:
    for one in (residual(), translation(), families()):
        assert len(embed([one]).pictures[0]) < len(diagram_to_svg(one, legend=False, caption=False))


def test_a_drawing_that_cannot_be_laid_out_leaves_the_others() -> None:
    def failing(plans: list[Plan], **options: object) -> list[Placement | NetvizError]:
        return [NetvizError("it is too large", "Draw less."), *lay_out_all(plans[1:])]

    with patch("netviz.render.diagram.embedded.lay_out_all", failing):
        shown = embed([residual(), lenet()])
    assert shown.drawn == (None, 0)
    assert dict(shown.problems) == {0: "it is too large Draw less."}
    assert [len(items) for items in shown.items] == [len([*residual().walk()]), len(lenet().boxes)]


def test_without_graphviz_chains_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(util, "find_spec", lambda name: None)
    shown = embed([lenet(), residual()])
    assert shown.drawn == (0, None) and "pip install pygraphviz" in shown.problems[1]


def test_nothing_to_draw() -> None:
    empty: Diagram = diagram("nothing", (), ())
    shown = embed([empty, diagram("one", (box("alone", "Dense", "dense", (None, 3)),), ())])
    assert shown.drawn == (0, 1) and shown.items[0] == ()
