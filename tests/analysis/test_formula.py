"""How parameters come about: the arithmetic must give the count, and read as in a textbook."""

from __future__ import annotations

import re

import pytest

import netviz
from netviz.analysis.formula import parameter_formula
from netviz.model import Layer, Tensor, Weight
from tests.conftest import EXAMPLES, FIXTURES

FILES = sorted(EXAMPLES.glob("*.keras")) + sorted(FIXTURES.glob("keras-*/*.keras"))


def evaluated(formula: str) -> int:
    """The value of a formula, after a look that it is arithmetic and nothing else."""
    assert re.fullmatch(r"[\d ·+()]+", formula), formula
    value = eval(formula.replace("·", "*"))
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
    assert parameter_formula(layer_of("Flatten")) == ""


def test_an_unknown_shape_has_no_formula() -> None:
    weight = Weight("0", "kernel", Tensor(None), True)
    assert parameter_formula(Layer("x", "x", "Dense", "keras.layers", {}, (weight,))) is None
