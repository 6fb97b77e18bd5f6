from __future__ import annotations

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from netviz.render.data import data_to_json


def data(texts: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    """Whatever JSON can say, with these texts."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    )


@given(data(st.text(st.characters(), max_size=20)))
def test_round_trips_and_can_be_shown(data: object) -> None:
    text = data_to_json(data)
    text.encode("utf-8")
    assert json.loads(text) == data
    assert not set(text) & {"\x1b", "\x9b", "\u202e", "\u2028", "\ufeff"}


def test_is_strict() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    text = data_to_json({"a": (math.nan, math.inf, -math.inf), "b": 1 << 20_000})
    wanted = {"a": [None, "Infinity", "-Infinity"], "b": "2^20000"}
    assert json.loads(text, parse_constant=refuse) == wanted


@given(data(st.text("abc é漢\n\t\\\"'/>", max_size=20)))
def test_is_laid_out_as_python_does(data: object) -> None:
    assert data_to_json(data) == json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def test_is_for_people_too() -> None:
    assert data_to_json({"naïve": [1]}) == '{\n  "naïve": [\n    1\n  ]\n}\n'
