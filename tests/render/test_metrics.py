from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.render.diagram.faces import FACES
from netviz.render.escape import visible
from netviz.render.metrics import Face, is_safe, text_width, wrap
from tests.render.names import HOSTILE

NAMES = st.text("abcWXYZil0129_./-", min_size=1, max_size=99)


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.css)
@given(text=st.one_of(st.text(max_size=80), st.sampled_from(HOSTILE), NAMES),
       width=st.floats(60, 340), lines=st.integers(1, 4))  # fmt: skip
def test_lines_fit_and_say_the_text(face: Face, text: str, width: float, lines: int) -> None:
    found = wrap(text, face, width, lines)
    assert len(found) <= lines
    assert all(text_width(line, face) <= width + 1e-6 for line in found)
    said, whole = "".join(found).replace(" ", ""), visible(text).replace(" ", "")
    if said != whole:
        head, _, tail = said.partition("…")
        assert whole.startswith(head) and whole.endswith(tail.rpartition("…")[2])


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.css)
@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_what_is_safe_is_narrower_than_its_room(face: Face, text: str) -> None:
    assert not is_safe(text, face, text_width(text, face) - 0.01)


@given(st.text(max_size=40), st.text(max_size=40))
def test_widths_add_up(one: str, other: str) -> None:
    for face in FACES:
        assert text_width(one + other, face) == pytest.approx(text_width(one, face) + text_width(other, face))


def test_an_accented_letter_is_as_wide_as_its_base() -> None:
    for face in FACES:
        assert text_width("é", face) == text_width("e", face) == text_width("e\u0301", face)
