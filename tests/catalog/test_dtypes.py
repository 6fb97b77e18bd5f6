"""What a layer's dtype setting means, in all the forms in which it is written."""

from __future__ import annotations

import json
from typing import Any

import keras
import pytest

from netviz.catalog.dtypes import compute_dtype, policy_name, quantization_mode


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


@pytest.mark.parametrize("name", ["int4/128_from_float32", "int4/-1_from_mixed_float16", "gptq/4/-1_from_bfloat16"])
def test_modes_with_settings(name: str) -> None:
    policy = keras.dtype_policies.get(name)
    config = {"dtype": json.loads(json.dumps(keras.saving.serialize_keras_object(policy)))}
    assert policy_name(config) == policy.name == name
    assert compute_dtype(config) == policy.compute_dtype
    assert quantization_mode(config) == name.partition("_from_")[0]


@pytest.mark.parametrize("default", ["float32", "mixed_bfloat16", keras.dtype_policies.DTypePolicy("float16")], ids=str)
def test_policies_by_path(default: Any) -> None:
    own = {"dense": keras.dtype_policies.get("int8_from_bfloat16"), "outer/query": keras.dtype_policies.get("float16")}
    policy = keras.dtype_policies.DTypePolicyMap(default, own)
    written = json.loads(json.dumps(keras.saving.serialize_keras_object(policy)))
    for name, part in (("dense", ""), ("other", ""), ("outer", "query"), ("outer", "key")):
        config = {"dtype": written, "name": name}
        of_keras = policy[f"{name}/{part}" if part else name]
        assert policy_name(config) == policy.name
        assert quantization_mode(config, part) == of_keras.quantization_mode
        if not part:
            assert compute_dtype(config) == of_keras.compute_dtype


@pytest.mark.parametrize("key", ["den.*", "other/dense"])
def test_policies_by_path_that_cannot_be_known(key: str) -> None:
    """A pattern from a file is not run; and what stands above a layer is not known to its config."""
    policy = keras.dtype_policies.DTypePolicyMap("float32", {key: keras.dtype_policies.get("bfloat16")})
    config = {"dtype": json.loads(json.dumps(keras.saving.serialize_keras_object(policy))), "name": "dense"}
    assert compute_dtype(config) is None
    assert policy_name(config) == "map_float32"


def test_a_map_that_leaves_its_default_to_keras() -> None:
    policy = keras.dtype_policies.DTypePolicyMap(None, {"dense": keras.dtype_policies.get("int8_from_float32")})
    written = json.loads(json.dumps(keras.saving.serialize_keras_object(policy)))
    assert compute_dtype({"dtype": written, "name": "other"}) is None
    assert compute_dtype({"dtype": written, "name": "dense"}) is None  # Keras writes no source in such a map
    assert quantization_mode({"dtype": written, "name": "dense"}) == "int8"
