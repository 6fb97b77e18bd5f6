"""Convolutions come out as Keras says, whatever their windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from tests.catalog.draws import FORMAT, POLICY, image, per_axis
from tests.catalog.oracle import agrees, tensor, tried

NAMES = [
    "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose",
    "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D",
]  # fmt: skip


def convolution(name: str) -> Callable[[st.DataObject], Any]:
    """The layer of that name with drawn windows, on images of four channels."""
    rank = int(name[name.index("D") - 1]) if not name.startswith("Depth") else int(name[-2])
    paddings = ["valid", "same", "causal"] if name in ("Conv1D", "SeparableConv1D") else ["valid", "same"]

    def made(data: st.DataObject) -> Any:
        layout = data.draw(FORMAT)
        options: dict[str, Any] = {
            "kernel_size": data.draw(per_axis(st.integers(1, 4), rank)),
            "padding": data.draw(st.sampled_from(paddings)),
            "data_format": layout,
            "use_bias": data.draw(st.booleans()),
            "dtype": data.draw(POLICY),
        }
        # Keras refuses strides and dilation together.
        windows = data.draw(st.sampled_from(["strides", "dilation_rate"]))
        options[windows] = data.draw(per_axis(st.integers(1, 3), rank))
        if not name.startswith("Depth"):
            options["filters"] = data.draw(st.sampled_from([2, 6]))
        if name.startswith(("Depth", "Sep")):
            options["depth_multiplier"] = data.draw(st.integers(1, 3))
        if name.endswith("Transpose"):
            options["output_padding"] = data.draw(st.one_of(st.none(), per_axis(st.integers(0, 2), rank)))
        elif name.startswith("Conv"):
            options["groups"] = data.draw(st.sampled_from([1, 2]))
        return getattr(layers, name)(**options)(tensor(data.draw(image(rank, layout))))

    return made


CALLS = {name: convolution(name) for name in NAMES}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))
