"""Losses as operations: what compares a prediction with its target."""

from __future__ import annotations

from netviz.catalog.costs.forms import SORTING, VALUES, Outputs, made, operand_lengths, uncounted
from netviz.catalog.kinds import Arguments, CostKind, Work
from netviz.catalog.settings import flag
from netviz.model import Config


def classes(arguments: Arguments) -> int:
    """How many values the prediction has."""
    count = 1
    for length in operand_lengths(arguments)[1]:
        count *= length
    return count


def binary(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """-(t·log(p) + (1 - t)·log(1 - p)), of p between epsilon and 1 - epsilon; of logits a sigmoid first."""
    return Work(0, made(outputs) * (10 + 4 * flag(config, "from_logits", False)))


def categorical(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """-sum(t·log(p)), p divided by its sum and kept between bounds; of logits log-softmax in place of that."""
    n, out = classes(arguments), made(outputs)
    before = 5 * n if flag(config, "from_logits", False) else 5 * n - out
    return Work(0, before + 2 * n)


def sparse(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """As of categories, with the target as the number of one: its logarithm, and its sign."""
    n, out = classes(arguments), made(outputs)
    return Work(0, (5 * n if flag(config, "from_logits", False) else 4 * n) + out)


def noise(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """20·log10(m) - 10·log10(mean((a - b)²)). Source: keras.ops.psnr."""
    return Work(0, 3 * classes(arguments) + 5)


def close(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """|a - b| <= e + r·|b| of each pair, and whether it holds of all."""
    return Work(0, 7 * classes(arguments) - 1)


BINARY = CostKind(binary)
CATEGORICAL = CostKind(categorical)
SPARSE = CostKind(sparse)
NOISE = CostKind(noise, "whole")
CLOSE = CostKind(close, "whole")
DYNAMIC = uncounted(VALUES, "whole")
RANKED = uncounted(SORTING)
