"""What a layer's dtype setting means, in all the forms in which it is written."""

from __future__ import annotations

import json

import keras
import pytest

from netviz.catalog.dtypes import compute_dtype, policy_name


@pytest.mark.parametrize(
    "policy",
    [
        keras.dtype_policies.DTypePolicy("float32"),
        keras.dtype_policies.DTypePolicy("mixed_float16"),
        keras.dtype_policies.DTypePolicy("mixed_bfloat16"),
        keras.dtype_policies.QuantizedDTypePolicy("int8", "float32"),
        keras.dtype_policies.QuantizedDTypePolicy("int8", "mixed_bfloat16"),
        keras.dtype_policies.QuantizedFloat8DTypePolicy("float8", "mixed_float16"),
    ],
    ids=lambda policy: policy.name,
)
def test_policies(policy: keras.DTypePolicy) -> None:
    config = {"dtype": json.loads(json.dumps(keras.saving.serialize_keras_object(policy)))}
    assert policy_name(config) == policy.name
    assert compute_dtype(config) == policy.compute_dtype


@pytest.mark.parametrize("config", [{}, {"dtype": None}, {"dtype": {}}, {"dtype": {"config": 3}}, {"dtype": 7}])
def test_not_stated(config: dict[str, object]) -> None:
    assert policy_name(config) is None
    assert compute_dtype(config) is None


def test_keras_2_writes_the_name() -> None:
    assert compute_dtype({"dtype": "mixed_float16"}) == "float16"
