"""Normalisation: by statistics that are known (batches), and by those of the values themselves.

A group is what has one mean and variance. A mean takes an operation for each value, as the profiler has it, and
1 / sqrt(variance + epsilon) three.
"""

from __future__ import annotations

import math

from netviz.catalog.costs import positions
from netviz.catalog.costs.forms import Outputs, each, known, made, operand_lengths
from netviz.catalog.kinds import Arguments, CostKind, UncountedError, Work
from netviz.catalog.outputs import subjects
from netviz.catalog.settings import axis_in, flag, integer, integers
from netviz.model import Config

BATCH = each(2)
"""x·(gamma / sqrt(variance + epsilon)) + (beta - ...), both factors known: Ioffe and Szegedy (2015), algorithm 2."""


def groups(config: Config, arguments: Arguments) -> int:
    """How many groups there are when values are normalised along `axis`."""
    shape = known(subjects(arguments)[0].shape)
    value = config.get("axis")
    axes = {axis_in(axis, len(shape)) for axis in integers(-1 if value is None else value)}
    return math.prod(length for place, length in enumerate(shape) if place not in axes)


def scaled(config: Config) -> int:
    """Operations of gamma and beta for each value."""
    return flag(config, "scale", True) + flag(config, "center", True)


def by_layer(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """gamma·(x - mean) / sqrt(variance + epsilon) + beta: Ba, Kiros and Hinton (2016), equations 3 and 4.

    Of a value: in both means one each, difference, square, product, gamma, beta. With `rms_scaling` there is no mean.
    """
    if flag(config, "rms_scaling", False):
        return by_root(config, arguments, outputs)
    return Work(0, made(outputs) * (5 + scaled(config)) + 3 * groups(config, arguments))


def by_root(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """scale·x / sqrt(mean(x²) + epsilon): Zhang and Sennrich (2019), equation 4."""
    return Work(0, 4 * made(outputs) + 3 * groups(config, arguments))


def root_operation(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """As by root, without the scale where none is given."""
    return Work(0, made(outputs) * (3 + min(1, scales_given(arguments))) + 3 * groups(config, arguments))


def by_group(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """As by layer, with `groups` groups in each sample: Wu and He (2018), equations 1 to 6."""
    shape = known(subjects(arguments)[0].shape)
    count = integer(config, "groups", 32)
    count = shape[axis_in(integer(config, "axis", -1), len(shape))] if count == -1 else count
    return Work(0, made(outputs) * (5 + scaled(config)) + 3 * shape[0] * count)


def to_unit(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """x / sqrt(max(sum(x²), epsilon)): square, sum, product for each value; the profiler's Maximum and Rsqrt."""
    return Work(0, 3 * made(outputs) + 2 * groups(config, arguments))


def normalize(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Of keras.ops.normalize: as to unit, by the Euclidean norm."""
    if config.get("order", 2) != 2:
        raise UncountedError("No count of this norm is published.")
    return to_unit(config, arguments, outputs)


ALONG = positions.along(positions.axes_under("axis"))
LAYER = CostKind(by_layer, ALONG)
ROOT = CostKind(by_root, ALONG)
GROUP = CostKind(by_group, positions.grouped)
UNIT = CostKind(to_unit, ALONG)
NORMALIZE = CostKind(normalize, ALONG)


def scales_given(arguments: Arguments) -> int:
    """How many arrays keras.ops was given behind what it normalises."""
    return len(operand_lengths(arguments)) - 1


def layer_operation(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """As by layer, gamma and beta where they are given."""
    return Work(0, made(outputs) * (5 + min(2, scales_given(arguments))) + 3 * groups(config, arguments))


LAYER_OPERATION = CostKind(layer_operation, ALONG)
ROOT_OPERATION = CostKind(root_operation, ALONG)
