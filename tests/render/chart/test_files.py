from __future__ import annotations

import re
import struct
import subprocess
import sys
import zlib
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.figure import Figure

from netviz.charts import Chart, Panel, Words
from netviz.render.chart import chart_to_figure, figure_to_pdf, figure_to_png, figure_to_svg, files
from netviz.render.escape import visible
from tests.conftest import ROOT
from tests.render.chart.measuring import texts
from tests.render.chart.samples import SAMPLES
from tests.render.names import HOSTILE

LOOKS = [(name, theme) for name in ("history", "tiles") for theme in ("dark", "print")]


@pytest.mark.parametrize(("name", "theme"), [*((name, "light") for name in SAMPLES if name != "poster"), *LOOKS])
def test_the_same_chart_gives_the_same_bytes(name: str, theme: str) -> None:
    first, second = (chart_to_figure(SAMPLES[name](), theme=theme) for _ in range(2))  # type: ignore[arg-type]
    svg = figure_to_svg(first, title=name)
    assert svg == figure_to_svg(second, title=name)
    assert figure_to_png(first, scale=0.5) == figure_to_png(second, scale=0.5)
    root = ElementTree.fromstring(svg)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= ELEMENTS
    for element in root.iter():
        for key, value in element.attrib.items():
            if key.endswith("href"):
                assert value.startswith(("#", "data:image/png;base64,"))
            assert not key.startswith("on")
    ids = re.findall(r' id="([^"]*)"', svg)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]*)\)|href=\"#([^\"]*)\"", svg)) and "<!--" not in svg and "<?xml" not in svg


ELEMENTS = {"svg", "title", "desc", "defs", "g", "path", "use", "clipPath", "rect", "image", "pattern"}


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_names_in_an_svg_are_text_in_xml_and_in_a_page(hostile: str) -> None:
    figure = chart_to_figure(Chart(hostile, (Panel((), hostile),), detail=hostile))
    svg = figure_to_svg(figure, title=hostile)
    root = ElementTree.fromstring(svg)
    assert (root[0].tag.endswith("title") and (root[0].text or "") in (visible(hostile), "plot")) or len(hostile) > 500
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= ELEMENTS
    page = Tags()
    page.feed(svg)
    page.close()
    assert page.tags <= {element.lower() for element in ELEMENTS}


def test_names_in_a_pdf_are_text() -> None:
    panels = tuple(Panel((Words((name,)),), name, name, caption=name) for name in HOSTILE)
    figure = chart_to_figure(Chart("names", panels, columns=4))
    for title in HOSTILE[3::60]:
        assert figure_to_pdf(figure, title=title).startswith(b"%PDF")


class Tags(HTMLParser):
    """The elements that a browser would find."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)


def test_the_description_says_what_the_picture_says() -> None:
    figure = chart_to_figure(SAMPLES["ridges"]())
    root = ElementTree.fromstring(figure_to_svg(figure, title="weights"))
    assert root[0].text == "weights"
    for words, _ in texts(figure):
        assert words in (root[1].text or "")


def test_the_background_can_be_left_out() -> None:
    figure = chart_to_figure(SAMPLES["function"]())
    kept, left_out = figure_to_svg(figure), figure_to_svg(figure, background=False)
    paper = re.compile(r'<path d="M 0 [^"]*" style="fill: #ffffff"/>')
    assert paper.search(kept) and not paper.search(left_out)
    assert kept == figure_to_svg(figure)
    assert clear(figure_to_png(figure, background=False)) and not clear(figure_to_png(figure))


def clear(png: bytes) -> bool:
    """Whether the first pixel of an RGBA picture is clear; its row is unfiltered or filtered from nothing."""
    assert png[24:26] == b"\x08\x06"
    data = b"".join(body for kind, body in chunks(png) if kind == b"IDAT")
    return zlib.decompress(data)[4] == 0


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + size]))
        at += size + 12
    return found


def size(png: bytes) -> tuple[int, int]:
    return struct.unpack(">II", png[16:24])


def test_a_png_has_the_pixels_asked_for_and_says_nothing_of_its_making() -> None:
    figure = chart_to_figure(SAMPLES["function"](), figsize=(5.0, 3.0))
    for scale in (0.5, 1.0, 2.0, 3.0):
        assert size(figure_to_png(figure, scale=scale)) == (5 * 96 * scale, 3 * 96 * scale)
    assert not {kind for kind, _ in chunks(figure_to_png(figure))} & {b"tEXt", b"iTXt", b"tIME"}


@pytest.mark.parametrize("inches", [(200.0, 200.0), (1.0, 200.0)])
def test_a_png_is_scaled_down_to_what_can_be_made(inches: tuple[float, float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_PIXELS", 2_000_000)
    monkeypatch.setattr(files, "LONGEST_SIDE", 5_000)
    figure = Figure(figsize=inches)
    width, height = size(figure_to_png(figure, scale=5.0))
    assert width * height <= 2_000_000 * 1.002 and max(width, height) <= 5_000
    assert width / height == pytest.approx(inches[0] / inches[1], rel=0.01)


def test_a_pdf_brings_its_fonts_and_no_date() -> None:
    pdf = figure_to_pdf(chart_to_figure(SAMPLES["function"]()), title="a title")
    assert b"/FontFile2" in pdf and b"/FontFile3" not in pdf and b"/Type3" not in pdf.replace(b" ", b"")
    assert b"CreationDate" not in pdf and b"a title" in pdf
    assert pdf == figure_to_pdf(chart_to_figure(SAMPLES["function"]()), title="a title")


def test_the_user_s_style_changes_nothing() -> None:
    plain = figure_to_svg(chart_to_figure(SAMPLES["history"]()))
    style = {"axes.grid": True, "font.size": 20, "text.usetex": True, "lines.linewidth": 9, "svg.fonttype": "none",
             "font.family": "no such font", "axes.facecolor": "red", "xtick.labelsize": 30, "savefig.dpi": 10,
             "figure.autolayout": True, "axes.formatter.use_locale": True, "savefig.bbox": "tight"}  # fmt: skip
    with matplotlib.rc_context(style):
        assert figure_to_svg(chart_to_figure(SAMPLES["history"]())) == plain


def test_a_figure_that_the_user_changed_is_saved_so() -> None:
    figure = chart_to_figure(SAMPLES["function"]())
    before = figure_to_svg(figure)
    figure.axes[0].plot([0, 1], [0, 1], color="#123456")
    assert "#123456" in figure_to_svg(figure) and "#123456" not in before


def test_neither_pyplot_nor_a_display_is_needed(tmp_path: Path) -> None:
    code = (
        "import logging, sys; sys.path.insert(0, '.'); logging.basicConfig(level=0)\n"
        "from tests.render.chart.samples import SAMPLES\n"
        "from netviz.render.chart import chart_to_figure, figure_to_pdf, figure_to_png, figure_to_svg\n"
        "figure = chart_to_figure(SAMPLES['history']())\n"
        "figure_to_svg(figure); figure_to_png(figure); figure_to_pdf(figure)\n"
        "assert 'matplotlib.pyplot' not in sys.modules, 'pyplot'\n"
    )
    env = {"PATH": "", "HOME": str(tmp_path), "MPLBACKEND": "tkagg", "MPLCONFIGDIR": str(ROOT / ".cache" / "mpl")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=env)
    assert done.returncode == 0, done.stderr
    assert not [line for line in done.stderr.splitlines() if "WARNING" in line and "font cache" not in line]


@pytest.mark.parametrize("backend", ["nonsense", "svg", ""])
def test_the_backend_asked_for_need_not_be_there(backend: str, tmp_path: Path) -> None:
    """Nor is one that is there forgotten: the user may go on with pyplot."""
    code = (
        "import os, netviz.render.chart, matplotlib\n"
        "print(os.environ['MPLBACKEND'], matplotlib.rcParams._get('backend') == os.environ['MPLBACKEND'])\n"
    )
    env = {"PATH": "", "HOME": str(tmp_path), "MPLBACKEND": backend, "MPLCONFIGDIR": str(ROOT / ".cache" / "mpl")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip("\n") == f"{backend} {backend == 'svg'}"
