from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.render.cells import cell_text
from netviz.render.escape import terminal
from netviz.render.html import html_document, sheet_to_html
from netviz.theme import FAMILY_COLORS
from netviz.views import FAMILIES, Sheet

SHEETS = st.from_type(Sheet)
TAGS = {"div", "style", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "wbr"}
ATTRIBUTES = {"class", "scope", "style", "data-family", "data-severity"}


class Reader(HTMLParser):
    """What a browser sees: balanced tags of a few kinds, and the text of each cell."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.cells: list[str] = []
        self.rows = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("wbr", "meta"):
            self.open.append(tag)
        self.rows += tag == "tr"
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.cells[-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


@settings(deadline=None, max_examples=80)
@given(sheet=SHEETS)
def test_names_are_text_and_nothing_else(sheet: Sheet) -> None:
    html = sheet_to_html(sheet)
    html.encode("utf-8")
    page = Reader(html)
    assert not page.open
    assert set(page.tags) <= TAGS
    assert page.tags.count("style") == 1
    assert page.attributes <= ATTRIBUTES


@settings(deadline=None, max_examples=80)
@given(sheet=SHEETS)
def test_every_cell_reads_as_in_the_terminal(sheet: Sheet) -> None:
    page = Reader(sheet_to_html(sheet))
    wanted: list[str] = []
    for table in sheet.tables:
        if table.heading:
            wanted += [terminal(column.title) for column in table.columns]
        for row in table.rows:
            cells = zip(table.columns, row.cells, strict=True)
            wanted += [cell_text(column.kind, cell, terminal) for column, cell in cells]
    assert page.cells == wanted


@settings(deadline=None, max_examples=20)
@given(sheet=SHEETS)
def test_a_page_loads_and_runs_nothing(sheet: Sheet) -> None:
    document = html_document(sheet_to_html(sheet), sheet.title)
    assert document.startswith("<!DOCTYPE html>\n")
    assert '<meta charset="utf-8">' in document
    assert "default-src 'none'; style-src 'unsafe-inline'" in document
    assert not {"script", "img", "link", "iframe", "a"} & set(Reader(document).tags)


def test_classes_take_the_colour_of_their_family(siamese: Sheet) -> None:
    html = sheet_to_html(siamese)
    assert 'data-family="attention">' in html
    for family in FAMILIES:
        assert html.count(f"--netviz-{family}: {FAMILY_COLORS[family].light};") == 1
        assert html.count(f"--netviz-{family}: {FAMILY_COLORS[family].dark};") == 2


def test_style_stays_inside_of_the_fragment(lenet: Sheet) -> None:
    style = re.search("<style>(.*?)</style>", sheet_to_html(lenet), re.DOTALL)
    assert style is not None
    for selectors in re.findall(r"([^{}@]+)\{[^{}]*\}", style[1].replace("@media (prefers-color-scheme: dark) {", "")):
        assert all(".netviz-sheet" in selector for selector in selectors.split(","))


def test_tables_are_accessible(lenet: Sheet) -> None:
    html = sheet_to_html(lenet)
    assert html.count("<caption") == 3
    assert html.count('scope="col"') == 10
    assert html.count('scope="row"') == sum(len(table.rows) for table in lenet.tables)
