"""Settings held against each other, item by item, in a form that does not depend on which Keras wrote them.

The same thing is written in many ways: by Keras 2 and 3, in .keras and .h5. What means the same becomes the same here
before anything is compared.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from netviz import catalog
from netviz.analysis.diff.results import MISSING, Aspect, Change
from netviz.analysis.training import DEFAULTS
from netviz.catalog.naming import snake_case
from netviz.model import Config, Layer

DEEPEST = 30
"""Settings within settings that are looked at one by one; what lies deeper is compared as a whole."""

ROUNDING = 1e-7
"""How far floats may lie apart, relatively, to be one number: some writers keep them as float32 (2^-24 = 6e-8)."""

ELSEWHERE = frozenset({"name", "trainable", "dtype", "build_input_shape"})
"""Items of a layer that are compared in their own right, by what netviz made of them."""

INSIDE = frozenset({"layers", "cells", "layer", "forward_layer", "backward_layer", "cell", "input_layers",
                    "output_layers"})  # fmt: skip
"""Items that hold layers; where these are layers of the model, they have differences of their own."""

ALIASES = {"batch_input_shape": "batch_shape"}
"""What Keras 2 calls an item, by Keras 3's name."""

WRITTEN = frozenset({"class_name", "config", "module", "registered_name", "build_config", "shared_object_id"})
"""What a serialised object consists of; of these module and registered name differ between formats."""

USERS = "user>"
"""Stands before the name of a user's class that has the name of one of Keras's."""

PLAIN = frozenset({"", "Custom", "keras", "Keras"})
"""Packages that classes and functions are registered in which tell nothing: Keras's own, and that of no other."""

SEQUENCES = frozenset({"__tuple__", "ListWrapper", "_TupleWrapper"})
"""Classes that stand for a list of items."""

COUNTED = re.compile(r"_\d+$")
"""What Keras puts behind the name of a second object of a class."""

Normal = object
"""A JSON value in the one form that all others are brought to."""


def class_of(layer: Layer) -> str | None:
    """The class's name without the package that it was registered in, Keras's own for one with several."""
    return None if layer.class_name is None else _class(layer.class_name, layer.module)


@lru_cache(maxsize=4096)
def _class(name: str, module: str | None) -> str:
    kind = catalog.find(name, module)
    if kind is not None and not kind.registered:
        return kind.stored_class or name
    last = name.rpartition(">")[2]
    return f"{USERS}{last}" if catalog.find(last, "keras.layers") else last


def normal_config(layer: Layer) -> dict[str, Normal]:
    """The layer's own settings in normal form, those that say nothing as None."""
    inside = INSIDE if layer.layers else frozenset()
    found = {}
    for key, value in layer.config.items():
        if key not in ELSEWHERE and key not in inside:
            made = normal(value)
            found[ALIASES.get(key, key)] = None if _says_nothing(made) else made
    return found


def normal_training(training: Config) -> dict[str, Normal]:
    """What a model was compiled with in normal form, without what `compile` does when it is not told."""
    found = {str(key): normal(value) for key, value in training.items()}
    return {
        key: None if _says_nothing(value) else value
        for key, value in found.items()
        if value is None or value != DEFAULTS.get(key)
    }


def normal(value: object, depth: int = 0) -> Normal:
    """A value of a config in the one form that all others are brought to."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, Mapping) and depth < DEEPEST:
        return _normal_mapping(value, depth)
    if isinstance(value, list | tuple) and depth < DEEPEST:
        items = [normal(item, depth + 1) for item in value]
        return items[0] if len(items) == 1 and isinstance(items[0], int) else items
    return value


def _normal_mapping(value: Mapping[str, object], depth: int) -> Normal:
    name = value.get("class_name")
    if not isinstance(name, str) or not value.keys() <= WRITTEN | {"items"}:
        return {str(key): normal(item, depth + 1) for key, item in value.items()}
    config = value.get("config")
    if name in SEQUENCES:
        return normal(value.get("items", config), depth + 1)
    registered = value.get("registered_name")
    if name == "function" and isinstance(config, str):
        return _registered(config, registered)
    name = _registered(name, registered)
    settings = config if isinstance(config, Mapping) else {}
    if name in ("DTypePolicy", "Policy") and isinstance(settings.get("name"), str):
        return settings["name"]
    if not isinstance(config, Mapping | None):
        return {"class_name": name, "config": normal(config, depth + 1)}
    found = {str(key): normal(item, depth + 1) for key, item in settings.items()}
    if isinstance(found.get("name"), str) and COUNTED.sub("", snake_case(str(found["name"]))) == snake_case(name):
        del found["name"]
    return {"class_name": name, "config": found}


def _registered(name: str, registered: object) -> str:
    """The name of a class or function with the package that a user registered it in."""
    full = registered if isinstance(registered, str) and ">" in registered else name
    package, _, last = full.rpartition(">")
    return last if package in PLAIN else full


def _says_nothing(value: Normal) -> bool:
    return value is None or value == {} or value == []


def written(config: Normal) -> str:
    """The settings as one text, which is the same for what is the same: null is what is not stated."""
    try:
        return json.dumps(_stated(config), sort_keys=True, default=repr)
    except (RecursionError, TypeError, ValueError):
        return repr(type(config))


def _stated(value: Normal, depth: int = 0) -> Normal:
    """The value without what is null in it."""
    if isinstance(value, dict) and depth <= DEEPEST:
        return {key: _stated(item, depth + 1) for key, item in value.items() if item is not None}
    if isinstance(value, list) and depth <= DEEPEST:
        return [_stated(item, depth + 1) for item in value]
    return value


def config_changes(a: Layer, b: Layer, *, one_sided: bool = True) -> tuple[list[Change], int]:
    """What differs between the settings of two layers of one class, and how many only one side states.

    Without `one_sided` the latter are no difference: another version of Keras writes other settings.
    """
    if a.config == b.config and bool(a.layers) == bool(b.layers):
        return [], 0
    if not a.config or not b.config:
        return [], 0
    first, second = normal_config(a), normal_config(b)
    if bool(a.layers) != bool(b.layers):  # what only one side could open is compared on neither
        first, second = ({key: item for key, item in one.items() if key not in INSIDE} for one in (first, second))
    return changes_of(first, second, "config", "", one_sided)


def training_changes(a: Config, b: Config, *, one_sided: bool = True) -> tuple[list[Change], int]:
    """What differs in how two models were compiled, the items beginning with "training."; as `config_changes`."""
    return changes_of(normal_training(a), normal_training(b), "config", "training.", one_sided)


def changes_of(
    a: Mapping[str, Normal], b: Mapping[str, Normal], aspect: Aspect, prefix: str, one_sided: bool
) -> tuple[list[Change], int]:
    """The items of two settings in normal form that differ, and how many were passed over as one-sided."""
    found: list[Change] = []
    passed = 0
    for item, one, other in _differing(a, b, prefix, 0):
        if MISSING in (one, other) and not one_sided:
            passed += 1
        else:
            found.append(Change(aspect, item, one, other))
    return found, passed


def _differing(
    a: Mapping[str, Normal], b: Mapping[str, Normal], prefix: str, depth: int
) -> Iterator[tuple[str, object, object]]:
    for key in sorted({*a, *b}):
        one, other = a.get(key, MISSING), b.get(key, MISSING)
        if _alike(one, other):
            continue
        if isinstance(one, dict) and isinstance(other, dict) and depth < DEEPEST and _same_object(one, other):
            yield from _differing(one, other, f"{prefix}{key}.", depth + 1)
        elif (
            isinstance(one, list) and isinstance(other, list) and len(one) == len(other) and depth < DEEPEST
            and any(isinstance(item, dict) for item in one)
        ):  # fmt: skip
            yield from _differing(_numbered(one), _numbered(other), f"{prefix}{key}.", depth + 1)
        else:
            yield f"{prefix}{key}", one, other


def _same_object(a: Mapping[str, object], b: Mapping[str, object]) -> bool:
    return a.get("class_name") == b.get("class_name")


def _numbered(items: list[object]) -> dict[str, object]:
    return {str(number): item for number, item in enumerate(items)}


def _alike(a: object, b: object, depth: int = 0) -> bool:
    """Whether two values are one, floats up to rounding; null is what is not stated."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, float) or isinstance(b, float):
        numbers = isinstance(a, int | float) and isinstance(b, int | float)
        return a == b or (numbers and _close(a, b))  # type: ignore[arg-type]
    if depth <= DEEPEST and isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_alike(x, y, depth + 1) for x, y in zip(a, b, strict=True))
    if depth <= DEEPEST and isinstance(a, dict) and isinstance(b, dict):
        return all(_alike(a.get(key, MISSING), b.get(key, MISSING), depth + 1) for key in {*a, *b})
    return a == b or (a in (MISSING, None) and b in (MISSING, None))


def _close(a: float, b: float) -> bool:
    try:
        return math.isclose(a, b, rel_tol=ROUNDING) or (math.isnan(a) and math.isnan(b))
    except OverflowError:  # an int beyond any float
        return False


__all__ = ["changes_of", "class_of", "config_changes", "normal", "normal_config", "training_changes", "written"]
