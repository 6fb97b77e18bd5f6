"""What the tests of the catalog draw: shapes, settings of windows, axes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

BATCH = st.sampled_from([None, 2])
LENGTH = st.one_of(st.none(), st.integers(1, 13))
DTYPE = st.sampled_from(["float32", "float16", "bfloat16", "int32", "int64", "uint8", "bool"])
POLICY = st.sampled_from(["float32", "mixed_float16", "bfloat16"])
FORMAT = st.sampled_from(["channels_last", "channels_first", None])


def per_axis(values: st.SearchStrategy[int], rank: int) -> st.SearchStrategy[Any]:
    """One value for all axes or one for each."""
    return st.one_of(values, st.tuples(*[values] * rank))


@st.composite
def image(draw: st.DrawFn, rank: int, data_format: str | None, channels: int = 4) -> tuple[int | None, ...]:
    """A shape with `rank` spatial axes, some of any length."""
    axes = tuple(draw(LENGTH) for _ in range(rank))
    batch = draw(BATCH)
    return (batch, channels, *axes) if data_format == "channels_first" else (batch, *axes, channels)


@st.composite
def shapes(draw: st.DrawFn, smallest: int = 1, largest: int = 4) -> tuple[int | None, ...]:
    """A shape with that many axes, the batch among them."""
    return (draw(BATCH), *draw(st.lists(LENGTH, min_size=smallest - 1, max_size=largest - 1)))


@st.composite
def broadcastable(draw: st.DrawFn, count: int, smallest: int = 1) -> list[tuple[int | None, ...]]:
    """Shapes that stretch to one; an axis of any length may stand for a known one."""
    whole = draw(shapes(smallest, 4))
    found = []
    for _ in range(count):
        axes = [draw(st.sampled_from([axis, axis, 1, None])) for axis in whole[1:]]
        found.append((whole[0], *axes))
    return found
