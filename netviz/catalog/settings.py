"""A layer's settings, read as Keras reads them: typed, with Keras's own default where one is missing or null.

A value of the wrong type raises TypeError or ValueError: the config is one that Keras would refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from netviz.model import Config


def whole(value: object) -> int:
    """The value itself, which has to be an int."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"expected an integer, not {value!r:.80}")
    return value


def integer(config: Config, key: str, default: int | None = None) -> int:
    """The int under `key`."""
    value = config.get(key)
    return whole(default if value is None else value)


def integer_if_set(config: Config, key: str) -> int | None:
    """The int under `key`; None where it is left open."""
    return None if config.get(key) is None else integer(config, key)


def flag(config: Config, key: str, default: bool) -> bool:
    """The truth of the value under `key`."""
    value = config.get(key)
    return default if value is None else bool(value)


def text(config: Config, key: str, default: str) -> str:
    """The string under `key`."""
    value = config.get(key)
    if value is None:
        return default
    if not isinstance(value, str):
        raise TypeError(f"expected {key} to be a string, not {value!r:.80}")
    return value


def sequence(value: object) -> tuple[object, ...]:
    """The items of a JSON list; anything else is refused."""
    if not isinstance(value, list | tuple):
        raise TypeError(f"expected a list, not {value!r:.80}")
    return tuple(value)


def integers(value: object) -> tuple[int, ...]:
    """The ints of a list, or the one int alone."""
    return (whole(value),) if isinstance(value, int) else tuple(whole(item) for item in sequence(value))


def lengths(value: object) -> tuple[int | None, ...]:
    """A shape as JSON holds it: a list of ints and nulls."""
    return tuple(None if item is None else whole(item) for item in sequence(value))


def sizes(config: Config, key: str, rank: int, default: object = None) -> tuple[int, ...]:
    """One int per spatial axis; a single int stands for all of them.

    Source: keras.src.utils.argument_validation.standardize_tuple.
    """
    value = config.get(key)
    values = integers(default if value is None else value)
    if len(values) == 1:
        values *= rank
    if len(values) != rank:
        raise ValueError(f"expected {rank} values of {key}, not {len(values)}")
    return values


def pairs(config: Config, key: str, rank: int) -> tuple[tuple[int, int], ...]:
    """What is added or cut (before, after) along each spatial axis; 1 by default.

    Source: keras.layers.ZeroPadding2D and Cropping2D: an int for all, an int per axis or a pair per axis.
    With one axis, a list of two ints is its pair.
    """
    value = config.get(key)
    value = 1 if value is None else value
    if isinstance(value, int):
        return ((whole(value), whole(value)),) * rank
    items = sequence(value)
    if rank == 1 and all(isinstance(item, int) for item in items):
        items = (items,)
    if len(items) != rank:
        raise ValueError(f"expected {rank} values of {key}, not {len(items)}")
    found = []
    for item in items:
        ends = integers(item)
        before, after = ends * 2 if len(ends) == 1 else ends
        found.append((before, after))
    return tuple(found)


def axis_in(axis: int, ndim: int) -> int:
    """The axis counted from the front; ValueError where there is none such."""
    if not -ndim <= axis < ndim:
        raise ValueError(f"axis {axis} is out of bounds for {ndim} axes")
    return axis % ndim


def channels_first(config: Config) -> bool:
    """Whether the channels stand before the spatial axes; Keras's own default is that they do not."""
    return config.get("data_format") == "channels_first"


def setting(key: str, default: bool) -> Callable[[Config], bool]:
    """A condition on a config: that the flag under `key` is set."""
    return lambda config: flag(config, key, default)


def serialized(value: object) -> Config:
    """The value as a serialised object: {"class_name", "module", "config", ...}."""
    if not isinstance(value, Mapping):
        raise TypeError(f"expected a serialised object, not {value!r:.80}")
    return value


def inner(config: Config, key: str) -> Config:
    """The serialised object under `key`."""
    return serialized(config.get(key))


def inner_config(written: Config) -> Config:
    """The settings of a serialised object."""
    return inner(written, "config")
