"""A live model as it was: whatever calling it changes is put back.

Variables are never written (`keras.StatelessScope` takes what is assigned to them), so neither the statistics of
BatchNormalization nor the state of seeds and stateful layers need to be put back. What is left are attributes: Keras
clears losses and marks layers as called, and a `call` of the user's may write what it likes.
"""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, NamedTuple

import keras
from keras.src.backend.common.global_state import get_global_attribute, set_global_attribute

LOCK = threading.RLock()
"""One thread at a time changes what all share and puts it back; in one thread they end in the order they began."""

CONTEXT = "current_call_ctx"
"""Where Keras keeps which call of a layer is the outermost."""


TRIES = 3
"""How often a step is tried that puts something back: it may be interrupted, and does no harm a second time."""


@contextmanager
def as_it_was(model: Any) -> Iterator[None]:
    """Lets the model be called; afterwards it is as it was before, whatever ended the call."""
    with LOCK:
        saved = [_Attributes(layer) for layer in [*model._flatten_layers()]]
        context = get_global_attribute(CONTEXT)
        try:
            set_global_attribute(CONTEXT, None)  # or an interrupted call would pass for the one around this
            with ExitStack() as stack:
                stack.enter_context(keras.StatelessScope())
                if keras.backend.backend() == "torch":
                    stack.enter_context(sys.modules["torch"].no_grad())
                yield
        finally:
            do_all([*(one.restore for one in saved), partial(set_global_attribute, CONTEXT, context)])


def do_all(steps: Iterable[Callable[[], object]]) -> None:
    """Takes every step, each as often again as it is interrupted; then raises what interrupted the first one."""
    interrupted: BaseException | None = None
    for step in steps:
        for _ in range(TRIES):
            try:
                step()
                break
            except BaseException as error:
                interrupted = interrupted or error
    if interrupted is not None:
        raise interrupted


class _Attributes:
    """The attributes of a layer, and what the lists, dicts and sets among them hold."""

    __slots__ = ("held", "layer", "values")

    def __init__(self, layer: Any) -> None:
        self.layer = layer
        self.values = dict(vars(layer))
        containers = map(_unwrapped, self.values.values())
        self.held = [(value, _KINDS[kind].copied(value)) for value in containers if (kind := _kind(value))]

    def restore(self) -> None:
        now = vars(self.layer)
        if not _KINDS[dict].same(now, self.values):
            now.clear()
            now.update(self.values)
        for value, copied in self.held:
            kind = _KINDS[_kind(value) or list]
            if not kind.same(value, copied):
                kind.refill(value, copied)


class _Kind(NamedTuple):
    """How a kind of container is copied, compared item by item (the same objects, in the same order) and refilled.

    By the methods of the plain class: Keras's tracked containers, which are locked once a layer is built, have others.
    """

    copied: Callable[[Any], Any]
    same: Callable[[Any, Any], bool]
    refill: Callable[[Any, Any], None]


def _same_items(now: Iterable[Any], before: Iterable[Any]) -> bool:
    return all(one is other for one, other in zip(now, before, strict=True))


def _refill_ordered(value: Any, before: Any) -> None:
    OrderedDict.clear(value)
    OrderedDict.update(value, before)


def _refill_dict(value: Any, before: Any) -> None:
    dict.clear(value)
    dict.update(value, before)


def _refill_set(value: Any, before: Any) -> None:
    set.clear(value)
    set.update(value, before)


_KINDS: Mapping[type, _Kind] = {
    OrderedDict: _Kind(
        dict,
        lambda now, before: (
            len(now) == len(before) and list(now) == list(before) and _same_items(now.values(), before.values())
        ),
        _refill_ordered,
    ),
    dict: _Kind(
        dict,
        lambda now, before: (
            len(now) == len(before)
            and _same_items(dict.keys(now), before)
            and _same_items(dict.values(now), before.values())
        ),
        _refill_dict,
    ),
    list: _Kind(
        list,
        lambda now, before: len(now) == len(before) and _same_items(list.__iter__(now), before),
        lambda value, before: list.__setitem__(value, slice(None), before),
    ),
    set: _Kind(set, lambda now, before: set.__eq__(now, before), _refill_set),
}


def _kind(value: Any) -> type | None:
    """The plain class that a container is one of; an OrderedDict keeps its order apart from the dict that it is."""
    return next((kind for kind in _KINDS if kind in type(value).__mro__), None)


def _unwrapped(value: Any) -> Any:
    """What stands behind the wrappers that TensorFlow puts around dicts and lists which are attributes."""
    if isinstance(value, dict) and dict not in type(value).__mro__:
        return getattr(value, "__wrapped__", value)
    return getattr(value, "_storage", value) if isinstance(value, list) else value
