"""The page about two models: complete in itself, readable in every theme, on paper and on a phone, and for everyone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import netviz
from netviz.analysis.diff.diagram import build_diff_diagram
from netviz.analysis.diff.results import ModelDiff
from netviz.analysis.diff.sheet import build_diff_sheet
from netviz.render.diagram import diagram_to_svg
from netviz.render.differences import diff_to_page
from netviz.render.html import sheet_to_html
from netviz.views import FATES, Column, Row, Sheet, Table
from tests.conftest import EXAMPLES
from tests.render.diagram.samples import compared
from tests.render.page.test_accessibility import complaints

READERS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}},
}


def told() -> Sheet:
    """A row for each fate, some without a name of their own."""
    columns = (Column("layer", "Layer"), Column("class", "Class", "class"), Column("what", "What"))
    rows = [Row((f"{fate}_layer", "Conv2D", "filters"), family="convolution", fate=fate) for fate in FATES]
    facts = Table("facts", columns[:1] + columns[2:], (Row(("Result", "1 added")),), heading=False)
    more = Row(("", "Conv2D", "strides"), fate="changed")
    return Sheet("a.keras → b.keras", (facts, Table("differences", columns, (*rows, more), title="Differences")))


@pytest.fixture(scope="module")
def page_of_all() -> str:
    return diff_to_page(told(), diagram_to_svg(compared(), theme="auto"))


@pytest.fixture(scope="module")
def diff() -> ModelDiff:
    found = netviz.diff(EXAMPLES / "lenet.keras", EXAMPLES / "lenet-tuned.keras").result
    assert found is not None
    return found


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Any:
    """Opens a page as a reader does, and fails for whatever it says on the console and for any request."""
    contexts = []

    def opens(text: str, **options: Any) -> Any:
        file = tmp_path / "page.html"
        file.write_text(text, "utf-8")
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: pytest.fail(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        assert asked == [file.as_uri()]
        return page

    asked: list[str] = []
    yield opens
    for context in contexts:
        context.close()


@pytest.mark.parametrize("reader", READERS)
def test_everyone_can_read_it(reader: str, page_of_all: str, opened: Any) -> None:
    page = opened(page_of_all, **READERS[reader])
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    edges = page.evaluate(
        "[...document.querySelectorAll('[role=region]')].map(one => one.getBoundingClientRect().right)"
    )
    assert edges and max(edges) <= width
    assert complaints(page) == []


def test_rows_say_what_became_of_their_layer(page_of_all: str, opened: Any) -> None:
    """By a sign, the same as in the picture, and none where nothing did or the layer is named above."""
    page = opened(page_of_all)
    signs = page.evaluate(
        "[...document.querySelectorAll('tbody tr.netviz-row > :first-child')].map("
        "one => [one.textContent, getComputedStyle(one, '::before').content.replace(/^none$|\"/g, '')])"
    )
    drawn = page.evaluate("[...document.querySelectorAll('.legend text')].map(one => one.textContent)")
    for fate in FATES:
        sign = dict(signs)[f"{fate}_layer"]
        assert f"{sign} {fate}".strip() in drawn
    assert dict(signs)[""] == "" and len({sign for _, sign in signs}) == len(FATES)


def test_nothing_runs_and_nothing_is_loaded(diff: ModelDiff, opened: Any) -> None:
    text = diff_to_page(build_diff_sheet(diff), diagram_to_svg(build_diff_diagram(diff), theme="auto"))
    assert "default-src 'none'" in text and "<script" not in text and not re.search(r"\son\w+=", text)
    page = opened(text)
    assert page.title() == page.locator("h1").inner_text() == "lenet.keras → lenet-tuned.keras"
    assert page.locator(".netviz-graph-of-both svg").count() == 1
    differing = {layer.path for layer in diff.layers if not layer.same}
    assert differing <= {*page.locator("tbody th").all_inner_texts()}


def test_on_paper_nothing_is_cut_off(page_of_all: str, opened: Any) -> None:
    page = opened(page_of_all)
    page.emulate_media(media="print")
    cut = "[...document.querySelectorAll('[role=region]')].filter(one => one.scrollHeight > one.clientHeight + 1)"
    assert page.evaluate(f"{cut}.length") == 0


def test_without_a_picture_and_without_changes() -> None:
    assert "<svg" not in diff_to_page(told())
    plain = Sheet("a", (Table("t", (Column("layer", "Layer"),), (Row(("x",)),)),))
    assert "--netviz-fate" not in sheet_to_html(plain) and "--netviz-fate" in sheet_to_html(told())
