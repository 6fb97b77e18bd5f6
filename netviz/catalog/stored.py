"""Which variables a layer stores: small rows that become `WeightSpec`s in storage order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from netviz.catalog.kinds import WeightSpec
from netviz.catalog.settings import setting
from netviz.model import Config


def always(config: Config) -> bool:
    """True: the variable does not depend on settings."""
    return True


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a layer class. `when` says whether a layer of that config has it."""

    name: str
    when: Callable[[Config], bool] = always
    trainable: bool = True


ALSO: Mapping[str, str] = {"quantized_kernel": "kernel", "kernel_zero": "zero_point"}
"""What Keras itself calls a variable, where that may be another name than that of the layer's attribute."""

KERNEL = Variable("kernel")
BIAS = Variable("bias", setting("use_bias", True))


def numbered(variables: Iterable[tuple[str, bool]], group: str = "", name: str = "") -> tuple[WeightSpec, ...]:
    """The (name, trainable) pairs as what a file holds: "vars/0", "vars/1", ... in that order.

    Source: keras.layers.Layer.save_own_variables. `group` and `name` are prefixed, such as "cell/".
    """
    return tuple(
        WeightSpec(name + own, f"{group}vars/{index}", trainable, name + ALSO[own] if own in ALSO else None)
        for index, (own, trainable) in enumerate(variables)
    )


def variables(*rows: Variable, group: str = "") -> Callable[[Config], tuple[WeightSpec, ...]]:
    """A `weights` rule: those of the rows that the config has, in that order."""
    return lambda config: numbered([(row.name, row.trainable) for row in rows if row.when(config)], group)
