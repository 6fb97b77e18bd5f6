"""Names are hostile until escaped: every renderer is held to that here, and a new one fails until it is registered.

A renderer is given names in every place that takes one. Its oracle reads the output with a parser that others wrote,
refuses whatever the language has that a name could have opened, and gives back the texts: there the names must be.
"""

from __future__ import annotations

import csv as csv_module
import html as html_module
import io
import json
import pkgutil
import re
import string
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from inspect import getmembers, isfunction
from typing import Any, NamedTuple
from unittest.mock import patch
from xml.etree import ElementTree

import cmarkgfm
import pytest
from click.testing import CliRunner
from cmarkgfm.cmark import Options
from hypothesis import given, settings
from hypothesis import strategies as st
from pygraphviz import AGraph

import netviz.render
from netviz.analysis.findings import Finding, Report
from netviz.api.checked import Check
from netviz.artifact import Artifact
from netviz.cli import cli
from netviz.errors import SourceError
from netviz.render import escape
from netviz.render.diagram import diagram_to_svg
from netviz.render.diagram.embedded import embed
from netviz.render.differences import diff_to_page
from netviz.render.dot import diagram_to_dot
from netviz.render.escape import terminal, visible
from netviz.render.layout import Placement, Plan
from netviz.render.page import page_to_html
from netviz.render.sheet import sheet_artifact
from netviz.views import Column, Kind, Row, Sheet, Table
from tests.render.chart.naming import plot_name, plot_of, plot_texts
from tests.render.diagram.samples import in_a_column, strangers
from tests.render.figure.naming import figure_of, tikz_of, tikz_words
from tests.render.names import HOSTILE
from tests.render.page.samples import page_of

NAMES = st.one_of(
    st.integers(0, len(HOSTILE) - 1).map(HOSTILE.__getitem__),
    st.lists(st.integers(0, len(HOSTILE) - 1).map(HOSTILE.__getitem__), min_size=2, max_size=3).map("".join),
    st.text(st.sampled_from(string.printable), max_size=30),
    st.text(st.sampled_from("<>&\"'`*_~[](){}|\\#-+=!:/.@$%^;,\n\t xa1"), max_size=24),
    st.text(st.characters(), max_size=12),
)
"""Hostile names, those that join two, and whatever else a text can be."""

NAMED: tuple[Kind, ...] = ("text", "class", "items", "formula", "severity")
"""The kinds of cells that hold text of a file."""


def sheet(names: Sequence[str]) -> Sheet:
    """The names as title, as titles of tables and columns, and in cells of every kind, alone and as one of several."""
    columns = tuple(Column(f"key{place}", names[place % len(names)], kind) for place, kind in enumerate(NAMED))
    rows = tuple(Row(cells(name), depth=place % 3, strong=place % 2 == 1) for place, name in enumerate(names))
    facts = tuple(Row((name, name)) for name in names)
    return Sheet(
        names[0],
        (
            Table(names[0], columns, (*rows, Row(cells("last")))),
            Table(names[-1], (Column("fact", "Fact"), Column("value", "Value")), facts, heading=False, title=names[-1]),
        ),
    )


def cells(name: str) -> tuple[object, ...]:
    return tuple((name, "x", name) if kind == "items" else name for kind in NAMED)


def document(names: Sequence[str]) -> object:
    return {"name": names[0], "layers": [{"name": name, name: [name, (name,)]} for name in names]}


def artifact(names: Sequence[str]) -> Artifact:
    return sheet_artifact(names[0], sheet(names), lambda: document(names))


def sarif(names: Sequence[str]) -> str:
    findings = tuple(Finding("danger", "lambda-code", name, name, name) for name in names)
    reports = (Report(names[0], None, findings), Report(names[-1], None, (), SourceError(names[-1])))
    return str(Check(reports).summary().to("sarif"))


def picture(names: Sequence[str]) -> str:
    """The names as names, classes, settings and labels of cards, of groups and of edges, laid out without Graphviz."""
    with patch("netviz.render.diagram.picture.lay_out", in_a_column):
        return diagram_to_svg(strangers(names))


def pictures(names: Sequence[str]) -> str:
    """The same as part of a page."""

    def in_columns(plans: Sequence[Plan], **options: object) -> list[Placement]:
        return list(map(in_a_column, plans))

    with patch("netviz.render.diagram.embedded.lay_out_all", in_columns):
        return embed([strangers(names)]).pictures[0]


def differences(names: Sequence[str]) -> str:
    """The names in the tables of a page about two models, and in its picture."""
    return diff_to_page(sheet(names), picture(names))


def report(names: Sequence[str]) -> str:
    """The names wherever a report page has one, but for its pictures."""
    return page_to_html(page_of(names, levels=(), drawings=(), problem=names[0]))


def error(names: Sequence[str]) -> str:
    """What the command says on stderr where reading raises an error with the names in it."""
    raised = SourceError(f"m.keras: {names[0]}", names[-1])
    with patch("netviz.api.inspect", side_effect=raised):
        result = CliRunner().invoke(cli, ["inspect", "m.keras"])
    assert result.exit_code == 1 and not result.stdout
    return result.stderr


# Oracles: each gives the texts of an output, and fails where there is anything in it that is not a table's.


def lines(text: str) -> list[str]:
    assert all(char.isprintable() or char == "\n" for char in text)
    return text.split("\n")


def colored_lines(text: str) -> list[str]:
    """The lines of a terminal: of all its codes only those that colour, each ended on its line."""
    for line in text.split("\n"):
        codes = re.findall("\x1b\\[([\\d;]*)m", line)
        assert all(re.fullmatch(r"0|1|(1;)?38;5;\d+", code) for code in codes)
        assert codes.count("0") * 2 == len(codes)
    return lines(re.sub("\x1b\\[[\\d;]*m", "", text))


class Page(HTMLParser):
    """The tags and attributes of HTML, and the text of each element that holds any."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: set[tuple[str, str | None]] = set()
        self.open: list[str] = []
        self.texts: list[str] = [""]
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(attrs)
        if tag not in ("wbr", "meta", "input"):
            self.open.append(tag)
        if tag in BLOCKS:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag in BLOCKS:
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        self.texts[-1] += data

    def unexpected(self, data: str) -> None:
        raise AssertionError(data)

    handle_comment = handle_pi = unknown_decl = unexpected


BLOCKS = ("td", "th", "li", "h2", "h3", "div", "title", "style", "p")


def html_texts(html: str) -> list[str]:
    """The texts of a fragment; its elements are those that it has for harmless names, wherever a line may break."""
    page = Page(html)
    assert set(page.tags) <= {"div", "style", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "wbr"}
    assert page.tags.count("style") == 1
    assert {name for name, _ in page.attributes} <= {"class", "scope", "style", "data-family", "data-severity"}
    for name, value in page.attributes:
        assert value and (value.startswith("netviz-") or value in ("col", "row") or "data" in name or name == "style")
    return page.texts


def page_texts(html: str) -> list[str]:
    """The texts of a complete page, which has one head and one body."""
    head, body = re.fullmatch(r"<!DOCTYPE html>\n<html lang=\"en\">\n(<head>.*</head>)\n<body>\n(.*)</body>\n</html>\n",
                              html, re.DOTALL).groups()  # type: ignore[union-attr]  # fmt: skip
    page = Page(head)
    assert page.tags == ["head", "meta", "meta", "meta", "title", "style"]
    return [*page.texts, *html_texts(body.removeprefix("<main>\n").removesuffix("\n</main>\n"))]


def differences_texts(html: str) -> list[str]:
    """The texts of the page and of the picture in it, each read as what it is."""
    before, svg, after = re.fullmatch(r"(.*?)(<svg .*</svg>)(.*)", html, re.DOTALL).groups()  # type: ignore[union-attr]
    page = Page(before + after)
    assert set(page.tags) <= REPORT_TAGS - {"script", "a", "input", "canvas", "svg"}
    for name, value in page.attributes:
        assert name in {"lang", "charset", "content", "name", "http-equiv", "class", "scope", "role", "tabindex",
                        "aria-label", "data-family", "data-severity"}, name  # fmt: skip
        assert name != "class" or all(one.startswith("netviz-") for one in str(value).split())
    return [*page.texts, *svg_texts(svg)]


def report_texts(html: str) -> list[str]:
    """The texts of a report page, those of its data too; what runs and what is worn is ours, all else is harmless."""
    page = Page(html)
    assert set(page.tags) <= REPORT_TAGS
    assert (
        page.tags.count("script") == 3 and page.tags.count("style") == 2 and page.tags.count("a") == html.count("<a ")
    )
    for name, value in page.attributes:
        assert not name.startswith("on") and name not in ("style", "src", "action", "srcdoc")
        assert name != "href" or str(value).startswith("#")
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert "<" not in data
    return [*page.texts, *json_texts(data)]


REPORT_TAGS = {
    "html", "head", "meta", "title", "style", "script", "body", "a", "header", "h1", "h2", "h3", "h4", "small", "dl",
    "dt", "dd", "div", "nav", "input", "main", "section", "aside", "table", "caption", "thead", "tbody", "tfoot", "tr",
    "th", "td", "span", "wbr", "p", "b", "strong", "code", "ul", "li", "svg", "defs", "path", "text", "canvas",
}  # fmt: skip


def github(text: str) -> Page:
    """The page that GitHub's own parser makes of Markdown."""
    flags = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    return Page(cmarkgfm.github_flavored_markdown_to_html(text, flags))


def markdown_texts(text: str) -> list[str]:
    """The texts of the page: those of headings, one table and one list, with nothing inline but bold."""
    lines(text.replace("\u00a0", " "))
    page = github(text)
    assert set(page.tags) <= {"h2", "h3", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "strong"}
    assert {name for name, _ in page.attributes} <= {"align"}
    assert page.tags.count("table") == page.tags.count("ul") == page.tags.count("h2") == 1
    rows = page.tags.count("tr")
    assert page.tags.count("td") + page.tags.count("th") == len(NAMED) * rows
    return page.texts


def csv_texts(text: str) -> list[str]:
    """The cells; none is what a spreadsheet computes, wherever it cuts a line."""
    csv_module.field_size_limit(1 << 20)
    rows = list(csv_module.reader(io.StringIO(text, newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1
    found = [cell for row in rows for cell in row]
    for cell in found:
        assert not cell.lstrip().startswith(("=", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
        if cell.lstrip().startswith(("+", "-")):
            assert not re.search(r"[^\W\deE]|[|'\"!]", cell)
    if any(";" in cell for cell in found):
        assert all(line.startswith('"') for line in text.splitlines())
    return found


def latex_texts(text: str) -> list[str]:
    """The lines with every mark of LaTeX taken back; the marks left are those of tables, and they are balanced."""
    lines(text)
    bare = re.sub(r"\\\\|\\[{}$&#_%]", "", text.partition("\n")[2])
    depth = 0
    for char in bare:
        depth += (char == "{") - (char == "}")
        assert depth >= 0
    assert depth == 0
    assert not re.search(r"[#_%~]|\^(?!\{)", bare)
    assert bare.count("$") % 2 == 0
    assert set(re.findall(r"\\([A-Za-z]+)", bare)) <= LATEX_COMMANDS
    assert len(re.findall(r"\\begin\{", bare)) == len(re.findall(r"\\end\{", bare)) == 4
    return [unlatexed(text)]


LATEX_COMMANDS = {
    "addlinespace", "allowbreak", "arraybackslash", "begin", "bottomrule", "caption", "cdot", "centering", "end",
    "footnotesize", "ldots", "medskip", "midrule", "noindent", "par", "quad", "raggedright", "setlength", "small",
    "smallskip", "tabcolsep", "textasciicircum", "textasciitilde", "textbackslash", "textbar", "textbf",
    "textgreater", "textless", "times", "to", "toprule",
    "Delta", "Omega", "Phi", "Sigma", "alpha", "approx", "beta", "cdots", "circ", "delta", "downarrow", "eta", "gamma",
    "geq", "infty", "lambda", "leftarrow", "leq", "mu", "neq", "omega", "oplus", "otimes", "pi", "pm", "sigma", "surd",
    "tau", "textemdash", "textendash", "textquotedblleft", "textquotedblright", "textquoteleft", "textquoteright",
    "textsubscript", "textsuperscript", "theta", "uparrow", "varepsilon", "varphi", "vdots",
}  # fmt: skip
LATEX_CHARACTERS = {
    "\\textbackslash{}": "\\", "\\textasciicircum{}": "^", "\\textasciitilde{}": "~", "\\textless{}": "<",
    "\\textgreater{}": ">", "\\textbar{}": "|", "\\ldots{}": "…", "$\\cdot$": "·", "$\\times$": "×", "$-$": "−",
    "$\\to$": "→", "{[}": "[", "{*}": "*", "{`}": "`", "-{}": "-", ",{}": ",", "\\allowbreak{}": "",
    "$\\leftarrow$": "←", "$\\uparrow$": "↑", "$\\downarrow$": "↓", "$\\vdots$": "⋮", "$\\cdots$": "⋯", "$\\surd$": "√",
    "$\\infty$": "∞", "$\\leq$": "≤", "$\\geq$": "≥", "$\\approx$": "≈", "$\\neq$": "≠", "$\\pm$": "±",
    "$\\oplus$": "⊕", "$\\otimes$": "⊗", "$^{\\circ}$": "°", "\\^{y}": "ŷ", "\\textendash{}": "–",
    "\\textemdash{}": "—", "\\textquoteleft{}": "‘", "\\textquoteright{}": "’", "\\textquotedblleft{}": "“",
    "\\textquotedblright{}": "”",
    **{f"\\textsuperscript{{{digit}}}": char for digit, char in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{f"\\textsubscript{{{digit}}}": char for digit, char in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    "$\\alpha$": "α", "$\\beta$": "β", "$\\gamma$": "γ", "$\\delta$": "δ", "$\\varepsilon$": "ε", "$\\eta$": "η",
    "$\\theta$": "θ", "$\\lambda$": "λ", "$\\mu$": "μ", "$\\pi$": "π", "$\\sigma$": "σ", "$\\tau$": "τ",
    "$\\varphi$": "φ", "$\\omega$": "ω", "$\\Delta$": "Δ", "$\\Sigma$": "Σ", "$\\Phi$": "Φ", "$\\Omega$": "Ω",
    **{f"\\{char}": char for char in "{}$&#_%"},
}  # fmt: skip


def unlatexed(text: str) -> str:
    return re.sub("|".join(map(re.escape, LATEX_CHARACTERS)), lambda found: LATEX_CHARACTERS[found[0]], text)


def json_texts(text: str) -> list[str]:
    """Every text in the data, keys too. Nothing in it ends a script that holds it, or starts a comment there."""
    text.encode("utf-8")
    assert "</" not in text and "<!" not in text
    assert all(char.isprintable() or char in "\n\u2800" or char.isspace() for char in text)
    found: list[str] = []

    def gather(value: Any) -> None:
        if isinstance(value, dict):
            found.extend(value)
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                gather(item)
        elif isinstance(value, str):
            found.append(value)

    gather(json.loads(text))
    return found


def sarif_texts(text: str) -> list[str]:
    log = json.loads(text)
    results = log["runs"][0]["results"]
    for result in results:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*", uri, re.ASCII)
    json_texts(text)
    return [result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] for result in results
            if "logicalLocations" in result["locations"][0]]  # fmt: skip


def svg_texts(text: str) -> list[str]:
    """Texts and the attributes that hold names; all elements and attributes are those that harmless names have."""
    root = ElementTree.fromstring(text)
    found: list[str] = []
    for element in root.iter():
        tag = element.tag.removeprefix("{http://www.w3.org/2000/svg}")
        assert tag in SVG_ELEMENTS and element.attrib.keys() <= SVG_ATTRIBUTES
        if tag == "style":
            assert re.fullmatch(r"[\w\s.,:;#{}()@'%-]*", element.text or "")
        else:
            found += [element.text or "", *(element.get(f"data-{kind}", "") for kind in ("path", "class", "layers"))]
        assert not (element.tail or "").strip()
    assert all(char.isprintable() or char == "\n" for one in found for char in one)
    return found


def embedded_texts(text: str) -> list[str]:
    """The texts; no attribute but those of shapes, and none that can hold a name."""
    assert not re.search("data-(path|class|layers)|<style| (id|style)=", re.sub(">[^<]*<", "><", text))
    return svg_texts(text)


SVG_ELEMENTS = {"svg", "title", "desc", "style", "defs", "pattern", "marker", "g", "rect", "circle", "path", "text"}
SVG_ATTRIBUTES = {
    "aria-labelledby", "class", "cx", "cy", "d", "data-class", "data-ends", "data-layers", "data-n", "data-path",
    "fill", "font-size",
    "height", "id", "lengthAdjust", "markerHeight", "markerUnits", "markerWidth", "orient", "patternUnits", "r", "refX",
    "refY", "role", "rx", "stroke-width", "textLength", "transform", "viewBox", "width", "x", "y",
}  # fmt: skip


def dot_texts(text: str) -> list[str]:
    """The labels as Graphviz shows them: read by its own parser, which finds the nodes that harmless names make.

    In a label it takes a backslash with what follows for something else; entities are those of HTML.
    """
    graph = AGraph(string=text)
    assert all(re.fullmatch(r"n\d+", node) for node in graph.nodes())
    labels = [str(graph.name), *(node.attr["label"] for node in graph.nodes())]
    labels += [one.graph_attr["label"] for one in graph.subgraphs()]
    for label in labels:
        assert not re.search(r"(?<!\\)(?:\\\\)*\\(?![\\n])", label)
    return [
        html_module.unescape(re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), label))
        for label in labels
    ]


def tikz_texts(text: str) -> list[str]:
    """The words of each node with every mark of LaTeX taken back; the marks left are balanced, and open nothing."""
    found = []
    for words in tikz_words(text):
        bare = re.sub(r"\\\\|\\[{}$&#_%]", "", words)
        assert bare.count("{") == bare.count("}") and bare.count("$") % 2 == 0
        assert not re.search(r"[#_%~&]", bare) and set(re.findall(r"\\([A-Za-z]+)", bare)) <= LATEX_COMMANDS
        found.append(unlatexed(words))
    return found


def error_lines(text: str) -> list[str]:
    """One line for the error and at most one for the hint."""
    found = lines(text.removesuffix("\n"))
    assert len(found) <= 2 and found[0].startswith("netviz: ")
    return found


def whole(name: str) -> str:
    """The name itself. Two surrogates that belong together are one character in JSON, however they were made."""
    return name.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def begun(name: str) -> str:
    """The beginning of the name: a line is elided as a whole."""
    return terminal(name)[:200]


def without_mail(name: str) -> str:
    """What GitHub would take for a mail address has its sign by the code: nothing else keeps it from making a link."""
    return re.sub(r"(?<=[\w.+-])@(?=[\w.-]*\.)", r"\\x40", terminal(name), flags=re.ASCII)


def latin(name: str) -> str:
    """The name with what pdflatex has no glyph for by its code."""
    signs = {*LATEX_CHARACTERS.values()} - {""}
    return "".join(
        ALIKE.get(char, char)
        if char.isascii() or char in ALIKE or char in signs or (char.isalpha() and char in LATIN)
        else _code(char)
        for char in terminal(name)
    )


ALIKE = {"µ": "μ", "∑": "Σ"}
"""Characters that LaTeX writes as another that looks the same."""
LATIN = bytes(range(0xC0, 0x100)).decode("latin-1").translate({ord(char): None for char in "ÐÞðþ"})


def _code(char: str) -> str:
    return char.encode("unicode_escape").decode()


class Renderer(NamedTuple):
    """A way to write names: the modules of netviz.render that it is made of, and the functions of `escape` it rests on.

    `texts` is its oracle, `expected` what a name reads as in them.
    """

    modules: tuple[str, ...]
    escapes: tuple[str, ...]
    render: Callable[[Sequence[str]], str]
    texts: Callable[[str], list[str]]
    expected: Callable[[str], str] = terminal


def of(format_: str) -> Callable[[Sequence[str]], str]:
    return lambda names: str(artifact(names).to(format_))


RENDERERS = {
    "table": Renderer(("text",), ("terminal",), of("table"), lines),
    "colour": Renderer(("text",), ("terminal",), lambda names: artifact(names).text(color=True), colored_lines),
    "markdown": Renderer(("markdown",), ("markdown",), of("markdown"), markdown_texts, without_mail),
    "fragment": Renderer(("html",), ("html",), of("fragment"), html_texts),
    "html": Renderer(("html",), ("html",), of("html"), page_texts),
    "csv": Renderer(("csv",), ("csv",), of("csv"), csv_texts, visible),
    "latex": Renderer(("latex",), ("latex",), of("latex"), latex_texts, latin),
    "json": Renderer(("data",), (), of("json"), json_texts, whole),
    "sarif": Renderer(("data",), (), sarif, sarif_texts, whole),
    "svg": Renderer(("diagram",), ("svg",), picture, svg_texts),
    "embedded": Renderer(("diagram",), ("svg",), pictures, embedded_texts, begun),
    "plot": Renderer(("chart",), ("svg",), plot_of, plot_texts, plot_name),
    "figure": Renderer(("figure",), ("svg",), figure_of, svg_texts),
    "tikz": Renderer(("figure",), ("latex",), tikz_of, tikz_texts, latin),
    "dot": Renderer(("dot",), ("dot",), lambda names: diagram_to_dot(strangers(names)), dot_texts),
    "page": Renderer(("page",), ("html",), report, report_texts),
    "differences": Renderer(("differences",), ("html",), differences, differences_texts),
    "error": Renderer((), ("terminal",), error, error_lines, begun),
}
"""Every way in which a name of a file reaches a reader. A new renderer goes here, with an oracle for its language."""

HELPERS = {
    "metrics": "measures text and breaks it into lines, writes none",
    "raster": "takes an SVG that is written already",
    "notebook": "takes an SVG that is written already, with its title (tests/render/test_notebook.py)",
    "cells": "values to text, which whoever calls it escapes part by part",
    "css": "the theme and our own style sheets; no name of a file",
    "escape": "what is tested here",
    "fold": "breaks text that whoever calls it escapes",
    "layout": "numbers only; names stand for rectangles there and do not come out",
    "drawing": "which renderer writes which format of a graph",
    "plotting": "which renderer writes which format of a plot",
    "colors": "arithmetic of colours",
    "illustration": "which renderer writes which format of a figure",
    "sheet": "which renderer writes which format",
}
"""The modules of netviz.render that write no language."""

SHARED = {"elide", "visible"}
"""The functions of `escape` that the others are made of."""


def test_every_renderer_is_registered() -> None:
    modules = {module.name for module in pkgutil.iter_modules(netviz.render.__path__)}
    written = {module for renderer in RENDERERS.values() for module in renderer.modules}
    assert modules == written | HELPERS.keys() and not written & HELPERS.keys()
    escapes = {name for name, function in getmembers(escape, isfunction) if function.__module__ == escape.__name__}
    used = {name for renderer in RENDERERS.values() for name in renderer.escapes}
    assert {name for name in escapes if not name.startswith("_")} == used | SHARED
    formats = {*artifact(["a"]).formats, *Check((Report("a", None, ()),)).summary().formats}
    assert formats <= RENDERERS.keys()


@pytest.mark.parametrize("name", RENDERERS)
@settings(deadline=None, max_examples=150)
@given(names=st.lists(NAMES, min_size=1, max_size=4))
def test_names_arrive_as_text(name: str, names: list[str]) -> None:
    renderer = RENDERERS[name]
    text = renderer.render(names)
    text.encode("utf-8")
    joined = "\0".join(map(spaced, renderer.texts(text)))
    shown = [names[0], names[-1]] if name == "error" else names
    for one in shown:
        assert spaced(renderer.expected(one)) in joined


def spaced(text: str) -> str:
    """The text without the spaces at its ends and with single ones inside, as most languages show it."""
    return re.sub(" +", " ", text).strip()


@pytest.mark.parametrize("name", RENDERERS)
@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_every_hostile_name_arrives(name: str, hostile: str) -> None:
    test_names_arrive_as_text.hypothesis.inner_test(name, [hostile])


@pytest.mark.parametrize("name", [name for name in RENDERERS if name not in ("error", "sarif", "json", "csv")])
def test_a_name_of_100_kb_is_elided(name: str) -> None:
    most = {"plot": 200_000, "page": 400_000}.get(name, 60_000)  # there every letter is an element; the script is long
    assert len(RENDERERS[name].render(["x" * 100_000])) < most
