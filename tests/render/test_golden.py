"""Realistic sheets against files that a person has looked at; NETVIZ_UPDATE_GOLDENS=1 writes them anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from netviz.render.csv import sheet_to_csv
from netviz.render.html import html_document, sheet_to_html
from netviz.render.latex import sheet_to_latex
from netviz.render.markdown import sheet_to_markdown
from netviz.render.text import sheet_to_text
from netviz.views import Sheet

GOLDEN = Path(__file__).parent / "golden"


def page(sheet: Sheet) -> str:
    return html_document(sheet_to_html(sheet), sheet.title)


FILES: dict[str, Callable[[Sheet], str]] = {
    "lenet.txt": sheet_to_text,
    "lenet-80.txt": partial(sheet_to_text, width=80),
    "lenet-60.txt": partial(sheet_to_text, width=60),
    "lenet-color.txt": partial(sheet_to_text, width=80, color=True),
    "lenet.md": sheet_to_markdown,
    "lenet.html": page,
    "lenet.csv": sheet_to_csv,
    "lenet.tex": sheet_to_latex,
    "siamese.txt": sheet_to_text,
    "siamese-80.txt": partial(sheet_to_text, width=80),
    "siamese.md": sheet_to_markdown,
    "siamese.tex": sheet_to_latex,
    "resnet-120.txt": partial(sheet_to_text, width=120),
    "resnet-80.txt": partial(sheet_to_text, width=80),
    "resnet.tex": sheet_to_latex,
}


@pytest.mark.parametrize("name", FILES)
def test_rendered_as_reviewed(name: str, request: pytest.FixtureRequest) -> None:
    path = GOLDEN / name
    sheet: Sheet = request.getfixturevalue(path.stem.partition("-")[0])
    content = FILES[name](sheet).encode()
    if os.environ.get("NETVIZ_UPDATE_GOLDENS"):
        path.write_bytes(content)
    assert content.decode() == path.read_bytes().decode()
