"""Operations that move, cut, repeat or join."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from netviz.catalog import find
from netviz.catalog.kinds import Arguments
from netviz.model import Tensor
from tests.catalog.draws import DTYPE, LENGTH, shapes
from tests.catalog.oracle import REFUSALS, agrees, tensor, tried

ENDS = st.one_of(st.none(), st.integers(-6, 6))
SLICE = st.builds(slice, ENDS, ENDS, st.sampled_from([None, 1, 2, -1]))
KEY = st.one_of(SLICE, SLICE, st.integers(-3, 3), st.none())


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_item(data: st.DataObject) -> None:
    shape = data.draw(shapes(1, 4))
    keys: list[Any] = data.draw(st.lists(KEY, min_size=1, max_size=4))
    if data.draw(st.booleans()):
        keys.insert(data.draw(st.integers(0, len(keys))), ...)
    agrees(tried(lambda: tensor(shape, data.draw(DTYPE))[tuple(keys)]))


def test_item_alone() -> None:
    agrees(tensor((4, 5))[1])
    agrees(tensor((None, 5))[..., 1:])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_one_tensor(data: st.DataObject) -> None:
    shape = data.draw(shapes(2, 4))
    x, ndim = tensor(shape, data.draw(DTYPE)), len(shape)
    axis, other = data.draw(st.integers(-ndim, ndim - 1)), data.draw(st.integers(-ndim, ndim - 1))
    count = data.draw(st.integers(1, 3))
    pads = data.draw(st.one_of(st.integers(0, 2), st.just((1, 2)), st.just(((0, 1),) * ndim)))
    make = {
        "transpose": lambda: ops.transpose(x, data.draw(st.one_of(st.none(), st.permutations(range(ndim))))),
        "expand": lambda: ops.expand_dims(x, data.draw(st.sampled_from([axis, [0, -1]]))),
        "squeeze": lambda: ops.squeeze(x, data.draw(st.sampled_from([None, axis, [axis]]))),
        "swap": lambda: ops.swapaxes(x, axis, other),
        "move": lambda: ops.moveaxis(x, axis, other),
        "unstack": lambda: ops.unstack(x, shape[axis] or 3, axis),
        "tile": lambda: ops.tile(x, data.draw(st.sampled_from([[count], [2, count], [1] * 5]))),
        "repeat": lambda: ops.repeat(x, count, data.draw(st.sampled_from([None, axis]))),
        "repeats": lambda: ops.repeat(x, [count] * (shape[axis] or 1), axis),
        "pad": lambda: ops.pad(x, pads),
        "ravel": lambda: ops.ravel(x),
        "diff": lambda: ops.diff(x, count, axis),
        "flip": lambda: ops.flip(x, axis),
        "roll": lambda: ops.roll(x, count, axis),
        "take": lambda: ops.take(x, data.draw(st.sampled_from([0, [0, 1], [[0], [1]]])), axis),
        "take all": lambda: ops.take(x, [0, 1]),
        "broadcast": lambda: ops.broadcast_to(x, (3, *[axis or 4 for axis in shape])),
        "reshape": lambda: ops.reshape(x, data.draw(st.sampled_from([(-1,), (-1, 1), (1, *[a or -1 for a in shape])]))),
    }
    agrees(tried(make[data.draw(st.sampled_from(sorted(make)))]))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_split(data: st.DataObject) -> None:
    shape = data.draw(shapes(2, 3))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    cuts = data.draw(st.one_of(st.integers(1, 4), st.lists(st.integers(0, 9), min_size=1, max_size=3).map(sorted)))
    agrees(tried(lambda: ops.split(tensor(shape), cuts, axis)))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_several_tensors(data: st.DataObject) -> None:
    shape = data.draw(shapes(1, 3))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    dtypes = data.draw(st.lists(DTYPE, min_size=1, max_size=3))
    agrees(tried(lambda: ops.stack([tensor(shape, dtype) for dtype in dtypes], axis)))
    axis %= len(shape)
    inputs = [tensor((*shape[:axis], data.draw(LENGTH), *shape[axis + 1 :]), dtype) for dtype in dtypes]
    agrees(tried(lambda: ops.concatenate(inputs, axis)))


def test_rows_and_columns() -> None:
    agrees(ops.vstack([tensor((2, 5)), tensor((3, 5), "float16")]))
    agrees(ops.hstack([tensor((None, 5)), tensor((None, None))]))


def test_slices_and_updates() -> None:
    x = tensor((None, 5, 6))
    agrees(ops.take_along_axis(x, tensor((None, 3, 6), "int32"), axis=1))
    agrees(ops.take_along_axis(x, tensor((None, 1, 2), "int32"), axis=-1))
    agrees(ops.slice(x, [0, 1, 2], [1, 2, -1]))
    agrees(ops.slice_update(x, [0, 1, 2], tensor((1, 2, 2))))
    agrees(ops.take(x, tensor((None, 3), "int32"), axis=1))
    agrees(ops.scatter_update(x, [[0, 1, 2]], [1.0]))


@pytest.mark.parametrize("name", ["Split", "Unstack"])
def test_outputs_without_end_are_refused(name: str) -> None:
    row = find(name, "keras.src.ops.numpy")
    assert row and row.output
    config = {"indices_or_sections": 10**12, "num": 10**12, "axis": 1}
    with pytest.raises(REFUSALS):
        row.output(config, Arguments((Tensor((None, None), "float32"),)))
