"""Pictures of two models: what became of a layer can be told from its card, and of which kinds there are."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from netviz.render.diagram import diagram_to_svg
from netviz.render.diagram.cards import Card, make_cards
from netviz.render.diagram.groups import make_headers
from netviz.render.diagram.legend import find_meanings
from netviz.render.diagram.planning import PAGE, plan_diagram
from netviz.theme import FATE_SIGNS
from netviz.views import FATES, CardField, Diagram, Difference, Edge, Fate, Group
from tests.render.diagram.samples import box, chain, diagram

SHAPE = (None, 8, 8, 64)
TOLD: tuple[tuple[Fate, int], ...] = (("added", 12), ("removed", 9), ("changed", 3), ("unchanged", 40))


def one(difference: Difference, **more: Any) -> Diagram:
    found = box("new_name", "Dense", "dense", SHAPE, difference=difference, **more)
    show: frozenset[CardField] = frozenset({"name", "class", "details", "output"})
    return diagram("two", (found,), (), show=show, coloring="changes")


def card(difference: Difference, **more: Any) -> Card:
    return make_cards(one(difference, **more))["new_name"]


def texts(found: Card) -> list[str]:
    return [text.text for text in sorted(found.texts, key=lambda text: (text.y, text.x))]


def test_a_closed_box_says_how_many_became_what() -> None:
    found = card(Difference("changed", counts=TOLD, also_counts=(("renamed", 2),)), kind="closed")
    assert texts(found)[-5:] == ["+12", "−9", "~3", "→2", "of 64 layers"]
    assert [text.fate for text in found.texts][-5:] == ["added", "removed", "changed", "renamed", None]


@pytest.mark.parametrize("counts", [TOLD, TOLD[:2], (("added", 1), ("changed", 100_000)), tuple((f, 1) for f in FATES)])
def test_the_band_of_a_closed_box_is_parted_as_its_layers_are(counts: tuple[tuple[Fate, int], ...]) -> None:
    found = card(Difference("changed", counts=counts), kind="closed")
    ends = [end for _, end in found.parts]
    lengths = [end - start for start, end in zip((0.0, *ends), ends, strict=False)]
    assert [fate for fate, _ in found.parts] == [fate for fate, _ in counts]
    assert min(lengths) >= 2 and ends[-1] == pytest.approx(found.height - 4, abs=0.1)
    order = sorted(range(len(counts)), key=lambda place: counts[place][1])
    assert all(lengths[a] <= lengths[b] + 0.2 for a, b in pairwise(order))


def test_the_legend_has_every_kind_that_there_is() -> None:
    differences = (
        Difference("changed", counts=TOLD[:3], also_counts=(("renamed", 2),)), Difference("moved", also=("replaced",)),
        Difference(),
    )  # fmt: skip
    boxes = tuple(box(f"layer_{n}", "Dense", "dense", SHAPE, difference=one) for n, one in enumerate(differences))
    meanings = find_meanings(diagram("two", boxes, chain(boxes), coloring="changes"))
    assert [words for _, words in meanings.entries] == [f"{FATE_SIGNS[fate]} {fate}".strip() for fate in FATES]


@pytest.mark.parametrize(
    ("counts", "meaning"),
    [
        ((("added", 5), ("unchanged", 90)), "fate-added"),
        ((("added", 30), ("removed", 10)), "fate-added"),
        ((("added", 29), ("removed", 10)), "fate-mixed"),
        (TOLD, "fate-mixed"),
    ],
)
def test_a_closed_box_has_the_colour_of_what_most_of_its_layers_became(
    counts: tuple[tuple[Fate, int], ...], meaning: str
) -> None:
    assert find_meanings(one(Difference("changed", counts=counts), kind="closed")).of_box["new_name"] == meaning


def test_all_that_became_of_a_layer_is_signed() -> None:
    found = card(Difference("moved", also=("changed", "renamed"), former_name="old_name"))
    assert "↕~→" in texts(found)
    (sign,) = (text for text in found.texts if text.text == "↕~→")
    assert sign.x > 0 and sign.length is not None and sign.x + sign.length < found.band < min(
        text.x for text in found.texts if text is not sign
    )  # fmt: skip


@pytest.mark.parametrize("length", [1, 12, 40, 400])
def test_of_long_names_both_begin_and_end_on_the_card(length: int) -> None:
    old, new = f"old_{'name_' * length}before", f"new_{'name_' * length}after"
    lines = texts(card(Difference("renamed", former_name=old), names=(new,)))
    words = "".join(line for line in lines if line != "→").replace(" ", "")
    before, _, after = words.partition("→")
    for name, written in ((old, before), (new, after)):
        begin = written.partition("…")[0]
        assert name.startswith(begin[:4]) and begin.startswith(name[:4])
        assert name[-5:] in written
    assert sum("→" in line and len(line) > 1 for line in lines) == 1


@pytest.mark.parametrize("name", ["Sequential", "Functional", "TimeDistributed", "Bidirectional"])
def test_the_class_of_a_group_is_not_broken(name: str) -> None:
    small = box("in", "Dense", "dense", (None, 2), difference=Difference("changed"))
    group = Group("group", "net", name, "model", (small,), difference=Difference("changed"))
    planned = plan_diagram(diagram("two", (group,), (), show=frozenset({"name"}), coloring="changes"))
    header = planned.headers["group"]
    assert name in [*(text.text for text in header.texts), *([header.kind.text] if header.kind else [])]
    narrow = make_headers((group,), 60.0)["group"]
    assert name not in [text.text for text in narrow.texts], "a card so narrow would break it"


def test_a_strip_is_broken_though_an_edge_leads_back() -> None:
    """What one layer that moved left behind must not keep a long picture from being a page."""
    boxes = tuple(box(f"layer_{n}", "Dense", "dense", SHAPE, difference=Difference("changed")) for n in range(40))
    edges = [*chain(boxes), Edge("layer_3", "layer_1", fate="removed")]
    plan = plan_diagram(diagram("two", boxes, edges, coloring="changes")).plan
    assert plan.aspect is not None
    assert sum(node.height for node in plan.children if hasattr(node, "height")) > PAGE


def test_words_of_an_edge_are_written_and_only_what_was_removed_is_dashed() -> None:
    added, removed = (box(name, "Dense", "dense", SHAPE) for name in "ab")
    mixed = box("c", None, "model", SHAPE, kind="closed")
    boxes = (
        replace(added, difference=Difference("added")), replace(removed, difference=Difference("removed")),
        replace(mixed, difference=Difference("changed", counts=(("removed", 9), ("changed", 1)))),
    )  # fmt: skip
    svg = diagram_to_svg(diagram("two", boxes, (Edge("a", "b", words="input 2"), Edge("b", "c")), coloring="changes"))
    space = "{http://www.w3.org/2000/svg}"
    root = ElementTree.fromstring(svg)
    assert "input 2" in [text.text for text in root.iter(f"{space}text")]
    drawn = {group.get("data-path"): group for group in root.iter(f"{space}g") if group.get("data-path")}
    classes = {path: (group.find(f"{space}rect").get("class") or "").split() for path, group in drawn.items()}  # type: ignore[union-attr]
    assert [path for path, own in classes.items() if "zr" in own] == ["b"] and ".zr{stroke-dasharray" in svg
    title = drawn["c"].find(f"{space}title")
    assert title is not None and "9 of 10 layers removed, 1 changed" in (title.text or "")
