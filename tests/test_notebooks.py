"""The notebooks of examples/: they run, from wherever they are started, and what is stored is what comes out.

Each is run once, in a kernel of its own, made a page by nbconvert, and looked at in Chromium.
"""

from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest
from nbconvert import HTMLExporter
from traitlets.config import Config

from tests.conftest import ROOT

FOLDER = ROOT / "examples"
PLACES = {"first_network": None, "unknown_file": ROOT}
"""Where each is started: one takes no files and runs anywhere (None), one finds its files from the root as well."""

MOST_BYTES = 400_000
MAKE: Any = importlib.import_module("examples.make_notebooks")

OFFLINE = Config(HTMLExporter=dict.fromkeys(("require_js_url", "mathjax_url"), "data:text/javascript,"))
"""nbconvert's own pages load scripts for widgets and formulas from elsewhere."""


class Ran(NamedTuple):
    """A notebook as it is stored, and as it came out now; the stored one has neither frames nor pictures as HTML."""

    name: str
    stored: Any
    now: Any


@pytest.fixture(scope="module", params=PLACES)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    path = FOLDER / f"{request.param}.ipynb"
    folder = PLACES[request.param] or tmp_path_factory.mktemp("anywhere")
    now = MAKE.run(path, folder)
    assert folder == ROOT or not list(folder.iterdir())
    return Ran(request.param, nbformat.read(path, as_version=4), now)


def outputs(cell: Any, kind: str = "") -> Iterator[Any]:
    """What came out of the cell but what was said to stderr; of `kind` (a MIME type) alone, if given."""
    for output in cell.get("outputs", ()):
        if output.get("name") != "stderr" and (not kind or kind in output.get("data", {})):
            yield output


def texts(cell: Any) -> list[str]:
    return [output.get("text") or output.data["text/plain"] for output in outputs(cell)]


def test_every_notebook_is_run() -> None:
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == PLACES.keys()
    for text in ((FOLDER / "README.md").read_text(), (ROOT / "README.md").read_text()):
        assert all(f"{name}.ipynb)" in text for name in PLACES)


def test_what_is_stored_is_what_comes_out(ran: Ran) -> None:
    nbformat.validate(ran.now)
    kinds = {output.output_type for cell in ran.now.cells for output in outputs(cell)}
    assert kinds == {"execute_result", "stream"}
    for stored, now in zip(ran.stored.cells, ran.now.cells, strict=True):
        assert (stored.cell_type, stored.source, stored.get("execution_count")) == (
            now.cell_type,
            now.source,
            now.get("execution_count"),
        )
        if "varies" not in stored.metadata.get("tags", ()):
            assert texts(stored) == texts(now)
        for before, after in zip(outputs(stored), outputs(now), strict=True):
            kept, made = set(before.get("data", ())), set(after.get("data", ()))
            assert kept == (made - {"text/html"} if "image/png" in made else made)


def test_what_is_stored_is_small_and_tells_nothing_of_a_machine(ran: Ran) -> None:
    nbformat.validate(ran.stored)
    path = FOLDER / f"{ran.name}.ipynb"
    text = path.read_text()
    assert len(text) < MOST_BYTES
    assert ran.stored.metadata == MAKE.METADATA
    assert all(set(cell.metadata) <= {"tags"} for cell in ran.stored.cells)
    assert not re.search(r"(?<![\w.])/(?:home|root|tmp|usr|Users|work|opt)/|[A-Z]:\\\\|stderr|<iframe", text)
    assert f"{nbformat.writes(ran.stored)}\n" == text


def test_the_page_of_nbconvert_shows_everything(ran: Ran, browser: Any, tmp_path: Path) -> None:
    """With nothing loaded from anywhere, and nothing that the browser complains of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        html, _ = HTMLExporter(config=OFFLINE).from_notebook_node(ran.now)
    target = tmp_path / f"{ran.name}.html"
    target.write_text(html)
    said: list[str] = []
    asked: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(target.as_uri())
    shown = {
        kind: page.locator(kind) for kind in (".netviz-sheet table", ".netviz-picture img", ".netviz-frame iframe")
    }
    cells = [output for cell in ran.now.cells for output in outputs(cell, "text/html")]
    assert shown[".netviz-picture img"].count() == sum("image/png" in cell.data for cell in cells) >= 3
    assert shown[".netviz-frame iframe"].count() == 1
    for elements in shown.values():
        for element in elements.all():
            element.scroll_into_view_if_needed()
            assert element.is_visible()
    widths = page.eval_on_selector_all(".netviz-picture img", "all => all.map(one => one.naturalWidth)")
    assert all(width > 50 for width in widths)
    assert not page.locator(".netviz-frame > p").is_visible()
    inside = page.frames[1]
    assert inside.locator("svg.netviz-graph").first.is_visible()
    assert inside.evaluate("document.documentElement.classList.contains('js')")
    page.evaluate("document.querySelector('.netviz-frame iframe').remove()")
    assert page.locator(".netviz-frame > p").is_visible()
    assert said == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "data", "blob", "about"}
    page.close()
