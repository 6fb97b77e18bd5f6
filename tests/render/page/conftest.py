"""Report pages in a real Chromium: made of a file or of a `Page`, opened, and watched for errors and requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import netviz
from netviz.analysis.page import build_page
from netviz.pages import Page
from netviz.render.page import page_to_html


def page_of(source: object) -> Page:
    """The report page of anything that netviz reads."""
    return build_page(netviz.inspect(source).model, version="0")


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], Path]:
    """The page of a source, or a `Page`, as a file; each source is made once."""
    folder = tmp_path_factory.mktemp("pages")
    made: dict[object, Path] = {}
    kept: list[Page] = []  # an id is that of one page for as long as there is that page

    def get(source: Any) -> Path:
        key = id(source) if isinstance(source, Page) else str(source)
        if key not in made:
            page = source if isinstance(source, Page) else page_of(source)
            kept.append(page)
            made[key] = folder / f"{len(made)}.html"
            made[key].write_text(page_to_html(page), encoding="utf-8")
        return made[key]

    return get


@pytest.fixture
def open_page(browser: Any, page_file: Callable[[Any], Path]) -> Iterator[Callable[..., Any]]:
    """Opens the page of a source, of a `Page`, or a file of HTML, at an address in it.

    Further arguments are those of a browser's context. The test fails on anything that the page says on its console, on
    any error in it, and on any request but for the file itself, whenever it comes.
    """
    contexts: list[Any] = []
    problems: list[str] = []

    def get(source: Any, address: str = "", **options: Any) -> Any:
        path = source if isinstance(source, Path) and source.suffix == ".html" else page_file(source)
        context = browser.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        own = path.as_uri()
        page.on("console", lambda message: problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: problems.append(f"error: {error}\n{error.stack}"))
        page.on("request", lambda request: problems.extend(_asked(request.url, own)))
        page.goto(own + address)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html.ready")
        return page

    yield get
    for context in contexts:
        context.close()
    assert not problems, "\n".join(problems)


def _asked(url: str, own: str) -> list[str]:
    """The request, as a problem, where it is for anything but the page itself and what it made."""
    return [] if url.split("#")[0] == own or url.startswith(("data:", "blob:")) else [f"request: {url}"]
