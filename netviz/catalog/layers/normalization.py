"""keras.layers normalisation: the shape stays as it is, the variables differ."""

from __future__ import annotations

from netviz.catalog.kinds import LayerKind
from netviz.catalog.outputs import unchanged
from netviz.catalog.settings import flag, setting
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


KINDS = (
    LayerKind("BatchNormalization", "normalisation", unchanged, variables(GAMMA, BETA, *STATISTICS)),
    LayerKind(
        "LayerNormalization",
        "normalisation",
        unchanged,
        variables(Variable("gamma", has_gamma), Variable("beta", has_beta)),
    ),
    LayerKind("GroupNormalization", "normalisation", unchanged, variables(GAMMA, BETA)),
    LayerKind("RMSNormalization", "normalisation", unchanged, variables(Variable("scale"))),
    LayerKind("UnitNormalization", "normalisation", unchanged),
)
