"""What a layer's `dtype` setting means: Keras 2 writes a name, Keras 3 a serialised policy."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.model import Config


def policy_name(config: Config) -> str | None:
    """Name of the layer's dtype policy, such as "float32" or "mixed_float16"; None where not stated."""
    dtype = config.get("dtype")
    if isinstance(dtype, Mapping):
        inner = dtype.get("config")
        if not isinstance(inner, Mapping):
            return None
        if "mode" in inner:  # keras.dtype_policies.QuantizedDTypePolicy names itself after these two
            return f"{inner['mode']}_from_{inner.get('source_name')}"
        dtype = inner.get("name")
    return dtype if isinstance(dtype, str) else None


def compute_dtype(config: Config) -> str | None:
    """The dtype in which the layer computes, and so that of its outputs unless its class says otherwise.

    Source: keras.dtype_policies.DTypePolicy: mixed_float16 computes in float16, quantised policies
    ("int8_from_mixed_bfloat16") in what they were made from.
    """
    name = policy_name(config)
    if name is None:
        return None
    return name.rsplit("_from_", 1)[-1].removeprefix("mixed_")
