"""What a layer's `dtype` setting means: Keras 2 writes a name, Keras 3 a serialised policy."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.model import Config

PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/ ")
"""Characters that mean themselves in a key of a DTypePolicyMap, which may be a regular expression."""


def policy_name(config: Config) -> str | None:
    """Name of the layer's dtype policy, such as "float32" or "mixed_float16"; None where not stated.

    A DTypePolicyMap is named after its default: "map_float32".
    """
    dtype = config.get("dtype")
    default = _map_default(dtype)
    if default is not None:
        name = _name(default)
        return None if name is None else f"map_{name}"
    return _name(dtype)


def compute_dtype(config: Config) -> str | None:
    """The dtype in which the layer computes, and so that of its outputs unless its class says otherwise.

    Source: keras.dtype_policies.DTypePolicy: mixed_float16 computes in float16, quantised policies
    ("int8_from_mixed_bfloat16") in what they were made from.
    """
    source = _source(config)
    return None if source is None else source.removeprefix("mixed_")


def variable_dtype(config: Config) -> str | None:
    """The dtype in which the layer keeps its variables; None where that is not stated or it is quantised.

    Source: keras.dtype_policies.DTypePolicy: mixed policies keep them in float32.
    """
    name = _name(policy(config))
    if name is None or "_from_" in name:
        return None
    return "float32" if name.startswith("mixed_") else name


def quantization_mode(config: Config, part: str = "") -> str | None:
    """The mode of the layer, or of the layer `part` that it makes: "int8", "int4/128", "gptq/4/128", ...

    None where it is not quantised or the policy does not tell.
    Source: keras.dtype_policies.QuantizedDTypePolicy and its kinds.
    """
    mode, found, _ = (_name(policy(config, part)) or "").partition("_from_")
    return mode if found else None


def policy(config: Config, part: str = "") -> object:
    """The policy that holds for the layer, or for the layer `part` that it makes; None where that cannot be known.

    A DTypePolicyMap has policies by the paths of layers, of which a config tells the last words. A key may be a
    regular expression; as it comes from a file it is not run, so then the answer is unknown.
    """
    dtype = config.get("dtype")
    default = _map_default(dtype)
    if default is None:
        return dtype
    by_path = _inner(dtype).get("policy_map")
    by_path = by_path if isinstance(by_path, Mapping) else {}
    path = f"{config.get('name')}/{part}" if part else str(config.get("name"))
    if path in by_path:
        return by_path[path]
    doubtful = any(str(key).endswith(f"/{path}") or not PLAIN.issuperset(str(key)) for key in by_path)
    return None if doubtful else default


def _map_default(dtype: object) -> object:
    """The default policy of a DTypePolicyMap (`{}` where the map leaves it to Keras); None for any other policy."""
    if isinstance(dtype, Mapping) and dtype.get("class_name") == "DTypePolicyMap":
        return _inner(dtype).get("default_policy") or {}
    return None


def _source(config: Config) -> str | None:
    """The name of the policy that a quantised one was made from, or of the policy itself."""
    name = _name(policy(config))
    source = None if name is None else name.rsplit("_from_", 1)[-1]
    return None if source == "None" else source


def _name(dtype: object) -> str | None:
    if isinstance(dtype, Mapping):
        inner = _inner(dtype)
        if "mode" in inner:  # keras.dtype_policies.QuantizedDTypePolicy names itself after these two
            return f"{inner['mode']}_from_{inner.get('source_name')}"
        dtype = inner.get("name")
    return dtype if isinstance(dtype, str) else None


def _inner(dtype: object) -> Mapping[str, object]:
    inner = dtype.get("config") if isinstance(dtype, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}
