"""Frames per second of a page in headless Chromium, without a graphics card: panning and zooming over NASNetLarge."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import netviz
from tests.bench.drawing import MAKE
from tests.bench.timing import ENVIRONMENT

MODEL = "NASNetLarge"
GOAL = 30
"""Frames per second while all 1,041 boxes are panned."""

SECONDS = 3

COUNT = """() => {
  window.frames = [];
  const next = time => { window.frames.push(time); requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""
FIGURES = """() => {
  const gaps = window.frames.slice(1).map((time, at) => time - window.frames[at]);
  window.frames.length = 0;
  gaps.sort((one, other) => one - other);
  const sum = gaps.reduce((one, other) => one + other, 0);
  return [1000 * gaps.length / sum, gaps[Math.floor(0.99 * gaps.length)]];
}"""
STATE = "() => document.getElementById('canvas').scrollTop"


def measure_panning(source: str | None = None) -> None:
    """Prints frames per second and the slowest of a hundred frames: by wheel, by drag, and while zooming.

    `source` is a file of a model, NASNetLarge where there is none.
    """
    from playwright.sync_api import sync_playwright

    from tests.render.diagram.measuring import CHROMIUM

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        path = source or str(Path(name) / f"{MODEL}.keras")
        if source is None:
            subprocess.run([sys.executable, "-c", MAKE, MODEL, path], check=True, env=ENVIRONMENT, capture_output=True)
        file = Path(name) / "page.html"
        file.write_text(str(netviz.report(path, weights=False).to("html")), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(file.as_uri() + "#graph/layers")
        page.wait_for_function("document.documentElement.classList.contains('ready')")
        ready = page.evaluate("performance.getEntriesByName('ready')[0].startTime")
        boxes = page.locator("#canvas .box").count()
        print(f"{Path(path).stem:15} {boxes:,} boxes, interactive after {ready / 1000:.2f} s")
        page.wait_for_timeout(500)
        page.evaluate(COUNT)
        for size in ("100 %", "30 %", "whole"):
            _zoomed(page, size)
            if size != "whole":
                _told(page, f"panning by wheel at {size}", _wheel)
                _told(page, f"panning by drag at {size}", _drag)
            _told(page, f"zooming from {size}", _zoom)
        browser.close()


def _zoomed(page: Any, size: str) -> None:
    page.keyboard.press("0")
    if size == "whole":
        return
    # What the button says goes up in steps of a quarter.
    for _ in range(40):
        if float(page.locator(".percent").inner_text().split()[0]) >= float(size.split()[0]) * 0.9:
            break
        page.keyboard.press("+")
    page.wait_for_timeout(300)


def _told(page: Any, what: str, action: Any) -> None:
    page.wait_for_timeout(300)
    page.evaluate(FIGURES)
    action(page)
    rate, slow = page.evaluate(FIGURES)
    goal = f" (goal ≥ {GOAL})" if "panning" in what else ""
    print(f"  {what:26} {rate:5.1f} frames per second{goal}, 99 % of frames within {slow:.0f} ms", flush=True)


def _wheel(page: Any) -> None:
    page.mouse.move(700, 500)
    before = page.evaluate(STATE)
    for turn in range(SECONDS * 30):
        page.mouse.wheel(20, 120 if turn < SECONDS * 20 else -120)
    if page.evaluate(STATE) == before:
        raise AssertionError("the wheel did not move anything")


def _drag(page: Any) -> None:
    for _ in range(SECONDS):
        page.mouse.move(900, 850)
        page.mouse.down()
        page.mouse.move(400, 200, steps=40)
        page.mouse.up()


def _zoom(page: Any) -> None:
    page.mouse.move(700, 500)
    page.keyboard.down("Control")
    for turn in range(SECONDS * 10):
        page.mouse.wheel(0, -40 if turn < SECONDS * 5 else 40)
    page.keyboard.up("Control")


if __name__ == "__main__":
    measure_panning(*sys.argv[1:2])
