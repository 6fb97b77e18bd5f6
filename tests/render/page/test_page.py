"""The page in Chromium, as its users have it: to be searched, filtered, sorted, linked to, copied, read and printed."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

import netviz
from netviz.pages import FindingDetails, Link, Page
from netviz.render import escape
from netviz.render.cells import cell_text
from netviz.render.escape import elide, visible
from netviz.render.page import assets, document, page_to_html
from netviz.render.page.frame import page_to_frame
from netviz.theme import TONES
from netviz.views import Kind
from tests.conftest import EXAMPLES, ROOT
from tests.render.names import HOSTILE
from tests.render.page.conftest import page_of as page_of_source
from tests.render.page.samples import nested, page_of, table_of
from tests.render.test_names import csv_texts, github

LENET = EXAMPLES / "lenet.keras"
RESNET = ROOT / "examples" / "architectures" / "resnet50.json"
HIDDEN = EXAMPLES / "hidden.keras"

Open = Callable[..., Any]

VIEWS = ("graph", "layers", "summary")


def shown(text: str) -> str:
    return visible(elide(text))


def address(page: Any) -> str:
    return str(page.evaluate("location.hash"))


def view(page: Any, name: str) -> None:
    page.click(f"#views a[href='#{name}']")


def rows(page: Any, column: int = 0) -> list[str]:
    """The texts of a column in the rows that are shown, from top to bottom."""
    code = "n => [...document.querySelectorAll('#table tbody tr')].filter(row => row.getClientRects().length)"
    return page.evaluate(f"{code}.map(row => row.cells[n].textContent)", column)  # type: ignore[no-any-return]


def show_all_columns(page: Any) -> None:
    page.click("#table-bar summary")
    for box in page.locator(".choices input").all():
        box.set_checked(True)
    page.keyboard.press("Escape")


def heading(page: Any) -> str:
    return str(page.text_content("#panel h2"))


def config_of(path: Path) -> list[dict[str, Any]]:
    """The layers as the file has them."""
    with ZipFile(path) as file:
        return json.loads(file.read("config.json"))["config"]["layers"]  # type: ignore[no-any-return]


def test_a_search_leads_to_a_layer_and_filters(open_page: Open) -> None:
    page = open_page(LENET, "#layers")
    layers = config_of(LENET)
    small = [one["config"]["name"] for one in layers if one["config"].get("kernel_size") == [3, 3]]
    assert small and len(small) < len(layers)
    for query in ("3x3 conv", "conv 3×3", "(3, 3) conv", "CONV2D kernel_size 3,3"):
        page.fill("#search", query)
        assert rows(page) == small
        assert (
            page.eval_on_selector_all("#hits [role=option] .name", "hits => hits.map(hit => hit.textContent)") == small
        )
    assert page.text_content("#count") == f"{len(small)} of {len(layers)} layers"
    assert page.get_attribute("#search", "aria-expanded") == "true"
    page.press("#search", "ArrowDown")
    chosen = page.get_attribute("#search", "aria-activedescendant")
    assert page.text_content(f"#{chosen} .name") == small[0]
    page.press("#search", "Enter")
    assert heading(page) == small[0] and address(page) == f"#layer/{small[0]}"
    assert page.get_attribute("#table tr.selected", "aria-current") == "true"
    assert rows(page) == small
    page.fill("#search", "nothing has this")
    assert rows(page) == [] and "No layer" in page.inner_text("#finder .hits")
    page.press("#search", "Escape")
    page.press("#search", "Escape")
    assert len(rows(page)) == len(layers) and page.input_value("#search") == ""


def test_hits_are_few_and_say_how_many_more(open_page: Open) -> None:
    page = open_page(RESNET)
    page.fill("#search", "conv")
    found = page.locator("#hits [role=option]").count()
    more = re.fullmatch(r"and ([\d,]+) more", page.inner_text("#more-hits"))
    view(page, "layers")
    assert more and found + int(more[1]) == len(rows(page)) > found
    page.press("#search", "ArrowUp")
    assert page.get_attribute("#search", "aria-activedescendant") == f"hit-{found - 1}"


def test_families_are_chosen_by_chips(open_page: Open) -> None:
    page = open_page(LENET, "#layers")
    chips = page.locator(".chip")
    counts = {}
    for chip in chips.all():
        family = chip.get_attribute("data-family")
        counts[family] = int(chip.locator(".number").inner_text())
    families = page.eval_on_selector_all("#table tbody tr", "rows => rows.map(row => row.dataset.family)")
    assert counts == {family: families.count(family) for family in families}
    page.click(".chip[data-family=convolution]")
    assert len(rows(page)) == counts["convolution"]
    page.click(".chip[data-family=dense]")
    assert len(rows(page)) == counts["convolution"] + counts["dense"]
    assert page.get_attribute(".chip[data-family=dense]", "aria-pressed") == "true"
    page.click(".chip[data-family=dense]")
    page.fill("#search", "conv1")
    assert rows(page) == ["conv1"]
    page.press("#search", "Escape")
    page.click("#clear")
    assert len(rows(page)) == len(families) and page.input_value("#search") == "" and not page.is_visible("#clear")


def test_back_and_forward_and_links_into_the_page(open_page: Open) -> None:
    page = open_page(LENET)
    view(page, "layers")
    page.click("#table tbody a >> text=conv1")
    page.click("#panel .tensor.out .ends a")
    assert heading(page) == "pool1"
    page.click("#panel .step >> nth=1")
    assert heading(page) == "conv2"
    view(page, "summary")
    assert address(page) == "#summary" and heading(page) == "conv2"
    page.go_back()
    assert (address(page), heading(page)) == ("#layer/conv2", "conv2") and page.is_visible("#table")
    page.go_back()
    assert heading(page) == "pool1"
    page.go_back()
    page.go_back()
    assert address(page) == "#layers" and page.is_hidden("#panel") and page.is_visible("#table")
    page.go_back()
    assert page.is_visible("#graph") and page.is_hidden("#table")
    page.go_forward()
    page.go_forward()
    assert heading(page) == "conv1"
    page.reload()
    page.wait_for_selector("html.ready")
    assert heading(page) == "conv1" and page.title().startswith("conv1")
    page.evaluate("location.hash = '#layer/fc1'")
    page.wait_for_function("document.querySelector('#panel h2')?.textContent === 'fc1'")


def test_what_is_not_there_is_said(open_page: Open) -> None:
    page = open_page(LENET, "#layer/no%20such")
    assert "no such" in page.text_content("#status") and page.is_visible("#graph") and page.is_hidden("#panel")
    page.evaluate("location.hash = '#group/none'")
    page.wait_for_function("document.querySelector('#status').textContent.includes('none')")
    page.evaluate("location.hash = '#%E0%A4%A'")
    assert page.is_visible("#graph")


NAMES = ("a/b/c", "a b", "50%", "%41", "ü/漢 字", "x#y", "x?2", "x", "x", "x", "a&b=c", "..", "//", "a//b", "")


def test_every_layer_has_an_address(open_page: Open) -> None:
    """Links written by Python and by the script lead to their layers, also where names are odd or look the same."""
    names = [*NAMES, *HOSTILE]
    page = open_page(page_of(names, levels=(), drawings=()), "#summary")
    links = page.eval_on_selector_all("#findings .where a", "links => links.map(link => link.getAttribute('href'))")
    assert len(links) == len(set(links)) == len(names)
    found = page.evaluate(
        """links => links.map(link => {
          document.querySelector(`#findings .where a[href="${CSS.escape(link)}"]`).click();
          return [location.hash, document.querySelector("tr.selected").sectionRowIndex];
        })""",
        links,
    )
    assert found == [[link, place] for place, link in enumerate(links)]
    for place in (0, 4, 8, 9, 14):
        page.evaluate("link => { location.hash = '#graph'; location.hash = link }", links[place])
        page.wait_for_function(
            "place => document.querySelector('tr.selected')?.sectionRowIndex === place && !panel.hidden", arg=place
        )
    view(page, "layers")
    assert page.eval_on_selector_all("#table tbody a", "links => links.map(link => link.getAttribute('href'))") == links


SORTED: tuple[tuple[Kind, Sequence[object], Sequence[int]], ...] = (
    ("count", (5, None, 10, 0, "", 1 << 70, 10), (5, 2, 6, 0, 3, 1, 4)),
    ("share", (0.5, 0.25, None, 1.0, 0.125, "", 0.0), (3, 0, 1, 4, 6, 2, 5)),
    ("number", (-1.0, float("inf"), float("nan"), 2.0, -0.5, None, 1e300), (1, 6, 3, 4, 0, 2, 5)),
    ("bytes", (1, 1024, 5, 1 << 40, None, 0, 7), (3, 1, 6, 2, 0, 5, 4)),
    ("shapes", (((None, 9, 9),), ((None, 100),), None, (), ((2, 50), (1,)), (None,), ((),)), (4, 1, 0, 6, 2, 3, 5)),
    ("text", ("b10", "b9", "", "ä", "Z", None, "a"), (6, 3, 1, 0, 4, 2, 5)),
    ("flag", (True, False, None, True, "", False, True), (1, 5, 0, 3, 6, 2, 4)),
)
"""Kinds of columns, their cells, and the rows in the order after the first click; what is unknown comes last."""


def test_columns_sort_by_what_they_mean(open_page: Open) -> None:
    page = open_page(table_of([(kind, cells) for kind, cells, _ in SORTED]), "#layers")
    show_all_columns(page)
    original = rows(page)
    for place, (kind, cells, order) in enumerate(SORTED, start=1):
        head = f"#table thead th >> nth={place}"
        page.click(f"{head} >> button")
        assert rows(page) == [original[row] for row in order], kind
        down = kind not in ("text", "flag")
        assert page.get_attribute(head, "aria-sort") == ("descending" if down else "ascending")
        page.click(f"{head} >> button")
        unknown = sum(cell is None or cell in ("", ()) or cell == (None,) or cell != cell for cell in cells)
        known = order[: len(order) - unknown]
        upwards = rows(page)[: len(known)]
        assert [cells[original.index(name)] for name in upwards] == [cells[row] for row in reversed(known)], kind
        assert rows(page)[len(known) :] == [original[row] for row in order[len(known) :]]
        page.click(f"{head} >> button")
        assert rows(page) == original and page.get_attribute(head, "aria-sort") is None


def test_the_tree_is_one_only_in_the_order_of_the_model(open_page: Open) -> None:
    page = open_page(nested(0, 1, 2, 1, 0, 20), "#layers")
    left = "cells => cells.map(cell => parseFloat(getComputedStyle(cell).paddingLeft))"
    indents = page.eval_on_selector_all("#table tbody th", left)
    assert indents[0] == indents[4] < indents[1] == indents[3] < indents[2] <= indents[5]
    page.click("#table thead th[data-key=parameters] button")
    assert len(set(page.eval_on_selector_all("#table tbody th", left))) == 1
    assert page.inner_text("#table tfoot th") == "Total"
    page.click("#table tbody a >> text=layer_0")
    assert page.eval_on_selector_all("#panel .layers a", "links => links.map(one => one.textContent)") == [
        "layer_1",
        "layer_2",
        "layer_3",
    ]
    page.click("#panel .layers a >> nth=0")
    page.click("#panel .layers a >> nth=0")
    assert page.inner_text("#panel .crumbs") == "layer_0 / layer_1 /"


def test_columns_are_chosen_and_read_as_in_every_other_output(open_page: Open) -> None:
    source = page_of_source(EXAMPLES / "attention.keras")
    page = open_page(source, "#layers")
    show_all_columns(page)
    assert not page.is_visible(".choices") and page.evaluate("document.activeElement.textContent") == "Columns"
    keys = page.eval_on_selector_all("#table thead th", "heads => heads.map(head => head.dataset.key)")
    assert keys == [column.key for column in source.layers.columns]
    for place, column in enumerate(source.layers.columns):
        cells = [row.cells[place] for row in source.layers.rows[: len(source.details)]]
        assert rows(page, place) == [cell_text(column.kind, cell, shown) for cell in cells]
    page.click("#table-bar summary")
    page.locator(".choices label", has_text="Class").locator("input").set_checked(False)
    assert not page.is_visible("#table thead th[data-key=class]") and page.is_visible("#table thead th[data-key=path]")


@pytest.fixture
def copied(open_page: Open) -> Callable[..., str]:
    """Presses a button that copies, and gives what is on the clipboard."""

    def get(page: Any, within: str, form: str) -> str:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.click(f"{within} .copying button >> text={form}")
        page.wait_for_function("form => document.getElementById('status').textContent.endsWith(form)", arg=form)
        return str(page.evaluate("navigator.clipboard.readText()"))

    return get


def test_what_is_copied_is_what_is_shown(open_page: Open, copied: Callable[..., str]) -> None:
    page = open_page(page_of(HOSTILE, levels=(), drawings=()), "#layers")
    page.click("#table thead th[data-key=parameters] button")
    names = [*reversed(HOSTILE)]  # as they are: JSON is for programs
    data = json.loads(copied(page, "#table-bar", "JSON"))
    assert [row["class"] for row in data] == names
    assert [row["parameters"] for row in data] == [*reversed(range(len(names)))]
    text = copied(page, "#table-bar", "CSV")
    cells = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert [row[1] for row in cells[1:]] == [escape.csv(shown(name)) for name in names] and len(cells[0]) == len(
        data[0]
    )
    csv_texts(text)
    tags = github(copied(page, "#table-bar", "Markdown"))
    assert set(tags.tags) <= {"table", "thead", "tbody", "tr", "th", "td"} and tags.tags.count("tr") == len(names) + 1
    label = page.get_attribute("#table-bar .copying", "aria-label")
    page.click(".chip >> nth=0")
    assert page.get_attribute("#table-bar .copying", "aria-label") == label, "no count in it that could be stale"
    assert len(json.loads(copied(page, "#table-bar", "JSON"))) == len(rows(page)) < len(names)
    page.click("#table tbody tr:not([hidden]) td >> nth=0")
    one = json.loads(copied(page, "#panel footer", "JSON"))
    assert one["path"] in names and "config" not in one, "settings are texts, a config is none"
    assert not set(github(copied(page, "#panel footer", "Markdown")).tags) & {"a", "img", "em", "del", "script"}
    csv_texts(copied(page, "#panel footer", "CSV"))


def test_the_keyboard_is_enough(open_page: Open) -> None:
    page = open_page(LENET)
    focused = "(document.activeElement.id || document.activeElement.textContent.trim())"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("/")
    assert page.evaluate(focused) == "search"
    page.keyboard.type("fc")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert heading(page) == "fc2"
    page.keyboard.press("Escape")  # the query goes first, then the focus, then the panel
    assert page.input_value("#search") == "" and page.is_visible("#panel")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.is_hidden("#panel")
    page.keyboard.press("Control+k")
    assert page.evaluate(focused) == "search"
    page.focus("#views a[href='#layers']")
    page.keyboard.press("Enter")
    page.focus("#table tbody a[tabindex='0']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    name = page.evaluate(focused)
    page.keyboard.press("Enter")
    assert heading(page) == name == config_of(LENET)[2]["config"]["name"]
    stops = page.evaluate("document.querySelectorAll('#table tbody a[tabindex=\"0\"]').length")
    assert stops == 1
    page.focus("#panel .close")
    page.keyboard.press("Enter")
    assert page.is_hidden("#panel") and page.evaluate(focused) == name
    page.focus("#table thead th[data-key=parameters] button")
    page.keyboard.press("Space")
    assert rows(page)[0] == "fc2"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_360_pixels_are_enough(open_page: Open) -> None:
    page = open_page(LENET, "#layer/conv2", viewport={"width": 360, "height": 740}, has_touch=True)
    for name, panel in product(VIEWS, (True, False)):
        if not panel and page.is_visible("#panel"):
            page.click("#panel .close")
        view(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        outside = page.evaluate(
            """() => [...document.querySelectorAll("header *, #filters *, #panel *, #table-bar *, #summary .reading *")]
              .filter(one => one.getClientRects().length && !one.closest(".chips, .unseen, svg"))
              .filter(one => one.getBoundingClientRect().right > 361)
              .map(one => one.outerHTML.slice(0, 80))"""
        )
        assert not outside, (name, outside)
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, summary, #views a, input")]
              .map(one => [one.outerHTML.slice(0, 60), one.getBoundingClientRect()])
              .filter(([, at]) => at.width && (at.width < 24 || at.height < 24)).map(([text]) => text)"""
        )
        assert not [text for text in small if "checkbox" not in text], name
    scrolled = page.locator("#summary .sheet")
    lines = "one => one.lastElementChild.rows.item(0).getBoundingClientRect().height"
    assert scrolled.locator(".netviz-table").last.evaluate(lines) < 40, "what is wide scrolls"
    page.wait_for_selector("#summary .sheet.scrolls-on")
    scrolled.evaluate("one => one.scrollTo(one.scrollWidth, 0)")
    page.wait_for_selector("#summary .sheet:not(.scrolls-on)")
    assert page.eval_on_selector(".curve text", "one => getComputedStyle(one).paintOrder").startswith("stroke")
    still = {"viewport": {"width": 360, "height": 740}, "reduced_motion": "reduce"}
    sheet = open_page(LENET, "#layer/conv2", **still).locator("#panel").bounding_box()
    assert sheet["width"] == 360 and sheet["y"] > 100 and sheet["y"] + sheet["height"] == pytest.approx(740, abs=1)


def test_without_a_script_it_is_a_document(open_page: Open) -> None:
    page = open_page(HIDDEN, java_script_enabled=False)
    page.set_default_timeout(2000)
    text = page.inner_text("body")
    source = page_of_source(HIDDEN)
    for one in source.findings:
        assert one.message in text and one.remedy in text
    for layer in source.details:
        assert layer.name in text
    assert "lambda-code" in text and "softmax" in text
    assert all(one.about in text for one in source.activations) and any(one.about for one in source.activations)
    for hidden in ("#search", "#filters", "#panel", "#minimap"):
        assert not page.is_visible(hidden)
    drawn, frame = page.locator("#canvas svg").bounding_box(), page.locator("#canvas").bounding_box()
    assert drawn["y"] + drawn["height"] <= frame["y"] + frame["height"], "nothing is cut off"
    order = page.locator("h1, h2, h3, h4").all_inner_texts()
    assert order[:3] == [order[0], "Graph", "Layers"] and order.index("Findings") > order.index("Summary")
    page.click("#findings .where a >> nth=0")
    target = page.locator("#table tr:target")
    assert target.count() == 1 and target.locator("th").inner_text() == "scale"


def test_dark_follows_the_reader_or_the_theme(open_page: Open, tmp_path: Path) -> None:
    page = open_page(LENET, "#layer/conv2", color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    pixels = "document.querySelector('#panel canvas').toDataURL()"
    dark, drawn = page.evaluate(paper), page.evaluate(pixels)
    assert dark == _rgb(TONES["paper"].dark)
    page.emulate_media(color_scheme="light")
    assert page.evaluate(paper) == _rgb(TONES["paper"].light)
    page.wait_for_function(f"old => {pixels} !== old", arg=drawn)
    for theme in ("light", "dark"):
        path = tmp_path / f"{theme}.html"
        path.write_text(page_to_html(page_of_source(LENET), theme=theme), encoding="utf-8")
        for scheme in ("light", "dark"):
            tone = TONES["paper"].light if theme == "light" else TONES["paper"].dark
            assert open_page(path, color_scheme=scheme).evaluate(paper) == _rgb(tone)


def _rgb(color: str) -> str:
    return f"rgb({', '.join(str(int(color[place : place + 2], 16)) for place in (1, 3, 5))})"


def printed(page: Any, folder: Path) -> str:
    """The words on paper, pages apart by form feeds."""
    (folder / "page.pdf").write_bytes(page.pdf(format="A4"))
    command = ["pdftotext", "-layout", "page.pdf", "-"]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
def test_on_paper_everything_can_be_read(open_page: Open, tmp_path: Path) -> None:
    """Every page of the table has its head, no list is folded, and a drawing too large for paper gives way."""
    page = open_page(RESNET, "#graph/layers")
    text = printed(page, tmp_path)
    pages = [one for one in text.split("\f") if "BatchNormalization" in one.partition("Layers\n")[2] or "(None," in one]
    assert len(pages) > 3
    for one in (one for one in pages[1:] if not one.lstrip().startswith("Summary")):
        assert re.match(r"\s*Layer +Class +Output shape +Parameters", one), one[:200]
    assert "In less detail than in the page" in text.split("\f")[0]
    used = text.partition("Activation functions")[2]
    relus = [one["config"]["name"] for one in json.loads(RESNET.read_text())["config"]["layers"]
             if one["config"].get("activation") == "relu"]  # fmt: skip
    assert len(relus) > 8 and not [name for name in relus if name not in used]
    assert "Made by netviz" in text.rstrip("\f").split("\f")[-1].strip().partition("\n")[2], "on no page of its own"
    assert page.evaluate("!document.querySelector('#paper > *') && !document.querySelector('#summary details[open]')")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
def test_on_paper_everything_is_there(open_page: Open, tmp_path: Path) -> None:
    page = open_page(HIDDEN, "#layer/mean")
    text = printed(page, tmp_path)
    assert "mean" in text.split("\f")[0].partition("Graph")[2], "the drawing begins on the first page"
    source = page_of_source(HIDDEN)
    for word in ("GlobalAveragePooling1D", "What to do", "lambda-code", "softmax", "Total", "Keras 3 file"):
        assert word in text, word
    for layer in source.details:
        assert text.count(layer.name) >= 2, layer.name  # in the drawing and in the table
    for button in ("Markdown", "Columns", "Fit", "Show in graph"):
        assert button not in text, button
    for one in text.split("\f"):
        assert "Solid: the function" not in one or "Formula" in one, "a heading stands on the page of what follows"
        _, head, table = one.partition("\nLayers\n")
        assert not head or len([line for line in table.splitlines() if line.strip()]) > 4, "the first rows too"


def harmless_like(name: str) -> str:
    """A name as long as this one, that breaks into lines where it does, without what markup is made of."""
    return re.sub(r"[<&\"'`!]", "+", name.replace(">", ":"))


def test_hostile_names_stay_text(open_page: Open) -> None:
    """Nothing of a name is markup, in any view or panel: there are the elements that harmless names have."""
    dialogs: list[str] = []
    counts = {}
    hostile = [name for name in HOSTILE if name not in ("", "?")]  # what says nothing, and what is not known
    for which, names in {"hostile": hostile, "harmless": [*map(harmless_like, hostile)]}.items():
        page = open_page(page_of(names, findings=_findings(names)))
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        counts[which] = page.evaluate(COUNT)
        view(page, "layers")
        counts[f"{which} panels"] = page.evaluate(
            """() => [...document.querySelectorAll("#table tbody a")].map(link => {
              link.click();
              return [...document.querySelectorAll("#panel *")].map(one => one.localName).join();
            })"""
        )
        if which == "hostile":
            assert rows(page, 1) == [shown(name) or "" for name in names]
            for place in (0, 1, 5, len(names) - 1):
                page.evaluate("n => document.querySelectorAll('#table tbody a')[n].click()", place)
                panel = page.text_content("#panel")
                assert panel.count(shown(names[place])) >= 8, names[place]
            page.fill("#search", "script")
            assert "<script>alert(1)</script>" in page.inner_text("#hits")
    assert counts["hostile"] == counts["harmless"] and not dialogs
    assert counts["hostile panels"] == counts["harmless panels"]


def _findings(names: Sequence[str]) -> tuple[FindingDetails, ...]:
    return tuple(FindingDetails("info", "code", Link(name, place), name, "do") for place, name in enumerate(names))


COUNT = """() => {
  const counts = {};
  for (const { localName } of document.querySelectorAll("body *")) counts[localName] = (counts[localName] || 0) + 1;
  return counts;
}"""
"""Elements by name."""


def test_in_a_frame_without_an_origin_it_works_in_memory(open_page: Open, tmp_path: Path) -> None:
    path = tmp_path / "notebook.html"
    frame = page_to_frame(page_to_html(page_of_source(LENET)), "lenet", "a model", 700)
    path.write_text(f"<!DOCTYPE html><html class='ready'><body>{frame}</body></html>", encoding="utf-8")
    page = open_page(path)
    inside = page.frame_locator("iframe")
    inside.locator("#views a[href='#layers']").click()
    inside.locator("#table tbody a >> text=conv1").click()
    assert inside.locator("#panel h2").inner_text() == "conv1"
    inside.locator("#panel .tensor.out .ends a").click()
    assert inside.locator("#panel h2").inner_text() == "pool1"
    inside.locator("#table-bar .copying button >> nth=1").click()
    inside.locator("#status.shown, dialog.to-copy").first.wait_for()
    inside.locator("#views a[href='#summary']").click()
    assert inside.locator("#findings").is_visible() and page.url == path.as_uri()
    inside.locator("#views a[href='#graph']").click()
    inside.locator(".sheet .box").first.click()
    assert inside.locator(".sheet .selected").count() == 1
    for words in ("SVG", "PNG"):
        with page.expect_download():
            inside.locator(f'#graph-bar button:has-text("{words}")').click()


DAMAGE = {
    "no data": ('id="data">{', 'id="data">{{'),
    "a picture that is missing": ('"levels":[{', '"levels":[{"drawing":9},{'),
    "another script": ('<script type="module">', '<script type="module">//'),
}


@pytest.mark.parametrize("damage", [*DAMAGE, "a script that cannot be read"])
def test_where_the_script_fails_the_page_is_the_document_without_one(
    browser: Any, damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it cannot be read, is not let run, or stumbles over data: nothing of it is half done."""
    if damage not in DAMAGE:
        script = assets.script()
        monkeypatch.setattr(document, "script", lambda: script + "/(?<=a)(?<b/;")
    source = page_of_source(HIDDEN)
    html = page_to_html(source)
    old, new = DAMAGE.get(damage, ("", ""))
    assert old in html
    path = tmp_path / "page.html"
    path.write_text(html.replace(old, new, 1), encoding="utf-8")
    texts = []
    for runs in (True, False):
        page = browser.new_page(java_script_enabled=runs, viewport={"width": 1200, "height": 800})
        page.goto(path.as_uri())
        if runs:
            assert page.evaluate("document.documentElement.className") == ""
        texts.append(page.inner_text("main"))
        page.close()
    assert texts[0] == texts[1] and source.findings[0].message in texts[0]


def test_closing_a_dialog_leaves_what_is_behind_it(open_page: Open) -> None:
    page = open_page(LENET, "#layer/conv1")
    page.evaluate(
        "() => { document.execCommand = () => false; navigator.clipboard.writeText = () => Promise.reject() }"
    )
    page.click("#panel .copying button >> nth=0")
    assert json.loads(page.input_value("dialog textarea"))["path"] == "conv1"
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert heading(page) == "conv1" and page.is_visible("#panel")
    page.keyboard.press("Escape")
    assert page.is_hidden("#panel")


def foot(page: Any) -> list[list[str]]:
    """The first cell and that of the parameters in each row at the foot of the table."""
    code = """rows => {
      const place = [...table.tHead.rows[0].cells].findIndex(cell => cell.dataset.key === "parameters");
      return rows.filter(row => !row.hidden).map(row => [row.cells[0].textContent, row.cells[place].textContent]);
    }"""
    return page.eval_on_selector_all("#table tfoot tr", code)  # type: ignore[no-any-return]


def test_sums_are_of_what_is_shown(open_page: Open) -> None:
    layers = [(one.class_name, one.parameters.total) for one in netviz.inspect(LENET)]
    total = f"{sum(count for _, count in layers):,}"
    page = open_page(LENET, "#layers")
    assert foot(page) == [["Total", total]]
    page.click(".chip[data-family=convolution]")
    convolutions = [count for name, count in layers if name == "Conv2D"]
    expected = [[f"{len(convolutions)} of {len(layers)} layers", f"{sum(convolutions):,}"], ["Whole model", total]]
    assert foot(page) == expected
    page.click("#clear")
    assert foot(page) == [["Total", total]]
    inside = open_page(nested(0, 1, 2, 1, 0), "#layers")  # a layer has as many parameters as its place
    inside.fill("#search", "layer")
    assert foot(inside) == [["5 of 5 layers", f"{0 + 4}"], ["Whole model", f"{sum(range(5))}"]], "what is inside: once"
    inside.fill("#search", "layer_2")
    assert foot(inside)[0] == ["1 of 5 layers", "2"]


def test_the_head_says_everything_at_any_width(open_page: Open) -> None:
    page = open_page(LENET, "#layer/conv2")
    facts = page_of_source(LENET).facts
    inside = """facts => {
      const head = document.getElementById("top").getBoundingClientRect();
      return [...facts.querySelectorAll("dd")].filter(one => one.getClientRects().length)
        .filter(one => one.scrollWidth <= one.clientWidth && one.getBoundingClientRect().bottom <= head.bottom)
        .map(one => one.textContent);
    }"""
    for width in (1600, 1280, 1000, 900):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.eval_on_selector("#top .facts", inside) == [value for _, value in facts], width
        panel = page.locator("#panel").bounding_box()
        drawn = page.locator("#graph").bounding_box()
        assert drawn["x"] + drawn["width"] <= panel["x"] and drawn["width"] >= 500, "beside each other"
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.eval_on_selector("#top .facts", inside) == [value for _, value in facts[:2]]


def test_names_can_be_seen_and_leave_room(open_page: Open) -> None:
    names = ["", " ", "   ", "a_long_name_" * 250, "last"]
    page = open_page(page_of(names), "#layers")
    assert rows(page)[:3] == ["(no name)", "(a space)", "(3 spaces)"]
    for place, words in enumerate(["(no name)", "(a space)", "(3 spaces)", shown(names[3]), "last"]):
        page.evaluate("n => document.querySelectorAll('#table tbody a')[n].click()", place)
        assert heading(page) == words
        assert page.locator("#panel .more").count() == (place == 3)
    page.click("#panel .step >> nth=0")
    height = "document.querySelector('#panel .head').getBoundingClientRect().height"
    clamped = page.evaluate(height)
    page.click("#panel .more")
    assert clamped < 120 < page.evaluate(height) and page.inner_text("#panel .more") == "less"
    page.click("#panel .more")
    page.evaluate("document.getElementById('panel').scrollTop = 9999")
    top = page.locator("#panel").bounding_box()["y"]
    assert page.locator("#panel .head").bounding_box()["y"] == pytest.approx(top, abs=1), "name and buttons stay"


def test_the_panel_of_what_holds_layers_leads_into_it(open_page: Open) -> None:
    page = open_page(HIDDEN, "#layer/per_row")
    inside = ["encoder", "features", "scale"]
    assert page.inner_text("#panel section:last-of-type h3") == "Layers inside (3)"
    assert page.locator("#panel .layers a").all_inner_texts() == inside
    page.click("#panel a:text-is('Open')")
    assert address(page) == "#group/per_row"
    page.evaluate("location.hash = '#box/layers/per_row'")
    page.wait_for_selector("#panel h3:text-is('Layers (3)')")
    assert page.locator("#panel .layers a").all_inner_texts() == inside, "not the box itself"
    assert page.inner_text("#panel header .class").endswith("3 layers")


def test_what_is_a_finding_and_what_a_note(open_page: Open) -> None:
    page = open_page(HIDDEN, "#layer/per_row/encoder/scale")
    codes = [(one.code, one.severity) for one in netviz.check(HIDDEN)]
    assert page.locator("#findings code").all_text_contents() == [code for code, _ in codes]
    assert "shape-unknown" in page.locator("#notes code").all_text_contents()
    assert page.inner_text("#panel section:has(h3:text-is('Findings')) code") == codes[0][0]
    assert page.inner_text("#panel section:has(h3:text-is('Notes')) code") == "shape-unknown"
    badge = page.locator("#views .count")
    assert badge.get_attribute("data-severity") == codes[0][1] and badge.text_content() == f"{len(codes)} finding"
    details = (
        FindingDetails("warning", "one", Link("the model"), "m"),
        FindingDetails("info", "two", Link("the model"), "m"),
        FindingDetails("danger", "three", Link("the model"), "m", note=True),
    )
    page = open_page(page_of(["a"], findings=details))
    assert page.get_attribute("#views .count", "data-severity") == "warning"
    assert page.text_content("#views .count") == "1 finding"


def test_a_drawing_says_what_is_missing_in_it(open_page: Open) -> None:
    plain = page_of(["a", "b"])
    (drawn,) = plain.drawings
    page = open_page(replace(plain, drawings=(replace(drawn, remark="Not all of it."),), file="<b>.keras"))
    assert page.inner_text("#remark") == "Not all of it." and page.title() == "a – <b>.keras"
    assert page.locator("#remark").bounding_box()["y"] < page.locator("#canvas").bounding_box()["y"]
    assert not open_page(plain).is_visible("#remark")


def test_nobody_learns_where_the_file_lay() -> None:
    assert str(LENET.parent) not in page_to_html(page_of_source(LENET))


@pytest.mark.parametrize(
    "source",
    [
        page_of(["only"], levels=(), drawings=(), problem="It was not drawn.", activations=()),
        page_of([""]),
        nested(*range(30)),
    ],
    ids=["no drawing", "one layer without a name", "a deep tree"],
)
def test_odd_pages_open(open_page: Open, source: Page) -> None:
    page = open_page(source)
    for name in VIEWS:
        view(page, name)
    view(page, "layers")
    page.click("#table tbody tr >> nth=0")
    assert page.is_visible("#panel")
    view(page, "graph")
    assert page.is_visible("#canvas svg") if source.levels else "It was not drawn." in page.inner_text("#canvas")


def test_weights_alone_are_a_page(open_page: Open, tmp_path: Path) -> None:
    import h5py

    path = tmp_path / "w.weights.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=[[1.0, -2.0], [0.0, 4.0]])
    page = open_page(path, "#layers")
    page.click("#table tbody a >> nth=0")
    assert "(2, 2)" in page.inner_text("#panel") and "4" in page.text_content("#panel .histogram .end")


def test_the_same_page_is_the_same_bytes() -> None:
    assert page_to_html(page_of(HOSTILE)) == page_to_html(page_of(HOSTILE))
