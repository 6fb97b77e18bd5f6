"""Settings as text, of what Keras itself writes."""

from __future__ import annotations

import keras
import pytest

from netviz.analysis.settings import setting_text, settings


@pytest.mark.parametrize("name", ["float32", "mixed_float16", "bfloat16"])
def test_a_plain_policy_is_its_dtype(name: str) -> None:
    written = keras.saving.serialize_keras_object(keras.layers.Dense(2, dtype=name))["config"]
    assert dict(settings(written))["dtype"] == (name,)


def test_other_objects_stand_with_all_that_is_set() -> None:
    policy = keras.saving.serialize_keras_object(keras.DTypePolicy("float32"))
    more = {**policy, "config": {**policy["config"], "source_name": None}}
    assert setting_text(more) == "DTypePolicy(name=float32, source_name=null)"
    quantized = keras.saving.serialize_keras_object(keras.dtype_policies.get("int8_from_float32"))
    assert setting_text(quantized).startswith("QuantizedDTypePolicy(")
    assert setting_text(keras.saving.serialize_keras_object(keras.initializers.Constant(3.0))) == "Constant(value=3.0)"
