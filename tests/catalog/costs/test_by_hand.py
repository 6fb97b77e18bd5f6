"""Work that the profiler does not count whole, against numbers worked out by hand from the formulas that are stated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from keras import layers, ops

from netviz.catalog import LAYERS_OF_KERAS_2
from netviz.catalog.costs import keras_1
from netviz.catalog.kinds import Arguments, Work
from netviz.catalog.tensorflow_costs import Called, cost_of
from netviz.model import Tensor
from tests.catalog.costs.profiled import Shapes, work_of

ROWS = (2, 5, 4)

CASES: dict[str, tuple[Callable[[], Any], Shapes, Work]] = {
    # x / sqrt(max(sum(x²), epsilon)): square, sum, product of 40 values; maximum and root of 10 sums.
    "UnitNormalization": (layers.UnitNormalization, (ROWS,), Work(0, 3 * 40 + 2 * 10)),
    # (x² / n, sum, + epsilon, 1 / sqrt) x: square, sum, product of 40 values; three for each of 10 roots.
    "rms_normalization": (lambda: ops.rms_normalization, (ROWS,), Work(0, 3 * 40 + 3 * 10)),
    "rms_normalization with a scale": (
        lambda: lambda x, scale: ops.rms_normalization(x, scale), (ROWS, (4,)), Work(0, 4 * 40 + 3 * 10),
    ),
    "RMSNormalization": (layers.RMSNormalization, (ROWS,), Work(0, 4 * 40 + 3 * 10)),
    # 2·5·3 pairs of rows: difference, square, sum of 4 components, and a root.
    "cdist": (lambda: ops.cdist, (ROWS, (2, 3, 4)), Work(0, 30 * (3 * 4 + 1))),
    # t·log(p) + (1 - t)·log(1 - p), negated: p kept between bounds 2, 1 - … 2, logarithms 2, products 2, sum, sign.
    "binary_crossentropy": (lambda: ops.binary_crossentropy, ((3, 4), (3, 4)), Work(0, 12 * 10)),
    # p / sum(p): 9 additions, 12 divisions; bounds 24, logarithms 12, products 12, 9 additions, 3 signs.
    "categorical_crossentropy": (
        lambda: ops.categorical_crossentropy, ((3, 4), (3, 4)), Work(0, 9 + 12 + 24 + 12 + 12 + 9 + 3),
    ),
    # 7 - 3 + 1 = 5 places, 3 products each.
    "correlate": (lambda: ops.correlate, ((7,), (3,)), Work(15, 30)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_by_hand(name: str) -> None:
    make, shapes, expected = CASES[name]
    assert work_of(make(), shapes) == expected


def test_layers_of_keras_1() -> None:
    """Three rows of four numbers."""
    rows = Arguments((Tensor((3, 4), "float32"),))
    # Five features, each the highest of two sums of four products with a bias: 3·5·2·4 products, 30 biases, and a
    # comparison for each of 15.
    most = keras_1.MAXOUT.work({"output_dim": 5, "nb_feature": 2, "bias": True}, rows, (Tensor((3, 5), "float32"),))
    assert most == Work(120, 2 * 120 + 30 + 15)
    # t·h + (1 - t)·x with h = relu(x W + b) and t = sigmoid(x V + c): twice 3·4·4 products and 12 biases.
    # sigmoid is 4; the mixture t·h + (1 - t)·x another 4.
    highway = keras_1.HIGHWAY.work({"activation": "linear", "bias": True}, rows, (Tensor((3, 4), "float32"),))
    assert highway == Work(2 * 48, 2 * 2 * 48 + 12 * (2 + 4 + 4))


def test_convolutional_recurrence() -> None:
    """Two steps of 6 by 6: windows of 3 by 3 over 2 channels that enter and 5 of the state, for four gates of 5."""
    layer = layers.ConvLSTM2D(5, 3, padding="same")
    assert work_of(layer, ((1, 2, 6, 6, 2),)).macs == 2 * 36 * 9 * (2 + 5) * 4 * 5


@pytest.mark.parametrize("name", ["norm", "reduce_euclidean_norm"])
def test_norms_of_tensorflow(name: str) -> None:
    """A square and a sum for each value, whatever the norm is called; the norm of tf.norm is "euclidean" by itself."""
    rule = cost_of(Called(name, "Norm", {}, Arguments()))
    given = Arguments((Tensor((3, 4), "float32"),))
    assert rule.work({"ord": "euclidean", "axis": -1}, given, (Tensor((3,), "float32"),)) == Work(0, 24)
    assert np.linalg.norm(np.ones((3, 4)), axis=-1).shape == (3,)


@pytest.mark.parametrize(
    ("function", "buffer"),
    [("nn.relu", "over"), ("math.add", "over"), ("reshape", "same"), ("nn.dropout", "same"), ("concat", "new")],
)
def test_functions_of_tensorflow_lie_where_operations_do(function: str, buffer: str) -> None:
    """TensorFlow runs functions of each element over their input, and a reshape makes no copy."""
    cost = LAYERS_OF_KERAS_2["TFOpLambda"].cost
    assert cost is not None
    assert callable(cost.buffer)
    tensor = Tensor((2, 4), "float32")
    more: dict[str, object] = {"math.add": {"y": tensor}, "reshape": {"shape": [4, 2]}, "concat": {"axis": -1}}
    given = Arguments(([tensor, tensor],) if function == "concat" else (tensor,), more.get(function, {}))  # type: ignore[arg-type]
    assert cost.buffer({"function": function}, given) == buffer
