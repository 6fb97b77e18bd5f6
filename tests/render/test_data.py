from __future__ import annotations

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from netviz.render.data import data_to_json

TEXT = st.text(st.characters(), max_size=20)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)


@given(DATA)
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


def test_is_for_people_too() -> None:
    assert data_to_json({"naïve": [1]}) == '{\n  "naïve": [\n    1\n  ]\n}\n'
