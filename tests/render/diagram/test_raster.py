from __future__ import annotations

import re
import struct
import zlib

import pytest

from netviz.errors import NetvizError, UsageError
from netviz.render.diagram import diagram_to_svg, svg_to_pdf, svg_to_png
from netviz.render.diagram.raster import MOST_PIXELS
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


def test_a_png_that_would_fill_the_memory_is_refused_with_a_scale_that_is_not() -> None:
    svg = diagram_to_svg(lenet())
    with pytest.raises(UsageError) as refused:
        svg_to_png(svg, scale=200)
    (most,) = re.findall(r"up to ([\d.]+)", refused.value.hint or "")
    root = parsed(svg)
    pixels = float(root.get("width", "")) * float(root.get("height", "")) * float(most) ** 2
    assert 0.9 * MOST_PIXELS < pixels <= MOST_PIXELS


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
