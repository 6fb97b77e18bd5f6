"""Every class of keras.ops, by name."""

from __future__ import annotations

import inspect
from typing import Any

from keras.src.ops import core, einops, image, linalg, math, nn, numpy
from keras.src.ops.operation import Operation

MODULES = (numpy, nn, core, math, linalg, image, einops)

FOUND = [
    (name, value)
    for module in MODULES
    for name, value in vars(module).items()
    if inspect.isclass(value) and issubclass(value, Operation) and value.__module__ == module.__name__
]

OPERATION_CLASSES: dict[str, Any] = dict(FOUND)
