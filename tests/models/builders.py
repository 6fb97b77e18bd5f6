"""How the models for the tests are collected: a decorator that makes each builder repeatable."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import keras
import numpy as np

Builder = Callable[[], keras.Model]


def into(models: dict[str, Builder]) -> Callable[[Builder], Builder]:
    """A decorator that files a builder under its name; the model it builds is the same each time.

    Automatic names start over (`dense`, not `dense_7`), and every float weight gets values of its own,
    so that a reader that takes gamma for moving_variance, both ones in a new model, is found out.
    """

    def collect(build: Builder) -> Builder:
        @wraps(build)
        def repeatable() -> keras.Model:
            keras.utils.clear_session()
            keras.utils.set_random_seed(0)
            model = build()
            if getattr(model, "optimizer", None) is None:
                fill(model)
            return model

        models[build.__name__] = repeatable
        return repeatable

    return collect


def fill(model: keras.Model) -> None:
    """Give every float weight seeded values in [0.1, 1), in the order of `model.weights`.

    `g_idx`, a quantized layer's table of group numbers, is stored as float but has to stay what it is.
    """
    rng = np.random.default_rng(0)
    for variable in model.weights:
        if variable.name != "g_idx" and "float" in keras.backend.standardize_dtype(variable.dtype):
            variable.assign(rng.uniform(0.1, 1.0, tuple(variable.shape)).astype("float32"))
