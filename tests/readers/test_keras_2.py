"""Files of Keras 2 (tf_keras 2.21), whole models and weights with a config, against what it says of the live models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import netviz

NAMES = ("residual", "shared", "nested", "sequence", "chain", "mobile")


@pytest.mark.parametrize("suffix", [".keras", ".h5", "_weights.h5", ".weights.h5"])
@pytest.mark.parametrize("name", NAMES)
def test_reads_what_keras_2_says(name: str, suffix: str, saved_by_keras_2: Path) -> None:
    whole = "weights" not in suffix
    net = netviz.inspect(
        saved_by_keras_2 / f"{name}{suffix}", architecture=None if whole else saved_by_keras_2 / f"{name}_config.json"
    )
    said = json.loads((saved_by_keras_2 / f"{name}.json").read_text())
    assert [note.code for note in net.notes] == ([] if whole else ["architecture-joined"])
    assert net.parameters.total == said["total"]
    found = [
        {
            "name": layer.name,
            "class_name": layer.class_name,
            "output_shapes": [list(shape or ["?"]) for shape in layer.calls[0].output_shapes],
            "total": layer.parameters.total,
            "trainable": layer.parameters.trainable,
        }
        for layer in net.layers
    ]
    assert found == [{key: layer[key] for key in found[0]} for layer in said["layers"]]
    for layer, expected in zip(net.layers, said["layers"], strict=True):
        weights = [weight.numpy() for inner in (layer, *layer.walk()) for weight in inner.weights]
        assert sum(float(np.sum(values, dtype=np.float64)) for values in weights) == pytest.approx(expected["sum"])


def test_both_formats_hold_the_same_model(saved_by_keras_2: Path) -> None:
    for name in NAMES:
        one, other = (netviz.inspect(saved_by_keras_2 / f"{name}.{suffix}") for suffix in ("keras", "h5"))
        shapes = [[(layer.path, layer.class_name, layer.output_shape) for layer in net.walk()] for net in (one, other)]
        assert shapes[0] == shapes[1]


@pytest.mark.parametrize("name", NAMES)
def test_the_state_of_metrics_is_no_part_of_the_model(name: str, saved_by_keras_2: Path) -> None:
    net = netviz.inspect(saved_by_keras_2 / f"{name}.weights.h5")
    said = json.loads((saved_by_keras_2 / f"{name}.json").read_text())
    assert net.parameters.total == said["total"]


@pytest.mark.parametrize("name", NAMES)
def test_weights_by_name_alone_are_shown_by_layer(name: str, saved_by_keras_2: Path) -> None:
    net = netviz.inspect(saved_by_keras_2 / f"{name}_weights.h5")
    said = json.loads((saved_by_keras_2 / f"{name}.json").read_text())
    assert (net.source.format, net.source.keras_version) == ("weights-h5", "2.21.0")
    assert [note.code for note in net.notes] == ["weights-only"]
    assert [(layer.name, layer.parameters.total) for layer in net.layers] == [
        (layer["name"], layer["total"]) for layer in said["layers"]
    ]
    assert {weight.name for layer in net.walk() for weight in layer.weights} <= KERAS_NAMES


KERAS_NAMES = {"kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance", "embeddings", "recurrent_kernel",
               "depthwise_kernel"}  # fmt: skip
"""What Keras calls the variables of these models."""
