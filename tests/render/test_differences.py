"""The page about two models: complete in itself, readable in every theme, on paper and on a phone, and for everyone."""

from __future__ import annotations

import io
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from PIL import Image

import netviz
from netviz.analysis.diff.diagram import build_diff_diagram
from netviz.analysis.diff.results import ModelDiff
from netviz.analysis.diff.sheet import build_diff_sheet
from netviz.errors import NetvizError
from netviz.render.diagram import diagram_to_svg
from netviz.render.differences import LONG, diff_to_page
from netviz.render.html import sheet_to_html
from netviz.views import FATES, Column, Fate, Row, Sheet, Table
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


SHADES = """one => {
  one.scrollIntoView({block: "start"});
  const box = one.getBoundingClientRect();
  return [Math.floor(box.right), Math.floor(box.top + 20), one.scrollWidth > one.clientWidth];
}"""


def at_the_edge(page: Any, region: Any) -> tuple[bool, bool]:
    """Whether there is more to the right of a box that scrolls, and whether its right edge is shaded as a sign."""
    right, top, more = region.evaluate(SHADES)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("L")
    inner = [shot.getpixel((right - distance, top)) for distance in (3, 6, 9)]
    return more, inner == sorted(inner) and inner[0] < inner[-1] - 4


def test_what_scrolls_says_so_until_its_end(diff: ModelDiff, opened: Any) -> None:
    text = diff_to_page(build_diff_sheet(diff), diagram_to_svg(build_diff_diagram(diff), theme="auto"))
    page = opened(text, viewport={"width": 330, "height": 900})
    found = []
    for region in page.get_by_role("region").all():
        found.append(at_the_edge(page, region))
        region.evaluate("one => one.scrollTo(one.scrollWidth, 0)")
        assert not at_the_edge(page, region)[1]
    assert all(more == shaded for more, shaded in found) and sum(more for more, _ in found) >= 2
    page.set_viewport_size({"width": 2400, "height": 900})
    assert {at_the_edge(page, region) for region in page.get_by_role("region").all()} == {(False, False)}


def test_long_tables_are_folded_and_lose_nothing(opened: Any) -> None:
    """What was added and what was removed, but not where all can be read at once."""
    columns = (Column("layer", "Layer"), Column("what", "What"))
    fates: list[Fate] = ["added", "changed", "removed", "added"]
    rows = tuple(Row((f"layer_{n}", "Dense"), fate=fates[n % 4]) for n in range(LONG + 1))
    short, long = (
        Sheet("a", (Table("differences", columns, part, title="Differences"),)) for part in (rows[:-1], rows)
    )
    assert "<details" not in diff_to_page(short)
    page = opened(diff_to_page(long))
    counts = Counter(row.fate for row in rows)
    assert page.locator("summary").all_inner_texts() == [
        f"{counts['added']} layers added", f"{counts['removed']} layers removed",
    ]  # fmt: skip
    assert page.locator("tbody th:visible").count() == counts["changed"]
    page.locator("summary").first.click()
    assert page.locator("tbody th:visible").count() == counts["changed"] + counts["added"]
    assert sorted(page.locator("tbody th").all_text_contents()) == sorted(str(row.cells[0]) for row in rows)
    assert complaints(page) == []
    page.emulate_media(media="print")
    heights = page.evaluate("[...document.querySelectorAll('tbody th')].map(one => one.getBoundingClientRect().height)")
    assert min(heights) > 5


def test_a_picture_that_cannot_be_drawn_leaves_a_page_that_says_so() -> None:
    with patch("netviz.analysis.diff.diagram.build_union", side_effect=RecursionError):
        found = netviz.diff(EXAMPLES / "lenet.keras", EXAMPLES / "lenet-tuned.keras", structure_only=True)
        for text in (str(found.to("html")), found._repr_mimebundle_()["text/html"]):
            assert "<svg" not in text and "nested deeper than can be drawn" in text and "Differences" in text
        with pytest.raises(NetvizError, match="nested deeper"):
            found.to("svg")


def test_models_of_the_same_file_name_are_told_apart(tmp_path: Path) -> None:
    paths = []
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
        paths.append(shutil.copy(EXAMPLES / "lenet.keras", tmp_path / folder / "net.keras"))
    found = netviz.diff(*paths, structure_only=True)
    assert "<h1>old/net.keras → new/net.keras</h1>" in str(found.to("html"))
