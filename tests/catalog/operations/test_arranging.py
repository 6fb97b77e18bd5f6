"""Operations that fill, join, cut and turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from tests.catalog.draws import BATCH, DTYPE, LENGTH, broadcastable, shapes
from tests.catalog.oracle import agrees, computes, tensor, tried

NUMBER = st.sampled_from(["float32", "float16", "int32"])
SIZE = st.integers(1, 4)


def spaced(call: Callable[..., Any]) -> Callable[[st.DataObject], Any]:
    """Steps from one end to the other, numbers or tensors."""

    def made(data: st.DataObject) -> Any:
        first, second = data.draw(broadcastable(2))
        start = tensor(first, data.draw(NUMBER))
        stop = data.draw(st.sampled_from([7, 2.5, tensor(second, data.draw(NUMBER))]))
        ends = (start, stop) if data.draw(st.booleans()) else (stop, start)
        dtype = data.draw(st.sampled_from([None, "float16", "float32"]))
        return call(*ends, num=data.draw(st.integers(1, 9)), dtype=dtype, axis=data.draw(st.integers(-1, 1)))

    return made


def appended(data: st.DataObject) -> Any:
    axis = data.draw(st.sampled_from([None, 0, 1, -1]))
    if axis is None:
        return ops.append(tensor(data.draw(shapes())), tensor(data.draw(shapes()), data.draw(NUMBER)))
    shape = data.draw(st.tuples(SIZE, SIZE))
    other = [data.draw(SIZE) if place == axis % 2 else length for place, length in enumerate(shape)]
    return ops.append(tensor(shape), tensor(tuple(other), data.draw(NUMBER)), axis=axis)


def stacked(data: st.DataObject) -> Any:
    shape = data.draw(st.lists(st.one_of(st.none(), SIZE), max_size=4))
    several = []
    for dtype in data.draw(st.lists(NUMBER, min_size=1, max_size=3)):
        own = [data.draw(LENGTH) if place == 2 else length for place, length in enumerate(shape)]
        several.append(tensor(tuple(own), dtype))
    return ops.dstack(several)


def cut(call: Callable[..., Any], place: int) -> Callable[[st.DataObject], Any]:
    """Pieces along an axis, of one length or cut at places."""

    def made(data: st.DataObject) -> Any:
        shape = data.draw(shapes(1 if place == 1 else place + 1, 4))
        cuts = data.draw(st.one_of(SIZE, st.lists(st.integers(0, 9), min_size=1, max_size=3).map(sorted)))
        return call(tensor(shape, data.draw(DTYPE)), cuts)

    return made


def grids(data: st.DataObject) -> Any:
    several = data.draw(st.lists(st.lists(LENGTH, max_size=2), min_size=2, max_size=3))
    dtype = data.draw(NUMBER)
    return ops.meshgrid(
        *(tensor(tuple(shape), dtype) for shape in several), indexing=data.draw(st.sampled_from(["xy", "ij"]))
    )


def selected(data: st.DataObject) -> Any:
    one, other, *choices = data.draw(broadcastable(4))
    dtype = data.draw(NUMBER)
    return ops.select([tensor(one, "bool"), tensor(other, "bool")], [tensor(choice, dtype) for choice in choices], 0)


def turned(data: st.DataObject) -> Any:
    axes = tuple(data.draw(st.permutations([0, 1, -1])))[:2]
    return ops.rot90(tensor((data.draw(BATCH), *data.draw(st.tuples(SIZE, SIZE)))), data.draw(st.integers(-2, 3)), axes)


PATTERNS: list[tuple[str, tuple[int, ...], dict[str, int]]] = [
    ("a b c -> c b a", (2, 3, 4), {}),
    ("a (b c) -> (a b) c", (2, 6), {"c": 2}),
    ("b h w c -> b (h w) c", (2, 3, 4, 5), {}),
    ("b (h1 h) (w1 w) c->(b h1 w1) h w c", (2, 4, 6, 3), {"h1": 2, "w1": 3}),
    ("b (x y)-> b y x", (3, 6), {"x": 2, "y": 3}),
]


def rearranged(data: st.DataObject) -> Any:
    pattern, shape, lengths = data.draw(st.sampled_from(PATTERNS))
    return ops.rearrange(tensor(shape, data.draw(NUMBER)), pattern, **lengths)


def scanned(data: st.DataObject) -> Any:
    elements = tensor((3, data.draw(SIZE)), data.draw(NUMBER))
    return ops.associative_scan(ops.maximum, elements, axis=data.draw(st.integers(0, 1)))


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "Linspace": spaced(ops.linspace),
    "Logspace": spaced(ops.logspace),
    "Full": lambda data: ops.full(
        data.draw(st.tuples(SIZE, SIZE)), tensor(()), dtype=data.draw(st.sampled_from([None, "int32", "float16"]))
    ),
    "Scatter": lambda data: ops.scatter(
        tensor((5, 2), "int32"), tensor((5,), data.draw(NUMBER)), data.draw(st.tuples(SIZE, SIZE).map(sorted))
    ),
    "UnravelIndex": lambda data: ops.unravel_index(
        tensor(data.draw(shapes()), data.draw(st.sampled_from(["int32", "int64"]))), data.draw(st.tuples(SIZE, SIZE))
    ),
    "Append": appended,
    "Dstack": stacked,
    "ArraySplit": lambda data: ops.array_split(
        tensor(data.draw(shapes(2, 3)), data.draw(DTYPE)), data.draw(SIZE), axis=data.draw(st.integers(-2, 1))
    ),
    "Vsplit": cut(ops.vsplit, 0),
    "Hsplit": cut(ops.hsplit, 1),
    "Dsplit": cut(ops.dsplit, 2),
    "Meshgrid": grids,
    "Select": selected,
    "Rot90": turned,
    "View": lambda data: ops.view(
        tensor((*data.draw(shapes(1, 2)), data.draw(st.sampled_from([4, 8, None]))), data.draw(NUMBER)),
        data.draw(st.sampled_from(["int32", "float16", "int64", "uint8"])),
    ),
    "AssociativeScan": scanned,
    "Rearrange": rearranged,
    "Size": lambda data: ops.size(tensor(data.draw(shapes()), data.draw(DTYPE))),
    "Ndim": lambda data: ops.ndim(tensor(data.draw(shapes()), data.draw(DTYPE))),
}

STATED_WRONGLY = {
    "Linspace": "the dtype of the start alone",
    "Logspace": "the dtype of the start alone",
    "Meshgrid": "float32, or the dtype of the last tensor",
    "Select": "the shape of the first choice",
    "Rot90": "two axes exchanged by any number of quarter turns",
    "Ndim": "a vector of so many elements",
}
"""What Keras 3.15 states before it computes something else."""


@pytest.mark.parametrize("name", sorted(CALLS.keys() - STATED_WRONGLY))
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


@pytest.mark.parametrize("name", STATED_WRONGLY)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_computed(name: str, data: st.DataObject) -> None:
    computes(tried(lambda: CALLS[name](data)))


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_geomspace(data: st.DataObject) -> None:
    """Keras 3.15 states the dtype of the start alone; TensorFlow steps along the first axis only."""
    agrees(tried(lambda: spaced(ops.geomspace)(data)), dtype=False)
