"""Small draws that random models share: sizes, switches, and what every layer can be given (name, dtype, frozen)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st
from keras import layers
from keras.src.utils.naming import auto_name

T = TypeVar("T")

NAMES = (
    "two words", "größe", "层", "a.b", '<b title="q">', "UPPER", "0", "vars", "layers", "kernel", "cell", "x:0", "-",
    "block_07_conv", "\\back", "%s", "{}", "trailing ", "emoji 🦙", "#2", "query", "lstm_cell", "optimizer",
    "model_weights",
)  # fmt: skip
"""Names that Keras takes (it refuses "/") and that file formats, counters and markup may stumble over."""

CLASHING = ("dense", "conv2d", "batch_normalization", "add", "lstm", "sequential", "functional")
"""Automatic names that are given to layers before Keras gets to them, of whatever class."""

ACTIVATIONS = (None, "relu", "tanh", "softmax", "gelu")

POLICIES = ("mixed_float16", "float16", "bfloat16", "mixed_bfloat16", "float64")


@dataclass
class Draws:
    """Draws for one model. The first value of each choice is the simplest: a failing model shrinks towards it.

    `taken` are the names given in the model or nested model at hand, `mixed` whether layers have dtypes of their own,
    `cautious` whether an axis of any length may turn out to have length 1.
    """

    draw: st.DrawFn
    mixed: bool = False
    cautious: bool = False
    taken: set[str] = field(default_factory=set)

    def integer(self, smallest: int, largest: int) -> int:
        return self.draw(st.integers(smallest, largest))

    def flag(self) -> bool:
        return self.draw(st.booleans())

    def likely(self) -> bool:
        return self.integer(0, 3) < 3

    def seldom(self) -> bool:
        return self.integer(0, 7) == 7

    def one_of(self, *values: T) -> T:
        return self.draw(st.sampled_from(values))

    def activation(self) -> Any:
        """A name, a layer, a layer with weights of its own, or none."""
        if self.seldom():
            return self.one_of(layers.LeakyReLU, layers.Softmax, layers.PReLU)()
        return self.one_of(*ACTIVATIONS)

    def size(self) -> int:
        """A number of units or channels."""
        return self.integer(1, 8)

    def common(self, policies: tuple[str, ...] = POLICIES) -> dict[str, Any]:
        """Settings that every layer takes: mostly none."""
        settings: dict[str, Any] = {}
        special = self.integer(0, 9)
        if special == 7:
            settings["trainable"] = False
        name = self.name() if special >= 8 else None
        if name is not None:
            settings["name"] = name
        if self.mixed and not self.cautious and policies and self.seldom():
            settings["dtype"] = self.one_of(*policies)
        return settings

    def name(self) -> str | None:
        """An odd name, or an automatic one ahead of its turn; None where the odd one is taken.

        Asking Keras for the automatic name keeps it from giving the same one later.
        """
        if self.flag():
            return str(auto_name(self.one_of(*CLASHING)))
        name = self.one_of(*NAMES)
        if name in self.taken:
            return None
        self.taken.add(name)
        return name
