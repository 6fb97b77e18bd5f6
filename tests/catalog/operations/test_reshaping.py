"""Operations that move, cut, repeat or join."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from netviz.catalog import find
from netviz.catalog.kinds import RULE_ERRORS, Arguments
from netviz.model import Tensor
from tests.catalog.draws import BATCH, DTYPE, LENGTH, shapes
from tests.catalog.oracle import agrees, tensor, tried

ENDS = st.one_of(st.none(), st.integers(-6, 6))
SLICE = st.builds(slice, ENDS, ENDS, st.sampled_from([None, 1, 2, -1]))
DTYPES = st.lists(DTYPE, min_size=1, max_size=3)
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


def cut(data: st.DataObject) -> Any:
    """Pieces of one length, or cut at places."""
    x, axis = one(data)
    cuts = data.draw(st.one_of(st.integers(1, 4), st.lists(st.integers(0, 9), min_size=1, max_size=3).map(sorted)))
    return ops.split(x, cuts, axis)


def stacked(data: st.DataObject) -> Any:
    """Tensors of one shape on a new axis."""
    shape, dtypes = data.draw(shapes(1, 3)), data.draw(DTYPES)
    axis = data.draw(st.integers(-len(shape) - 1, len(shape)))
    return ops.stack([tensor(shape, dtype) for dtype in dtypes], axis)


def joined(call: Callable[..., Any], along: int | None) -> Callable[[st.DataObject], Any]:
    """Tensors one behind the other, along that axis or any."""

    def made(data: st.DataObject) -> Any:
        shape, dtypes = data.draw(shapes(2, 3)), data.draw(DTYPES)
        axis = data.draw(st.integers(-len(shape), len(shape) - 1)) if along is None else along
        place = axis % len(shape)
        tensors = [tensor((*shape[:place], data.draw(LENGTH), *shape[place + 1 :]), dtype) for dtype in dtypes]
        return call(tensors, axis) if along is None else call(tensors)

    return made


def one(data: st.DataObject, smallest: int = 2) -> tuple[Any, int]:
    """A tensor, and one of its axes."""
    shape = data.draw(shapes(smallest, 4))
    return tensor(shape, data.draw(DTYPE)), data.draw(st.integers(-len(shape), len(shape) - 1))


def exchanged(call: Callable[..., Any]) -> Callable[[st.DataObject], Any]:
    """Two axes of a tensor."""

    def made(data: st.DataObject) -> Any:
        x, axis = one(data)
        return call(x, axis, data.draw(st.integers(-x.ndim, x.ndim - 1)))

    return made


def repeated(data: st.DataObject) -> Any:
    """Each element as often, or each a number of times of its own, along an axis or in one row."""
    x, axis = one(data)
    count = data.draw(st.integers(1, 3))
    if data.draw(st.booleans()):
        return ops.repeat(x, [count] * (x.shape[axis] or 1), axis)
    return ops.repeat(x, count, data.draw(st.sampled_from([None, axis])))


def taken(data: st.DataObject) -> Any:
    """Elements by one or by many numbers, along an axis or of all."""
    x, axis = one(data)
    places = data.draw(st.sampled_from([0, [0, 1], [[0], [1]], tensor((None, 3), "int32")]))
    return ops.take(x, places, axis) if data.draw(st.booleans()) else ops.take(x, places)


def taken_along(data: st.DataObject) -> Any:
    """As many elements along an axis as there are numbers, the other axes broadcast."""
    axis = data.draw(st.sampled_from([0, 1, -1, None]))
    if axis is None:
        return ops.take_along_axis(tensor((3, 4)), tensor((data.draw(LENGTH),), "int32"), axis=None)
    shape, dtype = [3, 4, 5], data.draw(DTYPE)
    places = [
        data.draw(LENGTH) if place == axis % 3 else data.draw(st.sampled_from([1, length, None]))
        for place, length in enumerate(shape)
    ]
    return ops.take_along_axis(tensor(tuple(shape), dtype), tensor(tuple(places), "int32"), axis=axis)


def sliced(data: st.DataObject) -> Any:
    """A part of a tensor, to its end where the length is -1."""
    x = tensor((data.draw(BATCH), 5, data.draw(LENGTH)), data.draw(DTYPE))
    lengths = [data.draw(st.sampled_from([1, -1])), 2, data.draw(st.sampled_from([1, -1]))]
    return ops.slice(x, [0, data.draw(st.integers(0, 2)), 0], lengths)


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "Transpose": lambda data: transposed(one(data)[0], data),
    "ExpandDims": lambda data: expanded(*one(data), data),
    "Squeeze": lambda data: squeezed(*one(data), data),
    "Swapaxes": exchanged(ops.swapaxes),
    "Moveaxis": exchanged(ops.moveaxis),
    "Unstack": lambda data: unstacked(*one(data)),
    "Split": cut,
    "Tile": lambda data: ops.tile(one(data)[0], data.draw(st.sampled_from([[1], [2, 3], [1] * 5]))),
    "Repeat": repeated,
    "Pad": lambda data: padded(one(data)[0], data),
    "Ravel": lambda data: ops.ravel(one(data, 1)[0]),
    "Diff": lambda data: differences(*one(data), data),
    "Take": taken,
    "TakeAlongAxis": taken_along,
    "BroadcastTo": lambda data: broadcast(one(data)[0]),
    "Reshape": lambda data: reshaped(one(data)[0], data),
    "Slice": sliced,
    "SliceUpdate": lambda data: ops.slice_update(
        tensor((data.draw(BATCH), 5, 6), data.draw(DTYPE)), [0, 1, 2], tensor((1, 2, data.draw(st.integers(1, 4))))
    ),
    "ScatterUpdate": lambda data: ops.scatter_update(
        tensor((data.draw(BATCH), 5, 6)), [[0, 1, 2]], [1.0]
    ),
    "Stack": stacked,
    "Concatenate": joined(ops.concatenate, None),
    "Vstack": joined(ops.vstack, 0),
    "Hstack": joined(ops.hstack, 1),
}  # fmt: skip


def transposed(x: Any, data: st.DataObject) -> Any:
    return ops.transpose(x, data.draw(st.one_of(st.none(), st.permutations(range(x.ndim)))))


def expanded(x: Any, axis: int, data: st.DataObject) -> Any:
    return ops.expand_dims(x, data.draw(st.sampled_from([axis, [0, -1]])))


def squeezed(x: Any, axis: int, data: st.DataObject) -> Any:
    return ops.squeeze(x, data.draw(st.sampled_from([None, axis, [axis]])))


def unstacked(x: Any, axis: int) -> Any:
    return ops.unstack(x, x.shape[axis] or 3, axis)


def padded(x: Any, data: st.DataObject) -> Any:
    return ops.pad(x, data.draw(st.one_of(st.integers(0, 2), st.just((1, 2)), st.just(((0, 1),) * x.ndim))))


def differences(x: Any, axis: int, data: st.DataObject) -> Any:
    return ops.diff(x, data.draw(st.integers(1, 3)), axis)


def broadcast(x: Any) -> Any:
    return ops.broadcast_to(x, (3, *[axis or 4 for axis in x.shape]))


def reshaped(x: Any, data: st.DataObject) -> Any:
    return ops.reshape(x, data.draw(st.sampled_from([(-1,), (-1, 1), (1, *[axis or -1 for axis in x.shape])])))


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


@pytest.mark.parametrize("name", ["Split", "Unstack"])
def test_outputs_without_end_are_refused(name: str) -> None:
    row = find(name, "keras.src.ops.numpy")
    assert row and row.output
    config = {"indices_or_sections": 10**12, "num": 10**12, "axis": 1}
    with pytest.raises(RULE_ERRORS):
        row.output(config, Arguments((Tensor((None, None), "float32"),)))
