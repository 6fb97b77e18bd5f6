"""The data of a page: JSON that cannot hurt, of which the script makes again what the page said."""

from __future__ import annotations

import base64
import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from netviz.pages import CallDetails, Page, Passing, WeightDetails
from netviz.render import escape
from netviz.render.cells import cell_text
from netviz.render.css import asset
from netviz.render.diagram.embedded import embed
from netviz.render.escape import elide, visible
from netviz.render.page import compact
from netviz.render.page.compact import harmless
from netviz.render.page.data import data_script
from netviz.render.page.links import layer_addresses
from netviz.views import Box, Group
from tests.conftest import EXAMPLES
from tests.render.conftest import VALUES
from tests.render.names import HOSTILE
from tests.render.page.conftest import page_of as page_of_source
from tests.render.page.samples import page_of
from tests.render.test_names import NAMES

FILES = ("data", "state", "text", "copy", "addresses")
EXACT = 1 << 53
RUN = "([code, given]) => new Function('given', code)(given)"


@pytest.fixture
def run(page: Any) -> Callable[..., Any]:
    """Runs JavaScript after the page's own files, with `given` and the data of a page: what it returns."""

    def get(code: str, given: object = None, data: str = '{"layers":[],"columns":[],"levels":[],"drawings":[]}') -> Any:
        page.set_content("<!DOCTYPE html><script type='application/json' id='data'></script>")
        page.evaluate("text => { document.getElementById('data').textContent = text }", data)
        return page.evaluate(RUN, ["\n".join(asset(f"page/{name}.js") for name in FILES) + code, given])

    return get


def shown(text: str) -> str:
    return visible(elide(text))


def jsoned(value: Any) -> Any:
    """As Python's own JSON gives it back, with its strings as they are shown."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {shown(key): jsoned(item) for key, item in value.items()}
    return [jsoned(item) for item in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("source", ["hostile", "residual", "hidden", "attention"])
def test_the_script_has_what_the_page_says(source: str, run: Callable[..., Any]) -> None:
    page = page_of(HOSTILE) if source == "hostile" else page_of_source(EXAMPLES / f"{source}.keras")
    embedded = embed([drawing.diagram for drawing in page.drawings])
    text = data_script(page, embedded)
    assert "<" not in text
    code = "return {...data, calls: all(callsOf), weights: all(weightsOf)}"
    known = run(f"const all = (of) => data.layers.map((_, n) => of(n)); {code}", data=text)
    assert known["rows"] == jsoned([row.cells for row in page.layers.rows[: len(page.details)]])
    for index, (layer, one) in enumerate(zip(known["layers"], page.details, strict=True)):
        for name in ("path", "name", "class_name", "module", "family", "parent"):
            assert layer[name] == jsoned(getattr(one, name)), name
        assert layer["inside"] == [place for place, other in enumerate(page.details) if other.parent == index]
        assert layer.get("non_trainable", 0) == one.non_trainable
        assert [known["settings"][place] for place in layer["settings"]] == jsoned(one.settings)
        assert layer["findings"] == list(one.findings)
    assert known["calls"] == jsoned([[_call(call) for call in one.calls] for one in page.details])
    for found, weight in zip(chain(*known["weights"]), chain(*(one.weights for one in page.details)), strict=True):
        values = base64.b64decode(found["tiles"].pop("values")) if found["tiles"] else None
        assert values == (weight.tiles and weight.tiles.values)
        assert _alike(found, _weight(weight))
    assert [level["name"] for level in known["levels"]] == [level.name for level in page.levels]
    drawings = zip(known["drawings"], page.drawings, embedded.drawn, embedded.items, strict=True)
    for drawing, that, drawn, items in drawings:
        assert (drawing["id"], drawing["title"], drawing["about"]) == (*map(shown, (that.id, that.title, that.about)),)
        assert drawing["remark"] == shown(that.remark)
        assert (drawing["trail"], drawing["picture"]) == ([*that.trail], drawn)
        for item, box in zip(drawing["items"], items, strict=True):
            _check_item(item, box, page, that.opens.get(box.id))


def _call(call: CallDetails) -> dict[str, Any]:
    def tensors(side: Sequence[Passing]) -> list[dict[str, Any]]:
        return [{**asdict(one), "ends": [[end.words, end.layer] for end in one.ends]} for one in side]

    return {"inputs": tensors(call.inputs), "outputs": tensors(call.outputs), "constants": call.constants}


def _weight(weight: WeightDetails) -> Any:
    """The weight as data, without the bytes of its pictures."""
    members = asdict(weight)
    if members["tiles"]:
        del members["tiles"]["values"]
    return jsoned(members)


def _alike(found: Any, expected: Any) -> bool:
    """Whether data are equal, but for digits of floats that are shown nowhere."""
    if isinstance(expected, float) and isinstance(found, int | float):
        return math.isclose(found, expected, rel_tol=1e-5)
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(_alike(found[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(_alike, found, expected))
    return bool(found == expected)


def _check_item(item: dict[str, Any], that: Box | Group, page: Page, opens: int | None) -> None:
    """An item of a drawing is as its box or group; layers are named by their places."""
    assert item["kind"] == ("group" if isinstance(that, Group) else that.kind)
    assert item["names"] == jsoned([that.heading] if isinstance(that, Group) else that.names)
    assert item["id"] == shown(that.id) and item["family"] == that.family and item["opens"] == opens
    assert item["parameters"] == that.parameters and item["repeats"] == [*that.repeats]
    paths = [one.path for one in page.details]
    assert item["layers"] == [paths.index(path) for path in that.layers if path in paths]
    classes = [that.class_name] if isinstance(that, Group) else that.classes
    assert (item["class_name"] or "") == shown(" + ".join(filter(None, classes)))


@settings(deadline=None, max_examples=200)
@given(
    value=st.recursive(NAMES | st.floats() | st.integers() | st.none() | st.booleans(), lambda inner: st.lists(inner))
)
def test_any_data_is_strict_json(value: object) -> None:
    text = json.dumps(harmless(value), allow_nan=False, ensure_ascii=False)
    text.encode("utf-8")
    json.loads(text, parse_constant=pytest.fail)
    assert all(char.isprintable() for char in text)


def test_numbers_that_json_lacks_keep_their_meaning(run: Callable[..., Any]) -> None:
    values = [math.nan, math.inf, -math.inf, 1 << 60, -(1 << 200), 0.1]
    expected = ["nan", "inf", "-inf", f"{1 << 60:.4g}", f"{-(1 << 200):.4g}", "0.1"]
    assert run("return given.map((value) => cellText('number', value))", harmless(values)) == expected


def test_cells_read_as_in_every_other_output(run: Callable[..., Any]) -> None:
    """What the script writes of a typed value is what Python writes of it."""
    cases = [(kind, value) for kind, strategy in VALUES.items() for value in _examples(strategy)]
    cases += [(kind, value) for kind in VALUES for value in (None, "")]
    cases += [("count", EXACT + 1), ("bytes", (1 << 60) + 52), ("number", 3 * EXACT), ("shapes", ((None, EXACT + 1),))]
    cases += [("share", 1e19), ("share", 1e307), ("number", 1e300), ("bytes", 10 * EXACT)]
    cases += [("share", 0.0625), ("share", 0.0675), ("number", 2.3125), ("number", 2.3135), ("number", -12345.0)]
    found = run("return given.map(([kind, value]) => cellText(kind, value))", harmless(cases))
    for (kind, value), text in zip(cases, found, strict=True):
        assert text == cell_text(kind, value, shown), (kind, value)


def _examples(strategy: st.SearchStrategy[object]) -> list[object]:
    found: list[object] = []

    @settings(deadline=None, max_examples=60, database=None, derandomize=True, phases=[Phase.generate])
    @given(value=strategy)
    def gather(value: object) -> None:
        found.append(value)

    gather()
    return found


def test_numbers_are_numbers_however_they_come(run: Callable[..., Any]) -> None:
    values = [0, -3, 1.5, math.inf, EXACT + 2, -(1 << 77), 1 << 200, -(1 << 300)]
    assert run("return given.map(numberOf)", harmless(values)) == [float(value) for value in values]
    assert run("return given.map(numberOf)", ["", " ", "?", "12 layers", None, True, [3]]) == [None] * 7
    whole = [0, 7, -(1 << 77), EXACT + 2, (1 << 128) - 1]
    assert run("return given.map((one) => String(wholeOf(one)))", harmless(whole)) == [str(value) for value in whole]


TYPES = {"count": float, "share": float, "number": float, "bytes": float, "shapes": list, "flag": bool, "items": list,
         "numbers": list, "lengths": list, "text": str, "class": str}  # fmt: skip


def test_copied_json_has_one_type_in_each_column(run: Callable[..., Any]) -> None:
    """Whatever a cell is: null is unknown, and there is no text among numbers."""
    for kind, wanted in TYPES.items():
        values = [*_examples(VALUES[kind]), None, ""]  # type: ignore[index]
        found = run("return given.map(([kind, value]) => jsonCell(kind, value))", harmless([[kind, v] for v in values]))
        assert {type(float(one) if type(one) is int else one) for one in found} == {wanted, type(None)}, kind


def test_names_are_copied_as_the_model_has_them(run: Callable[..., Any]) -> None:
    """In JSON, where nothing of them can be seen or do harm, but for those that look the same on the page."""
    names = [*HOSTILE, "\x07", "\\x07"]
    text = data_script(page_of(names), None)
    assert "<" not in text and text.isprintable()
    copied = run("return jsonText(data.layers.map((layer) => named(layer.path)))", data=text)
    assert all(char.isprintable() or char == "\n" for char in copied)
    alike = {shown(name) for name in names if [shown(one) for one in names].count(shown(name)) > 1}
    assert json.loads(copied) == [shown(name) if shown(name) in alike else name for name in names]


def test_what_says_nothing_is_left_out_and_a_zero_says_something() -> None:
    members: dict[str, Any] = {"none": None, "text": "", "list": [], "tuple": (), "dict": {}, "false": False}
    kept = {"zero": 0, "float": 0.0, "true": True, "word": "a", "full": [0]}
    assert compact.given({**members, **kept}) == kept


def test_a_name_is_left_out_only_where_the_path_still_ends_in_it(run: Callable[..., Any]) -> None:
    """Also where both are too long to be shown whole, each in its own way."""
    names = ["a" * 600 + "/" + "b" * 600, "c/" + "d" * 600, "e" * 600, "f/g"]
    known = run("return data.layers.map((layer) => layer.name)", data=data_script(page_of(names), None))
    assert known == [shown(name.rpartition("/")[2]) for name in names]


def test_what_changes_is_told_one_after_the_other(run: Callable[..., Any]) -> None:
    """Who is told of a change and changes more does not get between it and those not yet told."""
    code = """
      const told = [];
      onChange(["query"], ({ query }) => {
        told.push(`first ${query}`);
        if (query === "a") change({ query: "b", color: "c" });
      });
      onChange(["query", "color"], ({ query }) => told.push(`second ${query}`));
      change({ query: "a" });
      change({ query: "b" });
      return told;
    """
    assert run(code) == ["first a", "second b", "first b", "second b"]


def test_copied_text_is_escaped_as_all_other_output(run: Callable[..., Any]) -> None:
    names = [*map(shown, HOSTILE), *map(shown, _examples(NAMES))]  # type: ignore[arg-type]
    for script, python in {"csvText": escape.csv, "markdownText": escape.markdown}.items():
        found = run(f"return given.map({script})", names)
        for name, text in zip(names, found, strict=True):
            assert text == python(name), (script, name)


def test_copied_csv_has_the_cells(run: Callable[..., Any]) -> None:
    rows = [[escape.csv(shown(name)), 3, -1.5, 'a "quoted", cell'] for name in HOSTILE]
    text = run("return csvTable(given)", [[shown(name), 3, -1.5, 'a "quoted", cell'] for name in HOSTILE])
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == [[str(cell) for cell in row] for row in rows]
    plain = run("return csvTable(given)", [["a;=1", 2]])
    assert plain.startswith('"')  # else a spreadsheet cuts at the semicolon, and computes the rest


SEARCHES = {
    ("3x3", "kernel_size [3, 3]"): True,
    ("3×3", "kernel_size [3, 3]"): True,
    ("(3, 3)", "kernel_size 3×3"): True,
    ("3,3", "(None, 3, 3, 8)"): True,
    ("3x3", "(None, 13, 3, 8)"): False,
    ("3x3", "(3, 32)"): False,
    ("56x56x64", "(None, 56, 56, 64)"): True,
    ("none,56", "(None, 56, 56, 64)"): True,
    ("3x3 conv", "Conv2D kernel_size [3, 3]"): True,
    ("conv 3X3", "Conv2D kernel_size [3, 3]"): True,
    ("3x3 dense", "Conv2D kernel_size [3, 3]"): False,
    ("conv1", "block_conv10"): True,
    ("max", "MaxPooling2D"): True,
    ("max_pooling", "MaxPooling2D"): False,
    ("1.5x2", "scale 1.5×2"): True,
    ("a+b", "xa+bx"): True,
    ("ÄHN", "ähnlich"): True,
}
"""What is typed and what it is looked for in: sizes are found however they are written, but not within others."""


def test_a_search_finds_sizes_in_any_writing(run: Callable[..., Any]) -> None:
    code = "return given.map(([query, text]) => queryWords(query).every((isIn) => isIn(normalised(text))))"
    assert run(code, [list(case) for case in SEARCHES]) == list(SEARCHES.values())


def test_addresses_are_the_same_in_the_script_and_out_of_it(run: Callable[..., Any], page: Any) -> None:
    """Each is read by a browser as a fragment of a URL, and is that of one layer alone."""
    names = [
        *HOSTILE,
        "a",
        "a",
        "a?2",
        "a%3F2",
        "a/b",
        "a b",
        "a%20b",
        "50%",
        "100%/x",
        "ü/漢",
        "a#b",
        "a&b",
        "\x07",
        "\\x07",
    ]
    page_ = page_of(names)
    addresses = [str(address) for address in layer_addresses(page_.details)]
    assert len(set(addresses)) == len(names)
    paths = [shown(name) for name in names]
    found = run("return addressesOf('layer', given)", paths)
    assert found == [f"#{address}" for address in addresses]
    for address in addresses:
        assert page.evaluate("address => new URL('file:///x#' + address).hash", address) == f"#{address}"
