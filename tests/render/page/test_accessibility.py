"""axe-core, the rules that accessibility is tested by, finds nothing serious in any state of a page.

It comes inside the wheel of axe-playwright-python, byte for byte that of npm, so that no npm is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

import netviz
from tests.conftest import EXAMPLES

RESIDUAL = EXAMPLES / "residual.keras"
HIDDEN = EXAMPLES / "hidden.keras"
"""With a finding, and groups to be opened."""

STILL: dict[str, Any] = {"reduced_motion": "reduce"}
"""So that nothing is looked at while it fades in."""
DARK = {**STILL, "color_scheme": "dark"}
PHONE = {"viewport": {"width": 360, "height": 740}}
READERS: dict[str, tuple[Path, dict[str, Any]]] = {
    "light": (RESIDUAL, STILL),
    "dark": (HIDDEN, DARK),
    "phone": (HIDDEN, STILL | PHONE),
    "phone, dark": (RESIDUAL, DARK | PHONE),
}
ADDRESSES = ("#graph", "#layers", "#summary", "#layer/predictions")


def complaints(page: Any) -> list[str]:
    """What axe finds, each with its impact and the first elements that it is about; what it cannot tell is left out."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    assert len(found["passes"]) >= 15, "axe looked at the page"
    return [
        f"{one['impact']}: {one['id']}: {one['help']}: {[node['target'] for node in one['nodes'][:3]]}"
        for one in found["violations"]
    ]


def serious(found: list[str]) -> list[str]:
    return [one for one in found if one.startswith(("serious", "critical"))]


@pytest.mark.parametrize("reader", READERS)
def test_a_report(reader: str, open_page: Callable[..., Any]) -> None:
    source, options = READERS[reader]
    page = open_page(source, **options)
    for address in ADDRESSES:
        page.evaluate("address => { location.hash = address; }", address)
        if address.startswith("#layer/"):
            page.wait_for_selector("#panel:visible")
        assert complaints(page) == [], address
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("d")
    page.wait_for_selector("#hits:visible")
    assert complaints(page) == [], "search"


def test_a_report_without_script(open_page: Callable[..., Any]) -> None:
    """As a plain document, with the script of axe alone."""
    page = open_page(HIDDEN, **STILL)
    page.evaluate("document.documentElement.className = ''")
    assert complaints(page) == []


@pytest.mark.parametrize("options", [STILL, DARK], ids=["light", "dark"])
def test_tables(options: dict[str, Any], browser: Any, tmp_path: Path) -> None:
    net = netviz.inspect(RESIDUAL)
    tables = {"model": net.summary(), "layer": net["fc1"].summary(), "check": netviz.check(HIDDEN).summary()}
    context = browser.new_context(**options)
    for name, artifact in tables.items():
        page = context.new_page()
        page.goto(artifact.save(tmp_path / f"{name}.html").as_uri())
        found = complaints(page)
        assert serious(found) == [], name
    context.close()


def test_axe_sees_what_is_wrong(browser: Any) -> None:
    page = browser.new_page()
    page.set_content(
        "<!DOCTYPE html><html lang=en><title>t</title><body><p style='color:#ccc'>pale</p><button></button>"
    )
    page.evaluate(AXE_SCRIPT)
    ids = {one["id"] for one in page.evaluate("axe.run()")["violations"]}
    assert ids >= {"color-contrast", "button-name"}
    page.close()
