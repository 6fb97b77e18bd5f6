"""JSON that a file holds, with limits to what it may become in memory, and a second look at what is odd in it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

from netviz.errors import SourceError
from netviz.model import Config, Note
from netviz.readers.guards import GUARDS, JsonLimits, raise_to

COSTS = {b"[": 88, b"{": 210, b",": 40, b":": 110}
"""Bytes that CPython 3.11 takes for a list, a dict with its first entries, an element, an entry with a key of its own.

Measured with sys.getsizeof; an upper bound for what JSON can hold, not the mean.
"""

INSIDE = ("layers", "cells", "layer", "forward_layer", "backward_layer", "cell")
"""The settings that hold layers."""

COST_OF_A_BYTE = 45
"""What a byte of JSON costs at most: `{},` makes 30 of each, and one character may make a text four times as wide."""


def parse_json(path: Path, name: str, data: bytes | str, limits: JsonLimits = GUARDS.json) -> Config:
    """The JSON object in `data`; raises SourceError that names the member and the place, or the limit."""
    if len(data) > limits.text_bytes:
        raise SourceError(f"{path}: {name} has {len(data):,} bytes, more than any config", raise_to(len(data)))
    if len(data) * COST_OF_A_BYTE > limits.objects_bytes:
        needed = memory_of(data)
        if needed > limits.objects_bytes:
            raise SourceError(
                f"{path}: {name} would take {needed >> 20:,} MiB of memory, more than any config", raise_to(needed)
            )
    try:
        value = json.loads(data)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(f"{path}: {name} is not valid JSON: {_reason(error)}") from error
    if not isinstance(value, dict):
        raise SourceError(f"{path}: {name} holds {type(value).__name__} where an object is expected")
    return value


def parse_model(path: Path, name: str, data: bytes | str, limits: JsonLimits = GUARDS.json) -> Config:
    """The config of a model in `data`; raises SourceError as `parse_json` does, and where it has too many layers."""
    config = parse_json(path, name, data, limits)
    if len(data) > limits.steps and steps_of(config) > limits.steps:
        raise SourceError(f"{path}: {name} has over {limits.steps:,} layers and calls, more than any model")
    return config


def steps_of(config: Config) -> int:
    """How many layers and calls of layers a config lists, those inside included."""
    steps = 0
    stack: list[object] = [config]
    while stack:
        written = stack.pop()
        if not isinstance(written, dict):
            continue
        settings, calls = written.get("config"), written.get("inbound_nodes")
        steps += 1 + (len(calls) if isinstance(calls, list) else 0)
        if isinstance(settings, list):  # a Sequential of Keras 1
            stack += settings
        elif isinstance(settings, dict):
            for key in INSIDE:
                inner = settings.get(key)
                stack += inner if isinstance(inner, list) else [inner]
    return steps


def memory_of(data: bytes | str) -> int:
    """About how many bytes a JSON text takes once it is parsed, the text itself included; never much less."""
    text = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    width = 1 if text.isascii() else 4  # one character beyond the first plane makes all of the text as wide
    return len(text) * (2 + width) + sum(text.count(mark) * cost for mark, cost in COSTS.items())


def examine_json(name: str, data: bytes | str) -> Iterator[Note]:
    """What is odd in JSON that could be parsed: keys that stand twice in an object, and numbers that are none.

    Readers differ in what they make of these: of the same key Python takes the last, others the first.
    """
    doubled: dict[str, None] = {}
    odd: dict[str, None] = {}

    def pairs(found: list[tuple[str, object]]) -> None:
        if len(found) > 1 and len({key for key, _ in found}) < len(found):
            seen: set[str] = set()
            for key, _ in found:
                if key in seen:
                    doubled[key] = None
                seen.add(key)

    def number(text: str) -> float:
        value = float(text)
        if not math.isfinite(value):
            odd[text] = None
        return value

    try:
        json.loads(data, object_pairs_hook=pairs, parse_constant=lambda text: odd.setdefault(text), parse_float=number)
    except (ValueError, RecursionError, MemoryError):
        return  # said when the file was read
    if doubled:
        message = (
            f"{name} has the key {_some(doubled)} twice in one object; the last is shown, others may take the first."
        )
        yield Note("warning", "json-key-twice", "", message)
    if odd:
        yield Note(
            "warning", "json-not-finite", "", f"{name} has {_some(odd)} among its values, which JSON does not allow."
        )


def _some(found: dict[str, None]) -> str:
    first = ascii(next(iter(found)))
    first = first if len(first) <= 40 else first[:39] + "…'"
    return first if len(found) == 1 else f"{first} (and {len(found) - 1} more)"


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested deeper than any config"
    if isinstance(error, MemoryError):
        return "it takes more memory than there is"
    if isinstance(error, UnicodeError):
        return (
            f"it is no text in UTF-8: {error.reason} at byte {error.start:,}"
            if isinstance(error, UnicodeDecodeError)
            else str(error)
        )
    return str(error)
