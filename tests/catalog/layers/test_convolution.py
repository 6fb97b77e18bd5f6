"""Convolutions come out as Keras says, whatever their windows."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.catalog.draws import FORMAT, POLICY, image, per_axis
from tests.catalog.oracle import agrees, tensor, tried

NAMES = [
    "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose",
    "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_output(name: str, data: st.DataObject) -> None:
    rank = int(name[name.index("D") - 1]) if not name.startswith("Depth") else int(name[-2])
    layout = data.draw(FORMAT)
    paddings = ["valid", "same", "causal"] if name in ("Conv1D", "SeparableConv1D") else ["valid", "same"]
    options: dict[str, Any] = {
        "kernel_size": data.draw(per_axis(st.integers(1, 4), rank)),
        "padding": data.draw(st.sampled_from(paddings)),
        "data_format": layout,
        "use_bias": False,
        "dtype": data.draw(POLICY),
    }
    if data.draw(st.booleans()):
        options["strides"] = data.draw(per_axis(st.integers(1, 3), rank))
    else:
        options["dilation_rate"] = data.draw(per_axis(st.integers(1, 3), rank))
    if not name.startswith("Depth"):
        options["filters"] = 6
    if name.startswith(("Depth", "Sep")):
        options["depth_multiplier"] = data.draw(st.integers(1, 2))
    if name.endswith("Transpose"):
        options["output_padding"] = data.draw(st.one_of(st.none(), per_axis(st.integers(0, 2), rank)))
    elif name.startswith("Conv"):
        options["groups"] = data.draw(st.sampled_from([1, 2]))
    layer = tried(lambda: getattr(keras.layers, name)(**options))
    agrees(tried(lambda: layer(tensor(data.draw(image(rank, layout))))))
