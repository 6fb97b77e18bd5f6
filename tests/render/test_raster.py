from __future__ import annotations

import re
import struct
import zlib

import pytest

from netviz.errors import NetvizError
from netviz.render.diagram import diagram_to_svg, svg_to_pdf, svg_to_png
from tests.render.diagram.samples import lenet, translation
from tests.render.diagram.test_svg import parsed


@pytest.mark.parametrize("scale", [1.0, 2.0, 2.5])
def test_a_png_has_the_size_of_the_svg_times_the_scale(scale: float) -> None:
    svg = diagram_to_svg(lenet())
    png = svg_to_png(svg, scale=scale)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    size = struct.unpack(">II", png[16:24])
    root = parsed(svg)
    for pixels, name in zip(size, ("width", "height"), strict=True):
        assert pixels == pytest.approx(float(root.get(name, "")) * scale, abs=1)


def test_a_png_has_no_more_pixels_than_memory_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    svg = diagram_to_svg(lenet())
    monkeypatch.setattr("netviz.render.raster.MOST_PIXELS", 100_000)
    width, height = struct.unpack(">II", svg_to_png(svg, scale=20)[16:24])
    assert 80_000 < width * height <= 101_000


def test_a_pdf_has_one_page() -> None:
    pdf = svg_to_pdf(diagram_to_svg(translation()))
    assert pdf.startswith(b"%PDF")
    streams = pdf.split(b"stream\n")
    texts = [pdf, *(_inflated(part) for part in streams)]
    assert sum(text.count(b"/Type /Page") - text.count(b"/Type /Pages") for text in texts) == 1


def _inflated(part: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(part)
    except zlib.error:
        return b""


def test_what_is_no_svg_is_an_error() -> None:
    for convert in (svg_to_png, svg_to_pdf):
        with pytest.raises(NetvizError):
            convert("<svg")


def test_the_size_on_paper_is_that_of_the_svg() -> None:
    """Pixels are 1/96 inch; a PDF counts points of 1/72, a PNG tells its own pixels by the metre."""
    svg = diagram_to_svg(lenet())
    root = parsed(svg)
    inches = [float(root.get(name, "")) / 96 for name in ("width", "height")]
    pdf = svg_to_pdf(svg)
    box = re.search(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", b"".join([pdf, *map(_inflated, pdf.split(b"stream\n"))]))
    assert box is not None
    assert [float(one) / 72 for one in box.groups()] == pytest.approx(inches, rel=1e-3)
    png = svg_to_png(svg, scale=2.0)
    per_metre = struct.unpack(">II", png[png.index(b"pHYs") + 4 :][:8])
    size = struct.unpack(">II", png[16:24])
    for length, pixels, density in zip(inches, size, per_metre, strict=True):
        assert pixels / density / 0.0254 == pytest.approx(length, rel=0.01)
