"""Multiply-accumulates against the tables of the papers, and receptive fields against that of Araujo et al."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import keras
import pytest

from netviz.analysis.cost import ReceptiveField, cost_model
from netviz.readers import read

PUBLISHED: dict[str, tuple[str, float]] = {
    "ResNet50": ("He et al. 2015, table 1", 3.8e9),
    "ResNet101": ("He et al. 2015, table 1", 7.6e9),
    "ResNet152": ("He et al. 2015, table 1", 11.3e9),
    "VGG19": ("He et al. 2015, section 3.3", 19.6e9),
    "MobileNet": ("Howard et al. 2017, table 6", 569e6),
    "MobileNetV2": ("Sandler et al. 2018, table 4", 300e6),
    "EfficientNetB0": ("Tan and Le 2019, table 2", 0.39e9),
    "EfficientNetB1": ("Tan and Le 2019, table 2", 0.70e9),
    "EfficientNetB2": ("Tan and Le 2019, table 2", 1.0e9),
    "EfficientNetB3": ("Tan and Le 2019, table 2", 1.8e9),
    "EfficientNetB4": ("Tan and Le 2019, table 2", 4.2e9),
    "EfficientNetB5": ("Tan and Le 2019, table 2", 9.9e9),
    "EfficientNetB6": ("Tan and Le 2019, table 2", 19e9),
    "EfficientNetB7": ("Tan and Le 2019, table 2", 37e9),
    "NASNetMobile": ("Zoph et al. 2018, table 3", 564e6),
    "NASNetLarge": ("Zoph et al. 2018, table 2", 23.8e9),
    "InceptionV3": ("Zoph et al. 2018, table 2", 5.72e9),
    "Xception": ("Zoph et al. 2018, table 2", 8.38e9),
    "InceptionResNetV2": ("Zoph et al. 2018, table 2", 13.2e9),
    "ConvNeXtTiny": ("Liu et al. 2022, table 1", 4.5e9),
    "ConvNeXtSmall": ("Liu et al. 2022, table 1", 8.7e9),
    "ConvNeXtBase": ("Liu et al. 2022, table 1", 15.4e9),
    "ConvNeXtLarge": ("Liu et al. 2022, table 1", 34.4e9),
    "ConvNeXtXLarge": ("Liu et al. 2022, table 1", 60.9e9),
}
"""Where it is printed, and the multiply-adds of one picture (which many papers call FLOPs)."""

NARROW: dict[tuple[str, float], tuple[str, float]] = {
    ("MobileNet", 0.75): ("Howard et al. 2017, table 6", 325e6),
    ("MobileNet", 0.5): ("Howard et al. 2017, table 6", 149e6),
    ("MobileNetV2", 1.4): ("Sandler et al. 2018, table 4", 585e6),
}
"""The same of architectures with fewer or more channels, by the factor."""

SMALLER = {192: 418e6, 160: 290e6, 128: 186e6}
"""The multiply-adds of MobileNet on smaller pictures: Howard et al. 2017, table 7."""

FIELDS = {
    "VGG16": ("block5_pool", 212),
    "MobileNet": ("conv_pw_13_relu", 315),
    "ResNet50": ("conv5_block3_out", 483),
    "ResNet101": ("conv5_block3_out", 1027),
    "ResNet152": ("conv5_block3_out", 1507),
    "ResNet50V2": ("post_relu", 483),
    "ResNet101V2": ("post_relu", 1027),
    "ResNet152V2": ("post_relu", 1507),
    "InceptionV3": ("mixed10", 1311),
    "InceptionResNetV2": ("conv_7b_ac", 3039),
}
"""The last layer with positions and its field's size: Araujo, Norris and Sim, Distill 2019, the table; stride 32."""

DEFAULT = ("MobileNet", "ResNet50")


def most_marked(names: object) -> list[object]:
    """The names as parameters; all but `DEFAULT` run in `make test-all` alone."""
    return [
        name if name in DEFAULT else pytest.param(name, marks=pytest.mark.all_models)
        for name in names  # type: ignore[attr-defined]
    ]


@pytest.mark.parametrize("name", most_marked(PUBLISHED))
def test_multiply_accumulates_are_those_of_the_paper(name: str, application: Callable[[str], Path]) -> None:
    table, published = PUBLISHED[name]
    cost = cost_model(read(application(name)))
    assert not [layer.path for layer in cost.layers if layer.macs is None]
    assert cost.macs == pytest.approx(published, rel=0.05), table


@pytest.mark.all_models
@pytest.mark.parametrize(("name", "alpha"), list(NARROW))
def test_narrow_and_wide_architectures_too(name: str, alpha: float) -> None:
    table, published = NARROW[name, alpha]
    cost = cost_model(read(getattr(keras.applications, name)(alpha=alpha, weights=None)))
    assert cost.macs == pytest.approx(published, rel=0.05), table


def test_the_input_shape_decides_what_an_open_model_costs() -> None:
    """MobileNet without its head takes pictures of any size; its head has a million parameters more."""
    model = read(keras.applications.MobileNet(weights=None, include_top=False))
    for size, published in SMALLER.items():
        cost = cost_model(model, input_shape=(1, size, size, 3))
        assert cost.exact, cost.unknown
        assert cost.macs + 1024 * 1000 == pytest.approx(published, rel=0.05), size
    assert not cost_model(model).exact


@pytest.mark.parametrize("name", most_marked(FIELDS))
def test_receptive_fields_are_those_of_araujo(name: str, application: Callable[[str], Path]) -> None:
    layer, published = FIELDS[name]
    costs = {cost.path: cost for cost in cost_model(read(application(name))).layers}
    field = costs[layer].receptive_field
    assert isinstance(field, ReceptiveField)
    assert (field.size, field.stride) == ((published,) * 2, (Fraction(32),) * 2)


def test_alexnet_too() -> None:
    """The table's alexnet_v2, which Keras has not: nets/alexnet.py of TensorFlow's models."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((224, 224, 3)),
            layers.Conv2D(64, 11, 4, "valid"),
            layers.MaxPooling2D(3, 2),
            layers.Conv2D(192, 5, padding="same"),
            layers.MaxPooling2D(3, 2),
            layers.Conv2D(384, 3, padding="same"),
            layers.Conv2D(384, 3, padding="same"),
            layers.Conv2D(256, 3, padding="same"),
            layers.MaxPooling2D(3, 2),
        ]
    )
    field = cost_model(read(model)).layers[-1].receptive_field
    assert isinstance(field, ReceptiveField)
    assert (field.size, field.stride) == ((195, 195), (Fraction(32), Fraction(32)))
