"""The page in a notebook: whole, shut off from what is around it, and told in a line where frames are taken away."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netviz.render.page.frame import page_to_frame
from tests.render.test_notebook import Tags

PAGE = """<!DOCTYPE html><html lang="en"><title>It's "R&amp;D"</title><body><p>before</p><script>
const reached = [];
const doors = [() => parent.document.title, () => localStorage.length, () => document.cookie, () => top.name = "x"];
for (const reach of doors)
  try { reach(); reached.push(String(reach)) } catch { }
document.querySelector("p").textContent = 1 < 2 && `after, reached: ${reached}`;
</script></body></html>"""


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\0")), st.text("<>&'\" ab="), st.text("<>&'\" ab="))
def test_the_page_is_in_the_frame_to_the_letter(page: str, title: str, summary: str) -> None:
    tags = Tags(page_to_frame(page, title, summary, 640))
    assert [tag for tag, _ in tags.found] == ["div", "style", "iframe", "p", "strong"]
    attributes = tags.found[2][1]
    assert (attributes["srcdoc"], attributes["title"], attributes["height"]) == (page, title, "640")
    assert title in tags.text and summary in tags.text


def test_the_frame_may_run_scripts_and_not_reach_out() -> None:
    may = str(Tags(page_to_frame(PAGE, "a", "b", 100)).found[2][1]["sandbox"]).split()
    assert "allow-scripts" in may and not {"allow-same-origin", "allow-top-navigation", "allow-forms"} & set(may)
