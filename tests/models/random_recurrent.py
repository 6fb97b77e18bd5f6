"""Recurrent layers for random models: plain, of cells, in both directions."""

from __future__ import annotations

from typing import Any

from keras import layers

from tests.models.random_draws import Draws

RECURRENT = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1}
"""How many states each has."""


def recurrent(draws: Draws, x: Any, kind: str, *, states: bool = False, units: int | None = None) -> Any:
    """TensorFlow cannot make the kernels in half precision."""
    settings: dict[str, Any] = {"return_sequences": draws.flag(), "return_state": states and draws.flag()}
    if kind == "GRU":
        settings["reset_after"] = draws.likely()
    settings["go_backwards"] = draws.seldom()
    common = draws.common(policies=("mixed_float16", "float64"))
    return getattr(layers, kind)(units or draws.size(), use_bias=draws.likely(), **settings, **common)


def bidirectional(draws: Draws, x: Any) -> Any:
    kind = draws.one_of(*RECURRENT)
    mode = draws.one_of("concat", "sum", "mul", "ave")
    units, sequences = draws.size(), draws.flag()
    inner = getattr(layers, kind)(units, return_sequences=sequences, **draws.common(policies=()))
    if draws.seldom():
        other = getattr(layers, draws.one_of(*RECURRENT))
        backward = other(units, return_sequences=sequences, go_backwards=True)
        return layers.Bidirectional(inner, merge_mode=mode, backward_layer=backward, **draws.common(policies=()))
    return layers.Bidirectional(inner, merge_mode=mode, **draws.common(policies=()))


def cells(draws: Draws, x: Any) -> Any:
    stack = [getattr(layers, f"{draws.one_of(*RECURRENT)}Cell")(draws.size()) for _ in range(draws.integer(1, 3))]
    cell = stack[0] if len(stack) == 1 else stack
    return layers.RNN(cell, return_sequences=draws.flag(), **draws.common(policies=()))
