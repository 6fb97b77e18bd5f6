"""The multiply-accumulates of keras.applications, against the profiler of TensorFlow.

ConvNeXt is not among them: the profiler leaves out convolutions in groups.
"""

from __future__ import annotations

from typing import Any

import keras
import pytest

import netviz
from netviz.analysis.cost import cost_model
from tests.catalog.costs.profiled import products, profiled

IN_A_HURRY = ("MobileNet", "MobileNetV2")
SIDES = {"InceptionV3": 299, "InceptionResNetV2": 299, "Xception": 299, "NASNetLarge": 331}
"""Pictures that an architecture is made for, where they are not of 224."""

NAMES = (
    *IN_A_HURRY, "ResNet50", "VGG16", "EfficientNetB0", "MobileNetV3Large", "DenseNet121", "InceptionV3",
    "InceptionResNetV2", "Xception", "NASNetMobile", "NASNetLarge", "ResNet152V2", "EfficientNetV2S",
)  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in IN_A_HURRY else pytest.mark.all_models) for name in NAMES]
)
def test_products(name: str) -> None:
    keras.backend.clear_session()
    side = SIDES.get(name, 224)
    model: Any = getattr(keras.applications, name)(weights=None, input_shape=(side, side, 3))
    cost = cost_model(netviz.inspect(model).model)
    assert cost.exact
    counted = products(profiled(lambda x: model(x, training=False), ((1, side, side, 3),)))
    assert 2 * cost.macs == pytest.approx(counted, rel=0.01)
