"""The layers of a page, against what Keras says of the same models: which there are, and who gives and takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from netviz.analysis.page import build_page
from netviz.model import Graph
from netviz.pages import LayerDetails, Link, Page
from netviz.readers import read
from tests.models.oracle import describe
from tests.models.zoo import MEMORY_ONLY, SUBCLASSED, UNBUILT, ZOO

Json = dict[str, Any]
Saved = Callable[[str], tuple[Path, Any]]

pages: dict[str, Page] = {}


@pytest.fixture(params=sorted(ZOO))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(name: str, saved_zoo: Saved) -> Page:
    """The page of a model of the zoo, from its file; made once."""
    if name not in pages:
        pages[name] = build_page(read(saved_zoo(name)[0]), version="1")
    return pages[name]


def rows(page: Page) -> Iterator[Json]:
    """The rows of the table of layers by the keys of their columns, without the sums."""
    keys = [column.key for column in page.layers.columns]
    for row in page.layers.rows[: len(page.layers.rows) - page.totals]:
        yield dict(zip(keys, row.cells, strict=True))


def test_each_row_has_its_details(page: Page, name: str, saved_zoo: Saved) -> None:
    model = read(saved_zoo(name)[0])
    assert [row["path"] for row in rows(page)] == [one.path for one in page.details]
    assert [one.path for one in page.details] == [layer.path for layer in model.root.walk()]
    for row, layer in zip(rows(page), page.details, strict=True):
        assert (row["name"], row["class"]) == (layer.name, layer.class_name)
    held = {inner.path: owner.path for owner in (model.root, *model.root.walk()) for inner in owner.layers}
    for layer in page.details:
        assert (page.details[layer.parent].path if layer.parent is not None else "") == held[layer.path]


def test_counts_are_those_of_keras(page: Page, name: str, saved_zoo: Saved) -> None:
    said = describe(saved_zoo(name)[1])
    stored = {weight.path: weight for layer in page.details for weight in layer.weights}
    own = sum(row.cells[4] for row in page.layers.rows[-page.totals : -1])  # type: ignore[misc]
    bytes_of_int4 = sum(
        (weight.parameters or 0) - (weight.bytes or 0) for weight in stored.values() if weight.dtype == "int4"
    )
    counted = sum(weight.parameters or 0 for weight in stored.values()) + own - bytes_of_int4
    if name in MEMORY_ONLY:
        assert counted < said["total"]
        return
    assert counted == said["total"]
    top = {one["name"]: one for one in said["layers"]}
    for layer in page.details:
        if layer.parent is None and "registered_name" not in top[layer.name] and bytes_of_int4 == 0:
            assert layer.non_trainable == top[layer.name]["total"] - top[layer.name]["trainable_total"]


def test_givers_are_those_of_keras(page: Page, name: str, saved_zoo: Saved) -> None:
    said = describe(saved_zoo(name)[1])
    compared = sum(_compare(page, None, said))
    several = sum(len(one.calls) > 0 and one.parent is None for one in page.details) > 1
    assert compared or not several or said["class_name"] not in ("Functional", "Sequential")


def _compare(page: Page, parent: int | None, said: Json) -> Iterator[int]:
    """Compares the layers inside `parent` and all further in; yields how many tensors of each call were compared."""
    if not any(layer["calls"] for layer in said["layers"]):
        return
    own = [index for index, layer in enumerate(page.details) if layer.parent == parent]
    places = {page.details[index].name: index for index in own}
    chain = said["class_name"] == "Sequential"
    for index, expected in zip(own, said["layers"], strict=True):
        layer = page.details[index]
        assert layer.name == expected["name"]
        for ours, call in zip(layer.calls, expected["calls"], strict=True):
            sources = call["sources"][:1] if chain else call["sources"]
            for passing, (giver, number, output) in zip(ours.inputs, sources, strict=False):
                if giver not in places:  # an InputLayer that a Sequential does not list
                    assert chain and all(page.details.index(layer) == own[0] for _ in passing.ends)
                    continue
                (link,) = passing.ends
                assert link.layer == places[giver]
                given = page.details[places[giver]]
                several = f" (call {number + 1})" if len(given.calls) > 1 else ""
                assert link.words == giver + (f"[{output}]" if len(given.calls[number].outputs) > 1 else "") + several
                yield 1
        if "layers" in expected:
            yield from _compare(page, index, expected)


def given_to(layer: LayerDetails) -> list[Link]:
    return [link for call in layer.calls for passing in call.inputs for link in passing.ends]


def taken_from(layer: LayerDetails) -> list[Link]:
    return [link for call in layer.calls for passing in call.outputs for link in passing.ends]


def ancestors(page: Page, index: int) -> list[int]:
    """The layer and those that it lies in, from the inside out."""
    found: list[int] = []
    at: int | None = index
    while at is not None:
        found.append(at)
        at = page.details[at].parent
    return found


def across(page: Page, one: int, other: int) -> tuple[int, int] | None:
    """The two layers of one graph in which two layers lie; None where one lies in the other."""
    first, second = ancestors(page, one), ancestors(page, other)
    if one in second or other in first:
        return None
    parents = {page.details[at].parent: at for at in first}
    return next((parents[page.details[at].parent], at) for at in second if page.details[at].parent in parents)


def test_links_are_mutual(page: Page) -> None:
    """Who takes from a layer is given to by it; through the border of a nested model, by way of that."""
    for index, layer in enumerate(page.details):
        pairs = [(index, link.layer) for link in taken_from(layer)] + [(link.layer, index) for link in given_to(layer)]
        for giver, taker in pairs:
            ends = across(page, giver, taker) if giver is not None and taker is not None else None
            if ends:
                assert ends[1] in {link.layer for link in taken_from(page.details[ends[0]])}
                assert ends[0] in {link.layer for link in given_to(page.details[ends[1]])}


def test_what_leaves_the_model_says_so(page: Page, name: str, saved_zoo: Saved) -> None:
    model = read(saved_zoo(name)[0])
    ends = {link.words for layer in page.details for link in taken_from(layer) if link.layer is None}
    named = {f"output {end.name}" for end in model.graph.outputs if end.source and end.source.call >= 0}
    assert {words.partition(" (from ")[0] for words in ends} == named


def test_what_a_nested_model_takes_is_known_inside(page: Page) -> None:
    """Where it is called once, the layers at its border name those outside; else the nested model."""
    for index, layer in enumerate(page.details):
        inside = [one for one in page.details if one.parent == index]
        if not inside or not layer.calls or layer.class_name not in ("Functional", "Sequential"):
            continue
        outside = {link.layer for link in given_to(layer)}
        entering = {link.layer for one in inside for link in given_to(one)} - {
            place for place, one in enumerate(page.details) if one.parent == index
        }
        assert entering
        assert entering <= (outside if len(layer.calls) == 1 else {index})


def test_a_page_is_plain_data(page: Page) -> None:
    plain = asdict(page)
    text = json.dumps(plain, default=lambda tiles: list(tiles), allow_nan=False)
    assert json.loads(text)["title"] == page.title


LIVE = {**{name: one.build for name, one in SUBCLASSED.items()}, **UNBUILT}


@pytest.mark.parametrize("name", sorted(LIVE))
def test_what_is_not_known_is_said(name: str) -> None:
    """Of models that were not called no shape and no call is known: the findings say so."""
    model = read(LIVE[name]())
    page = build_page(model, version="1")
    assert len(page.details) == len(list(model.root.walk()))
    for row, layer in zip(rows(page), page.details, strict=True):
        if not layer.calls:
            assert row["input"] is None and row["output"] is None
    assert page.findings or (page.details and all(layer.calls for layer in page.details))


def test_a_layer_called_twice_has_both_calls(saved_zoo: Saved) -> None:
    most = []
    for name in sorted(ZOO):
        model = read(saved_zoo(name)[0])
        page = pages.get(name) or build_page(model, version="1", weights=False)
        calls: dict[str, int] = {}
        for owner in (model.root, *model.root.walk()):
            for layer in owner.layers:
                own = [call for call in (owner.graph or Graph()).calls if call.layer == layer.name]
                calls[layer.path] = len(own)
        assert {layer.path: len(layer.calls) for layer in page.details} == calls
        most.append(max(calls.values(), default=0))
    assert sum(number > 1 for number in most) > 3
