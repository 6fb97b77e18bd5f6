"""What holds of every row: it has a cost, or a reason why there is no count; the table of functions is whole."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras.src.activations import ALL_OBJECTS_DICT

from netviz import register_layer
from netviz.catalog import LAYERS_OF_KERAS_2, find
from netviz.catalog.costs.functions import PER_ELEMENT, activation_name
from netviz.catalog.keras_1 import KERAS_1
from netviz.catalog.kinds import RULE_ERRORS, Arguments, LayerKind, UncountedError, Work
from netviz.catalog.layers import LAYERS
from netviz.catalog.operations import OPERATIONS
from netviz.catalog.tensorflow_costs import Called, cost_of
from netviz.catalog.tensorflow_functions import FUNCTIONS
from netviz.errors import UsageError
from netviz.model import Tensor

TABLES: dict[str, Any] = {
    "layers": LAYERS,
    "operations": OPERATIONS,
    "Keras 2": LAYERS_OF_KERAS_2,
    "Keras 1": KERAS_1,
}

SORTS = {
    "Argpartition", "Argsort", "InTopK", "Median", "Nanmedian", "Nanpercentile", "Nanquantile", "Percentile",
    "Quantile", "Sort", "TopK", "Unique",
}  # fmt: skip
SEARCHES = {"Bincount", "CTCDecode", "CTCLoss", "Digitize", "Histogram", "IsIn", "Nonzero", "SearchSorted"}
STEPS = {"Gcd", "Lcm", "Sparsemax"}
ITERATES = {"Eig", "Eigh", "Lstsq", "MatrixRank", "Pinv", "SVD"}
FOURIER = {"FFT", "FFT2", "IFFT2", "IRFFT", "ISTFT", "MelSpectrogram", "RFFT", "STFT"}
LOOKS_UP = {
    "CategoryEncoding", "Discretization", "HashedCrossing", "Hashing", "IntegerLookup", "StringLookup",
    "TextVectorization",
}  # fmt: skip
CODE = {"AssociativeScan", "Lambda", "Pipeline"}
UNPUBLISHED = {
    "AffineTransform", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "ElasticTransform",
    "GaussianBlur", "HSVToRGB", "MapCoordinates", "PerspectiveTransform", "RGBToHSV", "RandomCrop", "SSIM",
    "ScaleAndTranslate",
}  # fmt: skip
UNCOUNTED = SORTS | SEARCHES | STEPS | ITERATES | FOURIER | LOOKS_UP | CODE | UNPUBLISHED
"""Classes without a count: it depends on the values or on the algorithm, it is no arithmetic, or none is published."""


def uncounted(kind: LayerKind) -> bool:
    """Whether the rule says of any call that there is no count."""
    assert kind.cost is not None
    try:
        kind.cost.work({}, Arguments(()), ())
    except UncountedError as error:
        assert str(error).endswith(".")
        return kind.class_name not in ("Activation", "Norm", "Einsum")
    except RULE_ERRORS:
        return False
    return False


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_a_cost(table: str) -> None:
    assert [name for name, kind in TABLES[table].items() if kind.cost is None] == []
    assert {name for name, kind in TABLES[table].items() if uncounted(kind)} == UNCOUNTED & set(TABLES[table])


def test_every_function_of_tensorflow_has_a_cost() -> None:
    for name, function in FUNCTIONS.items():
        cost_of(Called(name, function.operation, {}, Arguments()))


def test_every_activation_has_a_count() -> None:
    names = {name for name in ALL_OBJECTS_DICT if name.islower()}
    assert names - set(PER_ELEMENT) == {"sparsemax"}


@pytest.mark.parametrize(
    "value",
    [{"class_name": "function", "module": "mine", "config": "relu"}, "mine>swish", {"class_name": "Mine"}, 7, ["relu"]],
    ids=str,
)
def test_activations_of_ones_own(value: object) -> None:
    with pytest.raises(UncountedError):
        activation_name(value)


def of_scale(cost: Any) -> Work:
    """The work of a class of one's own by that rule, on ten rows of four."""
    with register_layer("Scale", module="mine", cost=cost):
        kind = find("Scale", "mine")
        assert kind is not None and kind.cost is not None
        tensor = Tensor((10, 4), "float32")
        return kind.cost.work({"units": 3}, Arguments((tensor,)), (Tensor((10, 3), "float32"),))


def test_a_cost_of_ones_own() -> None:
    assert of_scale(lambda config, given, made: given[-1] * made[0] * config["units"]) == Work(120, 240)
    assert of_scale(lambda config, given, made: (5, 77)) == Work(5, 77)


def test_counts_of_numpy() -> None:
    assert of_scale(lambda config, given, made: np.prod(made) * np.int32(2)) == Work(60, 120)
    assert of_scale(lambda config, given, made: (np.int64(5), np.uint8(10))) == Work(5, 10)


def test_an_error_of_any_length_is_cut() -> None:
    def fails(*_: object) -> int:
        raise ValueError("x" * 100_000)

    with pytest.raises(UncountedError) as caught:
        of_scale(fails)
    assert len(str(caught.value)) < 200


WRONG: list[Any] = [
    lambda *_: "many", lambda *_: -1, lambda *_: (1, 2, 3), lambda: 1, lambda *_: True, lambda *_: (5, 9),
    lambda *_: np.zeros(3, int), lambda *_: 2.0, lambda *_: (),
]  # fmt: skip


@pytest.mark.parametrize("cost", WRONG, ids=range(len(WRONG)))
def test_a_cost_of_ones_own_that_fails(cost: Any) -> None:
    with pytest.raises(UncountedError, match="Scale"):
        of_scale(cost)


def test_a_cost_is_a_function() -> None:
    with pytest.raises(UsageError, match="cost"):
        register_layer("Scale", module="mine", cost=3)  # type: ignore[arg-type]


def test_repeats() -> None:
    """A TimeDistributed runs what is inside once for each step."""
    cost = LAYERS["TimeDistributed"].cost
    assert cost is not None and cost.times is not None
    assert cost.times({}, Arguments((Tensor((2, 7, 4)),))) == 7


@pytest.mark.parametrize(
    ("equation", "shape", "output_shape"),
    [
        ("abc,cd->abd", (2, 9, 4), (None, 8)),
        ("...x,xy->...y", (2, 9, 4), (8,)),
        ("ab...,bc->ac...", (2, 4, 9), (8,)),
        ("abc,cde->abde", (2, 9, 4), (None, 3, 2)),
    ],
)
def test_open_axes_of_an_einsum(equation: str, shape: tuple[int, ...], output_shape: tuple[int | None, ...]) -> None:
    """What Keras leaves open of the shape is as long as what it computes."""
    layer = keras.layers.EinsumDense(equation, output_shape)
    cost = LAYERS["EinsumDense"].cost
    assert cost is not None and cost.output is not None
    found = cost.output(layer.get_config(), Arguments((Tensor(shape),)))
    assert found == (tuple(layer(np.zeros(shape)).shape),)
