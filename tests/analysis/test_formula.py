"""How parameters come about: the arithmetic must give the count, and read as in a textbook."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import netviz
from netviz.analysis.formula import parameter_formula
from netviz.model import Graph, Layer, Tensor, Weight
from tests.conftest import EXAMPLES, FIXTURES

FILES = sorted(EXAMPLES.glob("*.keras")) + sorted(FIXTURES.glob("keras-*/*.keras"))


def evaluated(formula: str) -> int:
    """The value of a formula, after a look that it is arithmetic and nothing else."""
    assert re.fullmatch(r"[\d, ·+()]+", formula), formula
    value = eval(formula.replace("·", "*").replace(",", ""))
    assert isinstance(value, int)
    return value


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_formula_gives_the_count(path: object) -> None:
    for layer in netviz.inspect(path).walk():
        formula = parameter_formula(layer.subject.layer)
        assert formula is not None
        if not layer.parameters.total:
            assert formula == ""
        elif not formula.startswith("sum of "):
            assert evaluated(formula) == layer.parameters.total, layer


def layer_of(class_name: str, *shapes: tuple[int, ...], **config: object) -> Layer:
    weights = tuple(Weight(str(n), str(n), Tensor(shape, "float32"), True) for n, shape in enumerate(shapes))
    return Layer("x", "x", class_name, "keras.layers", {"units": 64, **config}, weights)


def test_formulas_read_as_in_textbooks() -> None:
    assert parameter_formula(layer_of("Dense", (9, 8), (8,))) == "9·8 + 8"
    assert parameter_formula(layer_of("Conv2D", (3, 3, 64, 128), (128,))) == "3·3·64·128 + 128"
    assert parameter_formula(layer_of("BatchNormalization", (64,), (64,), (64,), (64,))) == "4·64"
    assert parameter_formula(layer_of("LSTM", (128, 256), (64, 256), (256,))) == "4·(64·(128+64) + 64)"
    assert parameter_formula(layer_of("GRU", (128, 192), (64, 192), (2, 192))) == "3·(64·(128+64) + 2·64)"
    assert parameter_formula(layer_of("Embedding", (1000, 64))) == "1000·64"
    assert parameter_formula(layer_of("EinsumDense", (64, 4, 16), (4, 16), bias_axes="bc")) == "64·4·16 + 4·16"
    assert parameter_formula(layer_of("LayerNormalization", (64,), (64,))) == "2·64"
    assert parameter_formula(layer_of("Flatten")) == ""


def test_counts_of_layers_inside_have_their_thousands_apart() -> None:
    kernels = [Weight(f"{units}", "kernel", Tensor((30, units), "float32"), True) for units in (40, 2)]
    inner = tuple(replace(layer_of("Dense"), name=one.path, weights=(one,)) for one in kernels)
    assert parameter_formula(Layer("x", "x", "Functional", "keras", graph=Graph(inner))) == "1,200 + 60"


def test_formulas_of_depthwise_convolutions() -> None:
    """Factors of one are left out: a filter to a channel, and the window of a pointwise kernel."""
    depthwise, separable = "DepthwiseConv2D", "SeparableConv2D"
    assert parameter_formula(layer_of(depthwise, (3, 3, 32, 1), (32,))) == "3·3·32 + 32"
    assert parameter_formula(layer_of(depthwise, (3, 3, 32, 2), (64,))) == "3·3·32·2 + 64"
    assert parameter_formula(layer_of(separable, (3, 3, 32, 1), (1, 1, 32, 64), (64,))) == "3·3·32 + 32·64 + 64"
    bare = layer_of(separable, (3, 3, 32, 1), (1, 1, 32, 64), use_bias=False)
    assert parameter_formula(bare) == "3·3·32 + 32·64"
    broken = layer_of(separable, (3, 3, 32, 1), (2, 1, 32, 64), (64,))
    assert parameter_formula(broken) == "3·3·32·1 + 2·1·32·64 + 64"


def test_formulas_of_attention() -> None:
    """A bracket for each dense layer inside, equal ones counted."""
    projection = ((64, 4, 16), (4, 16))
    multi_head = layer_of("MultiHeadAttention", *projection * 3, (4, 16, 64), (64,))
    assert parameter_formula(multi_head) == "3·(64·4·16 + 4·16) + 4·16·64 + 64"
    bare = layer_of("MultiHeadAttention", *[(64, 4, 16)] * 3, (4, 16, 64), use_bias=False)
    assert parameter_formula(bare) == "3·(64·4·16) + 4·16·64"
    keys = ((64, 2, 16), (2, 16))
    grouped = layer_of("GroupedQueryAttention", *projection, *keys, *keys, (4, 16, 64), (64,))
    assert parameter_formula(grouped) == "64·4·16 + 4·16 + 2·(64·2·16 + 2·16) + 4·16·64 + 64"


def test_an_unknown_shape_has_no_formula() -> None:
    weight = Weight("0", "kernel", Tensor(None), True)
    assert parameter_formula(Layer("x", "x", "Dense", "keras.layers", {}, (weight,))) is None
