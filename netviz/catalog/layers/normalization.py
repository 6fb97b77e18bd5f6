"""keras.layers normalisation: the shape stays as it is, the variables differ."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.catalog.costs import normalization as costs
from netviz.catalog.kinds import Arguments, Expected, LayerKind, ShapesRule
from netviz.catalog.outputs import first_tensor, unchanged
from netviz.catalog.settings import axis_in, flag, integers, setting
from netviz.catalog.stored import Variable, variables
from netviz.model import Config

GAMMA = Variable("gamma", setting("scale", True))
BETA = Variable("beta", setting("center", True))
RENORM = setting("renorm", False)
STATISTICS = (
    Variable("moving_mean", trainable=False),
    Variable("moving_variance", trainable=False),
    Variable("moving_stddev", RENORM, trainable=False),
    Variable("renorm_mean", RENORM, trainable=False),
    Variable("renorm_stddev", RENORM, trainable=False),
)


def has_gamma(config: Config) -> bool:
    """Whether a LayerNormalization scales; with `rms_scaling` it does in any case."""
    return flag(config, "scale", True) or flag(config, "rms_scaling", False)


def has_beta(config: Config) -> bool:
    """Whether a LayerNormalization shifts; with `rms_scaling` it never does."""
    return flag(config, "center", True) and not flag(config, "rms_scaling", False)


def along_axis(*names: str) -> ShapesRule:
    """Each variable as long as the axes that `axis` names (the last by default)."""

    def shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
        shape = first_tensor(arguments).shape
        axes = integers(config.get("axis", -1))
        own = (None,) * len(axes) if shape is None else tuple(shape[axis_in(axis, len(shape))] for axis in axes)
        return dict.fromkeys(names, Expected(own))

    return shapes


NAMES = ("gamma", "beta", *(row.name for row in STATISTICS))

KINDS = (
    LayerKind(
        "BatchNormalization",
        "normalisation",
        unchanged,
        variables(GAMMA, BETA, *STATISTICS),
        shapes=along_axis(*NAMES),
        cost=costs.BATCH,
    ),
    LayerKind(
        "LayerNormalization",
        "normalisation",
        unchanged,
        variables(Variable("gamma", has_gamma), Variable("beta", has_beta)),
        shapes=along_axis("gamma", "beta"),
        cost=costs.LAYER,
    ),
    LayerKind(
        "GroupNormalization",
        "normalisation",
        unchanged,
        variables(GAMMA, BETA),
        shapes=along_axis(*NAMES),
        cost=costs.GROUP,
    ),
    LayerKind(
        "RMSNormalization",
        "normalisation",
        unchanged,
        variables(Variable("scale")),
        shapes=along_axis("scale"),
        cost=costs.ROOT,
    ),
    LayerKind("UnitNormalization", "normalisation", unchanged, cost=costs.UNIT),
)
