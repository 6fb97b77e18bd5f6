"""The values of weights held against each other: numpy and Keras say what is true of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import h5py
import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from keras import layers

from netviz.analysis.diff.layers import paired
from netviz.analysis.diff.results import Comparison
from netviz.analysis.diff.values import compare_weights
from netviz.analysis.diff.words import remarks
from netviz.errors import NetvizError
from netviz.model import Layer, Model, Source, Tensor, Weight
from netviz.readers import read
from netviz.readers.unpack import sizes
from tests.models import quantized

RTOL, ATOL = 1e-5, 1e-8
DTYPES = ["<f2", "<f4", "<f8", ">f4", "<c8", "<c16", "i1", "u1", "<i4", "<i8", "?"]
EDGES = (0.0, -0.0, 1.0, 1.0 + 1e-6, -1.0, 1e-39, 5e-324, 1e30, 1e300, -1.7e308, np.inf, -np.inf, np.nan)


@dataclass
class Kept:
    """A store of arrays, given in blocks of so many rows; counts how often each was read."""

    arrays: dict[str, Any]
    rows: int = 3
    reads: Counter[str] = field(default_factory=Counter)

    def read(self, weight: Weight) -> Any:
        return self.arrays[weight.path]

    def blocks(self, weight: Weight) -> Iterator[Any]:
        self.reads[weight.path] += 1
        array = self.arrays[weight.path]
        if not array.ndim:
            yield array
        for begin in range(0, array.shape[0] if array.ndim else 0, self.rows):
            yield array[begin : begin + self.rows]


def dtype_name(array: Any) -> str:
    return "string" if array.dtype.kind == "U" else str(array.dtype.newbyteorder("="))


def model_of(
    *arrays: Any,
    rows: int = 3,
    config: dict[str, object] | None = None,
    class_name: str = "Dense",
    name: str = "kernel",
) -> Model:
    """A model of one layer with these arrays as weights."""
    weights = tuple(
        Weight(f"{number}", name, Tensor(array.shape, dtype_name(array)), True) for number, array in enumerate(arrays)
    )
    store = Kept({weight.path: array for weight, array in zip(weights, arrays, strict=True)}, rows)
    layer = Layer("layer", "layer", class_name, None, config or {}, weights)
    return Model(layer, Source(None, "none", None, "static"), store=store)


def compared(a: Any, b: Any, rows: tuple[int, int] = (3, 4), **options: Any) -> Comparison:
    """The comparison of two arrays."""
    return between(model_of(a, rows=rows[0], **options), model_of(b, rows=rows[1], **options))[0]


def between(a: Model, b: Model, **options: Any) -> list[Comparison]:
    """The comparisons of all weights that two models have by the same names, in layers of the same place."""
    pairs = [
        (one, other, weight, by_name[weight.name])
        for one, other in zip([a.root, *a.root.walk()], [b.root, *b.root.walk()], strict=True)
        for by_name in [{weight.name: weight for weight in other.weights}]
        for weight in one.weights
        if weight.name in by_name
    ]
    return compare_weights(pairs, a, b, **{"rtol": RTOL, "atol": ATOL, **options})


SWAPPED: dict[str, Literal["", "a", "b", "both"]] = {"": "", "a": "b", "b": "a", "both": "both"}


def mirrored(one: Comparison) -> Comparison:
    return replace(
        one,
        a=one.b,
        b=one.a,
        zeros=one.zeros and (one.zeros[1], one.zeros[0]),
        nonfinite=(one.nonfinite[1], one.nonfinite[0]),
        initial=SWAPPED[one.initial],
        detail="" if one.verdict == "transposed" else one.detail,
    )


@st.composite
def pairs(draw: st.DrawFn, dtypes: Sequence[str] = DTYPES) -> tuple[Any, Any]:
    """Two arrays of the same shape and dtype, of which few values or all differ."""
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    with np.errstate(all="ignore"):
        edges = [np.float64(value).astype(dtype) for value in EDGES] if dtype.kind in "fc" else [0, 1]
    elements = st.one_of(st.sampled_from(edges), hnp.from_dtype(dtype))
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, max_side=5))
    a = draw(hnp.arrays(dtype, shape, elements=elements))
    if draw(st.booleans()):
        return a, draw(hnp.arrays(dtype, shape, elements=elements))
    b = a.copy()
    for _ in range(draw(st.integers(0, 2))):
        b.reshape(-1)[draw(st.integers(0, max(b.size - 1, 0)))] = draw(elements)
    return a, b


@given(pairs(), st.integers(1, 5), st.integers(1, 5))
@settings(max_examples=100, deadline=None)
def test_identical_is_what_numpy_calls_equal(arrays: tuple[Any, Any], first: int, second: int) -> None:
    a, b = arrays
    found = compared(a, b, (first, second))
    assert (found.verdict == "identical") == np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    otherwise_cut = compared(a, b, (2, 5))
    assert found == replace(otherwise_cut, relative=found.relative, cosine=found.cosine)
    assert (found.relative, found.cosine) == pytest.approx((otherwise_cut.relative, otherwise_cut.cosine))
    assert mirrored(found) == replace(compared(b, a, (second, first)), detail=mirrored(found).detail)


@given(pairs([dtype for dtype in DTYPES if "c" not in dtype]))
@settings(max_examples=100, deadline=None)
def test_figures_are_those_of_exact_arithmetic(arrays: tuple[Any, Any]) -> None:
    a, b = arrays
    found = compared(a, b)
    assume(found.verdict != "identical")
    finite = [
        (Fraction(x.item()), Fraction(y.item()))
        for x, y in zip(a.reshape(-1), b.reshape(-1), strict=True)
        if np.isfinite(x) and np.isfinite(y)
    ]
    assert found.values == a.size
    assert found.nonfinite == tuple(one.size - np.count_nonzero(np.isfinite(one)) for one in (a, b))
    assert found.zeros == (np.mean(a == 0), np.mean(b == 0))
    same = (a == b) | (np.isnan(a) & np.isnan(b)) if a.dtype.kind == "f" else a == b
    assert found.differing == np.count_nonzero(~same)
    if all(x == y for x, y in finite):  # only what is not finite differs
        assert (found.maximum, found.relative, found.cosine) == (None, None, None)
        return
    largest = max(abs(x - y) for x, y in finite)
    try:
        expected = pytest.approx(float(largest), rel=1e-12, abs=5e-324)
    except OverflowError:
        expected = None
    assert found.maximum == expected
    close = all(abs(x - y) <= Fraction(ATOL) + Fraction(RTOL) * max(abs(x), abs(y)) for x, y in finite)
    rest = np.isfinite(a) & np.isfinite(b)
    assert (found.verdict == "close") == (close and bool(np.all(same | rest)))
    norms = [sum((pair[side] ** 2 for pair in finite), Fraction(0)) for side in (0, 1)]
    apart = sum(((x - y) ** 2 for x, y in finite), Fraction(0))
    if max(norms):
        assert found.relative == pytest.approx(root(apart / max(norms)), rel=1e-9, abs=1e-15)
    dot = sum((x * y for x, y in finite), Fraction(0))
    if min(norms) and root(min(norms) / max(norms)) > 1e-100:
        cosine = root(dot**2 / (norms[0] * norms[1])) * (1 if dot > 0 else -1)
        assert found.cosine == pytest.approx(cosine, rel=1e-9, abs=1e-12)


def root(value: Fraction) -> float:
    """The square root of what may be beyond float64 on the way."""
    if not value:
        return 0.0
    shift = (value.numerator.bit_length() - value.denominator.bit_length()) // 2
    return math.ldexp(math.sqrt(value / Fraction(4) ** shift), shift)


SHAPES = st.sampled_from([(7,), (3, 5), (4, 4), (3, 3, 4, 6), (1, 5, 2), (6, 1)])


@given(SHAPES, st.integers(0, 1000), st.data())
@settings(max_examples=60, deadline=None)
def test_an_axis_in_another_order_is_named(shape: tuple[int, ...], seed: int, data: st.DataObject) -> None:
    numbers = np.random.default_rng(seed)
    a = numbers.normal(size=shape).astype("f4")
    moved = data.draw(st.sets(st.sampled_from(range(len(shape))), min_size=1))
    b = a
    for axis in moved:
        b = b.take(numbers.permutation(shape[axis]), axis)
    found = compared(a, b)
    changed = [axis for axis in sorted(moved) if shape[axis] > 1]
    assert found.verdict == ("identical" if np.array_equal(a, b) else "permuted")
    if found.verdict == "permuted":
        named = [int(word) for word in found.detail.split() if word.isdecimal()]
        assert set(named) <= set(changed)
        assert b.shape == a.shape
        rest = tuple(axis for axis in range(a.ndim) if axis not in named)
        if not named or not rest:
            return
        # Along the axes that are not named nothing moved: slices there hold the same values.
        for axis in rest:
            others = tuple(other for other in range(a.ndim) if other != axis)
            np.testing.assert_array_equal(
                np.sort(a.transpose(axis, *others).reshape(shape[axis], -1)),
                np.sort(b.transpose(axis, *others).reshape(shape[axis], -1)),
            )


@given(SHAPES, st.integers(0, 1000), st.data())
@settings(max_examples=60, deadline=None)
def test_axes_in_another_order_are_named(shape: tuple[int, ...], seed: int, data: st.DataObject) -> None:
    a = np.random.default_rng(seed).normal(size=shape).astype("f4")
    b = a.transpose(data.draw(st.permutations(range(len(shape)))))
    found = compared(a, b)
    if a.shape == b.shape and np.array_equal(a, b):
        assert found.verdict == "identical"
        return
    assert found.verdict == "transposed"
    axes = tuple(int(word.strip("(),")) for word in found.detail.split()[1:])
    np.testing.assert_array_equal(a.transpose(axes), b)


def test_the_same_values_anyhow() -> None:
    numbers = np.random.default_rng(0)
    a = numbers.normal(size=(6, 7))
    found = compared(a, numbers.permutation(a.reshape(-1)).reshape(6, 7))
    assert (found.verdict, found.detail) == ("permuted", "in another order")
    sums = a.copy()
    sums[0, 0], sums[0, 1] = a[0, 0] + 1, a[0, 1] - 1  # the same sum, other values
    assert compared(a, sums).verdict == "changed"


def test_pruned() -> None:
    a = np.random.default_rng(0).normal(size=(8, 8)).astype("f4")
    b = np.where(np.abs(a) < 0.5, np.float32(0), a)
    found = compared(a, b)
    assert found.verdict == compared(b, a).verdict == "pruned"
    assert found.differing == np.count_nonzero(b == 0)
    assert found.zeros == (0, np.mean(b == 0))
    assert compared(a, np.zeros_like(a)).verdict == "changed"  # nothing of it is left
    assert compared(a, b * 2).verdict == "changed"
    both = a.copy()
    both[0] = 0
    assert compared(both, np.where(np.arange(8) == 3, np.float32(0), a)).verdict == "changed"  # zeros on either side
    many = np.ones((40, 50), "f4")
    for gone, expected in ((1, "changed"), (19, "changed"), (20, "pruned")):
        b = many.copy()
        b.reshape(-1)[:gone] = 0
        assert compared(many, b).verdict == compared(b, many).verdict == expected
    for odd in (5.0, np.nan, np.inf):  # what was zero became something
        assert compared(np.array([0.0, 1, 2]), np.array([odd, 1, 2])).verdict == "changed"
    assert compared(np.array([0.0, 0, 1, 2]), np.array([np.nan, np.nan, 1, 2])).verdict == "changed"


@pytest.mark.parametrize("odd", [np.inf, -np.inf, np.nan], ids=str)
def test_what_is_finite_on_one_side_only_is_changed(odd: float) -> None:
    a = np.array([3.0, 1.0, 70000.0], "f4")
    for dtype in ("f4", "f2", "f8"):
        b = np.array([3.0, 1.0, odd], dtype)
        found = compared(a, b)
        assert (found.verdict, found.nonfinite) == ("changed", (0, 1))
        assert (found.maximum, found.relative, found.cosine) == (None, None, None)
        assert remarks(found).endswith("1 value not finite in B")
        assert remarks(compared(np.array([odd, odd, 1.0]), a[[1, 1, 1]])).endswith("2 values not finite in A")
        found = compared(np.array([2.0, 1.0, 7.0]), b)
        assert found.maximum == 1


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"])
def test_rounding_to_a_narrower_dtype_is_close(dtype: str) -> None:
    a = np.random.default_rng(0).normal(size=(40, 40)).astype("f4") * np.float32(10) ** np.arange(-20, 20) ** 1
    a = np.where(np.abs(a) < 200, a, np.float32(1))
    b = np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(a, dtype))).astype("f4")
    model_a, model_b = model_of(a), model_of(b)
    weight = replace(model_b.root.weights[0], tensor=Tensor(b.shape, dtype))
    model_b = replace(model_b, root=replace(model_b.root, weights=(weight,)))
    (found,) = between(model_a, model_b)
    assert (found.verdict, found.detail) == ("close", f"within the rounding of {dtype}")
    model_b.store.arrays["0"] = b * np.float32(1.3)  # type: ignore[union-attr]
    (found,) = between(model_a, model_b)
    assert found.verdict == "changed"
    assert dtype in found.detail


def test_texts() -> None:
    a, b = np.array(["a", "b", "c"]), np.array(["c", "b", "a"])
    assert compared(a, a.copy()).verdict == "identical"
    found = compared(a, b)
    assert (found.verdict, found.differing) == ("changed", 2)


def test_other_shapes() -> None:
    found = compared(np.ones((3, 4)), np.ones((4, 4)))
    assert (found.verdict, found.differing, found.maximum) == ("resized", 0, None)


class Damaged(Kept):
    def blocks(self, weight: Weight) -> Iterator[Any]:
        yield from super().blocks(weight)
        raise NetvizError("the file ends here")


def test_damage_makes_unread() -> None:
    model, copy = model_of(np.ones((9, 9))), model_of(np.ones((9, 9)))
    for store in (Damaged({"0": np.ones((9, 9))}), None):
        broken = replace(copy, store=store)
        for found in (between(model, broken), between(broken, model), between(broken, broken)):
            assert found[0].verdict == "unread"
            assert found[0].reason
            assert not found[0].same


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((300,)), layers.Dense(400, name="first"), layers.Dense(300, name="second")])
    path, cut = tmp_path / "m.h5", tmp_path / "cut.h5"
    model.save(path)
    with h5py.File(path) as file:
        values = [file[f"model_weights/{name}"] for name in ("first", "second")]
        places = [group[next(iter(group))][group.name.split("/")[-1]]["kernel"].id.get_offset() for group in values]
    cut.write_bytes(path.read_bytes()[: max(places) + 1000])
    found = {one.a.path: one for one in between(read(path), read(cut))}
    assert any(one.verdict == "unread" and one.reason for one in found.values())


def test_what_is_equal_is_read_once_and_what_is_shared_too() -> None:
    a, b = model_of(np.ones((9, 9))), model_of(np.ones((9, 9)))
    assert len(compare_weights([(a.root, b.root, a.root.weights[0], b.root.weights[0])] * 3, a, b)) == 3
    assert a.store.reads == b.store.reads == {"0": 1}  # type: ignore[union-attr]


@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_progress_goes_up_to_the_bytes_of_both_sides(factor: float) -> None:
    arrays = [np.ones((40, 30), "f4"), np.ones(7), np.ones((), "f4")]
    others = [array.copy() for array in arrays]
    for array in others:
        array.reshape(-1)[-1] *= factor  # late, so that what was read is read again
    told: list[tuple[int, int]] = []
    between(model_of(*arrays), model_of(*others), progress=lambda done, total: told.append((done, total)))
    assert {total for _, total in told} == {told[-1][0]}
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_large_weights_are_compared_whole() -> None:
    a = np.random.default_rng(0).normal(size=(300, 9000)).astype("f4")
    b = a.copy()
    b[-1, -1] += 1
    assert compared(a, a.copy(), (7, 100)).verdict == "identical"
    found = compared(a, b, (7, 100))
    assert (found.differing, found.values) == (1, a.size)
    assert found.relative == pytest.approx(np.linalg.norm((a - b).astype("f8")) / np.linalg.norm(b.astype("f8")))


def test_weights_of_many_blocks_are_compared_whole_from_files(tmp_path: Path) -> None:
    """Read into the same memory block after block, with one side ahead: values differ where h5py says that they do."""
    keras.utils.clear_session(free_memory=False)
    model = keras.Sequential([keras.Input((1700,)), layers.Dense(1500, name="d")], name="m")
    paths = [tmp_path / f"{name}.weights.h5" for name in ("a", "same", "b")]
    for path in paths:
        model.save_weights(path)
    with h5py.File(paths[2], "a") as file:
        kernel = file["layers/dense/vars/0"]
        rows = [0, 349, 350, 699, 1049, 1699]
        for row in rows:
            kernel[row, row % 1500] = 7 + row
        changed = kernel[:]
    with h5py.File(paths[0]) as file:
        before = file["layers/dense/vars/0"][:]
    assert [one.verdict for one in between(read(paths[0]), read(paths[1]))] == ["identical"] * 2
    found = between(read(paths[0]), read(paths[2]))[0]
    assert found.differing == len(rows)
    assert found.maximum == np.abs(before.astype("f8") - changed).max()


QUICK = {("dense", "int4_channel"), ("tables", "int4_blocks")}
QUANTISED = [
    pytest.param(name, mode, marks=() if (name, mode) in QUICK else pytest.mark.all_models)
    for name in ("dense", "tables", "attention", "grouped")
    for mode in quantized.MODES
    if mode != "float8"
]


@pytest.mark.filterwarnings("ignore:.*does not have a `quantize` method")
@pytest.mark.parametrize(("name", "mode"), QUANTISED)
def test_quantised_stands_for_the_floats(name: str, mode: str, tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    model = getattr(quantized, name)()
    paths = tmp_path / "floats.keras", tmp_path / "quantised.keras"
    model.save(paths[0])
    model.quantize(config=quantized.MODES[mode]())
    model.save(paths[1])
    before, after = read(paths[0]), read(paths[1])
    found = between(before, after)
    assert {one.verdict for one in found if one.a.tensor.dtype != one.b.tensor.dtype} == {"quantised"}
    assert {one.verdict for one in found if one.a.tensor.dtype == one.b.tensor.dtype} <= {"identical"}
    assert all(mode[:4] in one.detail for one in found if one.verdict == "quantised")
    assert [mirrored(one) for one in between(after, before)] == found
    numbers: Any = np.random.default_rng(1)
    other = {one.a.path: numbers.normal(size=sizes(one.a.tensor)).astype("f4") for one in found}
    assert {one.verdict for one in between(replace(before, store=Kept(other)), after)} == {"changed"}


@pytest.mark.parametrize("mode", ["gptq4", "gptq3", "awq"])
def test_gptq_and_awq_stand_for_what_keras_computes_with(mode: str) -> None:
    inputs = keras.Input((7,))
    model = keras.Model(inputs, layers.Dense(5, dtype=quantized.POLICIES[mode])(inputs))
    dense, numbers = model.layers[1], np.random.default_rng(0)
    for weight in dense.weights:
        whole = "uint8" in str(weight.dtype)
        values = numbers.integers(0, 8, weight.shape) if whole else numbers.uniform(0.5, 1.5, weight.shape)
        weight.assign(np.zeros(weight.shape) if "g_idx" in weight.name else values.astype(weight.dtype))
    dense.is_gptq_calibrated = dense.is_awq_calibrated = True
    dense.bias.assign(np.zeros(5))
    kernel = np.asarray(model(np.eye(7, dtype="f4")))  # what comes out for unit vectors are the rows of the kernel
    after = read(model)
    layer = next(layer for layer in after.root.walk() if layer.weights)
    stored = next(weight for weight in layer.weights if weight.name == "quantized_kernel")
    before = model_of(kernel)
    (found,) = compare_weights([(before.root, layer, before.root.weights[0], stored)], before, after)
    assert found.verdict == "quantised"
    assert found.relative == pytest.approx(0, abs=1e-6)
    assert found.detail == f"{mode.rstrip('34')} with scales and zero points"
    assert paired(before.root.weights, layer.weights)[0] == [(before.root.weights[0], stored)]


@pytest.mark.parametrize("mode", ["int8", "int4_channel"])
def test_whole_numbers_are_what_they_stand_for(mode: str) -> None:
    """The same numbers with other scales are another kernel, other numbers with scales to fit the same."""
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Dense(4, name="d")(inputs))
    keras.utils.set_random_seed(0)
    model.quantize(config=quantized.MODES[mode]())
    before = read(model)
    scale = np.asarray(model.layers[1].kernel_scale)
    kernel = np.asarray(model(np.eye(6, dtype="f4")))
    assert kernel.any()
    (layer,) = (layer for layer in before.root.walk() if layer.weights)
    arrays = {weight.path: before.store.read(weight) for weight in layer.weights}  # type: ignore[union-attr]
    names = {weight.name: weight for weight in layer.weights}
    halved = replace(before, store=Kept({**arrays, names["kernel_scale"].path: scale / 2}))
    (found,) = compare_weights([(layer, layer, names["kernel"], names["kernel"])], before, halved)
    assert found.verdict == "changed"
    assert found.relative == pytest.approx(0.5)
    whole = arrays[names["kernel"].path] // 2 * 2
    even = replace(before, store=Kept({**arrays, names["kernel"].path: whole}))
    other = {names["kernel"].path: whole // 2, names["kernel_scale"].path: scale / 2}
    pair = (layer, layer, names["kernel"], names["kernel"])
    (found,) = compare_weights([pair], even, replace(before, store=Kept({**arrays, **other})))
    assert found.same
    turned = {names["kernel"].path: arrays[names["kernel"].path][:, ::-1], names["kernel_scale"].path: scale[::-1]}
    (found,) = compare_weights([pair], before, replace(before, store=Kept({**arrays, **turned})))
    assert (found.verdict, found.detail) == ("permuted", "axis 1 in another order")


def test_fine_tuning_two_layers(tmp_path: Path) -> None:
    model = keras.Sequential(
        [keras.Input((8,)), *(layers.Dense(8, "relu", name=f"layer_{number}") for number in range(4))]
    )
    before, after = tmp_path / "before.keras", tmp_path / "after.keras"
    model.save(before)
    for layer in model.layers[:2]:
        layer.trainable = False
    model.compile("sgd", "mse")
    model.fit(np.random.default_rng(0).normal(size=(64, 8)), np.ones((64, 8)), verbose=0)
    model.save(after)
    found = between(read(before), read(after))
    assert [one.verdict for one in found] == ["identical"] * 4 + ["changed"] * 4
    model.save(tmp_path / "after.h5")
    assert {one.verdict for one in between(read(after), read(tmp_path / "after.h5"))} == {"identical"}


@pytest.mark.parametrize(
    "scales",
    [np.zeros(5, "f4"), np.ones(4, "f4"), np.full(5, np.nan, "f4"), np.ones((0,), "f4")],
    ids=["zero", "short", "nan", "none"],
)
def test_scales_that_mean_nothing(scales: Any, recwarn: pytest.WarningsRecorder) -> None:
    kernel = np.arange(35, dtype="i1").reshape(7, 5)
    weights = (
        Weight("kernel", "kernel", Tensor((7, 5), "int8"), False),
        Weight("scale", "kernel_scale", Tensor(scales.shape, "float32"), False),
    )
    layer = Layer("layer", "layer", "Dense", None, {}, weights)
    store = Kept({"kernel": kernel, "scale": scales})
    quantised_model = Model(layer, Source(None, "none", None, "static"), store=store)
    floats = model_of(np.ones((7, 5), "f4"))
    (found,) = between(floats, quantised_model)
    assert found.verdict in ("changed", "unread")
    assert (found.verdict == "unread") == bool(found.reason)
    assert not recwarn.list
