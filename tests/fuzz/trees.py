"""Mutations of JSON: the tree is changed and written again, so that what is wrong is what it says and not how."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from netviz.catalog import LAYERS_OF_KERAS_2
from netviz.catalog.layers import LAYERS
from netviz.catalog.operations import OPERATIONS
from tests.fuzz import raw
from tests.render.names import HOSTILE

CLASSES = sorted(map(str, {*LAYERS, *LAYERS_OF_KERAS_2, *OPERATIONS}))
"""Every class that the catalog has a row for."""

MODULES = (
    "keras.layers", "keras.src.ops.numpy", "keras.src.ops.nn", "keras.src.ops.linalg", "keras.src.models.functional",
    "keras", "builtins", "os", "subprocess", "keras.utils", "keras.config", "mine", None, "",
)  # fmt: skip

CODE = "4wEAAAAAAAAAAAAAAAEAAAACAAAAQwAAAHMIAAAAZAEAfAAUAFMAKQJOaQIAAACpACkB2gF4cgEAAAA="
"""Marshalled code as a Lambda has it (a garbled one: nothing may ever look inside)."""

DANGEROUS: tuple[Any, ...] = (
    {"class_name": "__lambda__", "config": {"code": CODE, "defaults": None, "closure": None}},
    {"class_name": "Lambda", "module": "keras.layers", "config": {"name": "l", "function": [CODE, None, None]}},
    {"module": "os", "class_name": "system", "config": "id", "registered_name": None},
    {"class_name": "function", "module": "builtins", "config": "eval", "registered_name": "eval"},
    {"class_name": "StringLookup", "config": {"name": "s", "vocabulary": "/etc/passwd"}},
    {"class_name": "TFSMLayer", "config": {"filepath": "/etc", "name": "t"}},
    {"class_name": "TorchModuleWrapper", "config": {"module": CODE}},
    {"class_name": "__numpy__", "config": {"value": [[1, [2]]], "dtype": "int99"}},
    {"class_name": "__tensor__", "config": {"value": "x", "dtype": []}},
    {"class_name": "__keras_tensor__", "config": {"shape": [None, -1], "dtype": 3, "keras_history": ["x", -1, 1e9]}},
    {"class_name": "__ellipsis__", "config": {}},
    {"class_name": "__slice__", "config": {"value": [None, "a", 0]}},
    {"class_name": "DTypePolicy", "config": {"name": "mixed_floaty"}},
    {"class_name": "Int4DTypePolicy", "config": {"mode": "int4/0", "source_name": "float32"}},
    {"class_name": "QuantizedDTypePolicy", "module": "keras", "config": {"mode": "int8", "source_name": None}},
)  # fmt: skip

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 255, 4096, -(2**31), 2**31, 2**40, 2**63, 10**30, -(10**30), 10**4000, 0.0, -0.5,
    1.5, 1e308, math.nan, math.inf, -math.inf, "", "0", "float32", "int4", "bfloat16", "string", "same", "valid",
    "channels_first", "channels_last", "causal", "../../etc/passwd", "/etc/passwd", "http://x.org/x", "$ref", [], {},
    [None], [[]], [[None]], [0], [-1], [None, 0], [None, 2**40, 2**40], [1] * 40, [None, "a"], {"a": 1}, {"": None},
    ["x", 0, 0], [["x", 0, 0, {}]], [[["x", 0, 0, {}]]], {"args": [], "kwargs": {}}, {"args": [[1]], "kwargs": []},
)  # fmt: skip

Slots = list[tuple[Any, Any]]
"""Each place of a tree: what holds it, and its key or index there."""

LARGEST_TREE = 60_000


class Twin(str):
    """A key that is written as another of the same dict is: JSON may say a thing twice."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def slots(tree: Any) -> Slots:
    """Every place in the tree but its root."""
    found: Slots = []
    stack = [tree]
    while stack:
        holder = stack.pop()
        keys: Iterator[Any] = iter(holder) if isinstance(holder, dict) else iter(range(len(holder)))
        for key in keys:
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                stack.append(holder[key])
    return found


def clone(tree: Any) -> Any:
    """A deep copy, of any depth."""
    copies: list[Any] = [tree]
    stack: Slots = [(copies, 0)]
    while stack:
        holder, key = stack.pop()
        value = holder[key]
        if isinstance(value, dict | list):
            holder[key] = value = value.copy()
            stack.extend((value, inner) for inner in (value if isinstance(value, dict) else range(len(value))))
    return copies[0]


def pick(rng: Random, places: Slots, wanted: Callable[[Any, Any], bool] = lambda key, value: True) -> tuple[Any, Any]:
    """One of the places whose key and value are wanted; any if there is none."""
    good = [(holder, key) for holder, key in places if wanted(key, holder[key])]
    return rng.choice(good or places)


def replace(rng: Random, places: Slots) -> None:
    holder, key = pick(rng, places)
    holder[key] = some_value(rng)


def some_value(rng: Random) -> Any:
    kind = rng.random()
    if kind < 0.6:
        return clone(rng.choice(VALUES))
    if kind < 0.8:
        return rng.choice(HOSTILE)
    if kind < 0.93:
        return clone(rng.choice(DANGEROUS))
    return nested(rng, rng.choice((5, 50, 300, 700)))


def nested(rng: Random, depth: int) -> Any:
    value: Any = rng.choice((None, 1, "x"))
    form = rng.randrange(4)
    for _ in range(depth):
        if form == 0:
            value = [value]
        elif form == 1:
            value = {"a": value}
        elif form == 2:
            value = {"class_name": "TimeDistributed", "config": {"name": "n", "layer": value}}
        else:
            value = {"class_name": "Sequential", "module": "keras", "config": {"name": "n", "layers": [value]}}
    return value


def retype(rng: Random, places: Slots) -> None:
    """Another number in the place of a number, a list of it, its text."""
    holder, key = pick(rng, places, lambda key, value: isinstance(value, int | float) and value is not True)
    value = holder[key]
    numbers = [value for value in VALUES if isinstance(value, int | float)]
    holder[key] = rng.choice((str(value)[:99], [value], [value] * 3, {"v": value}, *rng.choices(numbers, k=6)))


def swap(rng: Random, places: Slots) -> None:
    first, second = pick(rng, places), pick(rng, places)
    one, two = clone(first[0][first[1]]), clone(second[0][second[1]])
    first[0][first[1]], second[0][second[1]] = two, one


def swap_alike(rng: Random, places: Slots) -> None:
    """Two values of one key, as settings of two layers are."""
    key = pick(rng, places, lambda key, value: isinstance(key, str))[1]
    alike = [place for place in places if place[1] == key]
    first, second = rng.choice(alike), rng.choice(alike)
    one, two = clone(first[0][key]), clone(second[0][key])
    first[0][key], second[0][key] = two, one


def graft(rng: Random, places: Slots) -> None:
    """A part of the tree in the place of another."""
    source, target = pick(rng, places), pick(rng, places)
    target[0][target[1]] = clone(source[0][source[1]])


def delete(rng: Random, places: Slots) -> None:
    holder, key = pick(rng, places)
    del holder[key]


def repeat(rng: Random, places: Slots) -> None:
    """An item of a list again, sometimes hundreds of times; or a key of a dict."""
    holder, key = pick(rng, places)
    if isinstance(holder, list):
        room = LARGEST_TREE // (1 + len(json.dumps(holder[key], default=str)) // 8)
        copies = min(rng.choice((1, 1, 2, 30, 400)), room)
        holder[key:key] = [clone(holder[key]) for _ in range(copies)]
    else:
        holder[Twin(key)] = some_value(rng) if rng.randrange(2) else clone(holder[key])


def rename_key(rng: Random, places: Slots) -> None:
    holder, key = pick(rng, places, lambda key, value: isinstance(key, str))
    if isinstance(key, str):
        other = pick(rng, places, lambda key, value: isinstance(key, str))[1]
        holder[rng.choice((other, rng.choice(HOSTILE)))] = holder.pop(key)


def another_class(rng: Random, places: Slots) -> None:
    holder, key = pick(rng, places, lambda key, value: key in ("class_name", "registered_name"))
    prefix = rng.choice(("", "", "", "mine>", "Custom>"))
    holder[key] = prefix + rng.choice(CLASSES)
    if isinstance(holder, dict) and "module" in holder and rng.randrange(2):
        holder["module"] = rng.choice(MODULES)


def another_module(rng: Random, places: Slots) -> None:
    holder, key = pick(rng, places, lambda key, value: key == "module")
    holder[key] = rng.choice(MODULES)


def rename(rng: Random, places: Slots) -> None:
    """Another name, so that references to it lead nowhere, or to another."""
    names = [holder[key] for holder, key in places if key == "name" and isinstance(holder[key], str)]
    holder, key = pick(rng, places, lambda key, value: value in names if isinstance(value, str) else False)
    holder[key] = rng.choice((*names, rng.choice(HOSTILE), ""))


def rewire(rng: Random, places: Slots) -> None:
    """A layer called on itself, or on what comes after it: references in calls lead to any layer."""
    names = [holder[key] for holder, key in places if key == "name" and isinstance(holder[key], str)]

    def is_reference(key: Any, value: Any) -> bool:
        return isinstance(value, list) and len(value) >= 3 and isinstance(value[0], str)

    holder, key = pick(rng, places, is_reference)
    reference = holder[key]
    if isinstance(reference, list) and reference and names:
        reference[0] = rng.choice(names)
        if len(reference) > 2 and rng.randrange(3) == 0:
            reference[rng.choice((1, 2))] = rng.choice((0, 1, -1, 7, 2**40, None, "0", 0.5))


def wrap(rng: Random, places: Slots) -> None:
    """A layer inside of wrappers, some of which take no layer."""
    holder, key = pick(rng, places, lambda key, value: isinstance(value, dict) and "class_name" in value)
    for _ in range(rng.choice((1, 1, 2, 40))):
        inner = holder[key]
        wrapper = rng.choice(("TimeDistributed", "Bidirectional", "SpectralNormalization", "RNN", rng.choice(CLASSES)))
        inside = rng.choice(("layer", "layer", "cell", "cells", "layers", "forward_layer"))
        config = {"name": f"w{rng.randrange(9)}", inside: [inner] if inside in ("layers", "cells") else inner}
        holder[key] = {"class_name": wrapper, "module": "keras.layers", "config": config, "name": config["name"]}
        if isinstance(inner, dict) and "inbound_nodes" in inner:
            holder[key]["inbound_nodes"] = clone(inner["inbound_nodes"])


def swallow(rng: Random, places: Slots) -> None:
    """The whole within a part of itself, some times over."""
    root = places[0][0]
    for _ in range(rng.choice((1, 1, 2, 3))):
        if len(places) > 20_000:
            return
        whole = clone(root)
        holder, key = pick(rng, places, lambda key, value: isinstance(value, dict) and "class_name" in value)
        holder[key] = whole
        places = slots(root)


MUTATIONS: tuple[Callable[[Random, Slots], None], ...] = (
    replace, replace, replace, replace, retype, retype, swap, swap_alike, swap_alike, graft, delete, delete, repeat,
    rename_key, another_class, another_class, another_class, another_module, rename, rewire, rewire, wrap, swallow,
)  # fmt: skip


def change(rng: Random, tree: Any) -> Any:
    """The tree after one mutation, which may be made in place."""
    places = slots(tree) if isinstance(tree, dict | list) else []
    if not places or rng.random() < 0.005:
        return some_value(rng)
    rng.choice(MUTATIONS)(rng, places)
    return tree


def mutate(rng: Random, data: bytes, others: tuple[bytes, ...] = ()) -> bytes:
    """JSON after one mutation or a few; now and then of its bytes."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return raw.mutate(rng, data, others)
    if rng.random() < 0.1:
        return spelled(rng, data, others)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5, 12))):
        tree = change(rng, tree)
    try:
        return json.dumps(tree, separators=rng.choice(((", ", ": "), (",", ":")))).encode()
    except (ValueError, RecursionError):  # 10**4000 has more digits than Python writes
        return spelled(rng, data, others)


def spelled(rng: Random, data: bytes, others: tuple[bytes, ...]) -> bytes:
    """The same JSON, or what once was it, written as no JSON should be."""
    text = data.decode("utf-8", "replace")
    digits = "9" * rng.choice((20, 400, 5000))
    forms: tuple[Callable[[], bytes], ...] = (
        lambda: raw.mutate(rng, data, others),
        lambda: raw.mutate(rng, data, others),
        lambda: b"\xef\xbb\xbf" + data,
        lambda: text.encode("utf-16"),
        lambda: text.replace('"', '"\\ud800', rng.randrange(1, 99)).encode(),
        lambda: data.replace(b"0", digits.encode(), 1),
        lambda: data.replace(b": ", b': 1e999, "x": ', rng.randrange(1, 9)),
        lambda: data[: len(data) // 2] + b"[" * rng.choice((10, 2000, 100_000)),
        lambda: b'{"class_name":' * rng.choice((10, 900, 50_000)),
        lambda: data.rstrip()[:-1] + b', "a": ' + b"[" * 900 + b"]" * 900 + b"}",
        lambda: data.replace(b'"', b'"\x00', 3),
        lambda: data.replace(b"e", b"\xff", rng.randrange(1, 5)),
        lambda: data.replace(b"null", b"NaN").replace(b"true", b"-Infinity", rng.randrange(1, 9)),
        lambda: data + data,
    )
    return rng.choice(forms)()
