"""Chromium as the oracle of pictures: it measures what it draws, and every text has to lie where it belongs."""

from __future__ import annotations

import shutil
from itertools import combinations
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

MEASURE = """() => {
  const rect = element => { const r = element.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
  const texts = parent => [...parent.querySelectorAll("text")].map(text => [text.textContent, ...rect(text)]);
  const svg = document.querySelector("svg");
  const groups = [...svg.querySelectorAll(".group > rect")].map(rect);
  return {
    svg: rect(svg),
    boxes: [...svg.querySelectorAll(".box")].map(box => ({at: rect(box.querySelector("rect")), texts: texts(box)})),
    groups: groups,
    heads: [...svg.querySelectorAll(".head")].map(head => ({at: rect(head), texts: texts(head)})),
    all: texts(svg),
    others: [...svg.querySelectorAll(".caption, .edges, .legend")].flatMap(texts),
    lines: [...svg.querySelectorAll(".edges path")].map(rect),
  };
}"""

Rect = list[float]


def measured(page: Any, svg: str) -> dict[str, Any]:
    page.set_content(f"<!DOCTYPE html><body style='margin:0'>{svg}</body>")
    found: dict[str, Any] = page.evaluate(MEASURE)
    return found


def within(inner: Rect, outer: Rect, slack: float = 0.3) -> bool:
    return (
        inner[0] >= outer[0] - slack and inner[1] >= outer[1] - slack
        and inner[2] <= outer[2] + slack and inner[3] <= outer[3] + slack
    )  # fmt: skip


def apart(one: Rect, other: Rect, slack: float = 0.3) -> bool:
    return (
        one[2] <= other[0] + slack or other[2] <= one[0] + slack
        or one[3] <= other[1] + slack or other[3] <= one[1] + slack
    )  # fmt: skip


def check(found: dict[str, Any]) -> None:
    picture = found["svg"]
    for box in found["boxes"]:
        assert within(box["at"], picture)
        for text, *at in box["texts"]:
            assert within(at, box["at"]), text
        # Texts of one line stand beside each other; the lines themselves may share a pixel of descent.
        for (one, *first), (other, *second) in combinations(box["texts"], 2):
            assert apart(first, second, 2.5), (one, other)
    for one, other in combinations(found["boxes"], 2):
        assert apart(one["at"], other["at"])
    for head in found["heads"]:
        for text, *at in head["texts"]:
            assert any(within(at, group) for group in found["groups"]), text
            assert all(apart(at, box["at"]) for box in found["boxes"]), text
        for (one, *first), (other, *second) in combinations(head["texts"], 2):
            assert apart(first, second, 2.5), (one, other)
    for text, *at in found["all"]:
        assert within(at, picture), text
    for text, *at in found["others"]:
        assert all(apart(at, box["at"]) for box in found["boxes"]), text
    for line in found["lines"]:
        assert within(line, picture)
