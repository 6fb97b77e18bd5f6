"""All the models for the tests, by name; each builder makes the same model every time it is called.

`ZOO` are built models that Keras can save; `UNBUILT` have no weights yet; `SUBCLASSED` are for live tracing:
they know nothing of their shapes until they are called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers

from tests.models.builders import Builder, into
from tests.models.custom import VAE, FromDict, Regularised, Tower, TwoInputs
from tests.models.families import FAMILIES
from tests.models.wiring import WIRING

ZOO: dict[str, Builder] = {**WIRING, **FAMILIES}
UNBUILT: dict[str, Builder] = {}

UNLOADABLE = {"tied_across", "tied_inside"}
"""Models whose files are sound but which Keras itself fails to load (it counts the calls of the shared layer twice)."""

MEMORY_ONLY = {"lora"}
"""Models with weights that no file holds: what `describe` says of the live model is more than a file can tell."""


@into(UNBUILT)
def unbuilt_sequential() -> keras.Model:
    return keras.Sequential([layers.Dense(3, name="one"), layers.Dense(2, name="two")], name="unbuilt_sequential")


@into(UNBUILT)
def empty_sequential() -> keras.Model:
    return keras.Sequential(name="empty_sequential")


@into(UNBUILT)
def unbuilt_subclassed() -> keras.Model:
    return Tower(name="unbuilt_subclassed")


@dataclass(frozen=True)
class Traceable:
    """A subclassed model that was never called, and the positional arguments (batch of 2) to call it with."""

    build: Builder
    args: Callable[[], tuple[Any, ...]]


def _numbers(*shape: int) -> Any:
    return np.random.default_rng(0).normal(size=(2, *shape)).astype("float32")


SUBCLASSED: dict[str, Traceable] = {
    "plain": Traceable(lambda: Tower(name="plain"), lambda: (_numbers(3),)),
    "training": Traceable(lambda: Regularised(name="training"), lambda: (_numbers(3),)),
    "from_dict": Traceable(
        lambda: FromDict(name="from_dict"), lambda: ({"image": _numbers(8, 8, 1), "numbers": _numbers(3)},)
    ),
    "two_inputs": Traceable(lambda: TwoInputs(name="two_inputs"), lambda: (_numbers(3), _numbers(3))),
    "vae": Traceable(lambda: VAE(name="vae"), lambda: (_numbers(8),)),
}
