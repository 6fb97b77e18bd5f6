"""What a model costs to run: the result of `netviz.cost`, in total and by layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """Which part of the model's input one output position depends on, along each spatial axis.

    `size` is its length in positions of the input, `stride` by how many it moves from one output to the next, `offset`
    where that of the first output begins: negative in the padding, None where the padding depends on a length that is
    not known. Formulas: Araujo, Norris and Sim, Computing Receptive Fields of Convolutional Neural Networks (Distill
    2019), of which the effective padding is -offset.
    """

    size: tuple[int, ...]
    stride: tuple[Fraction, ...]
    offset: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class LayerCost:
    """What one layer costs for one batch, over all its calls; the layers inside are counted in.

    `macs` are multiply-accumulates of convolutions and matrix products, `flops` all floating-point operations, two for
    each multiply-accumulate (see `netviz.catalog.kinds.Work`). `activation_bytes` are those of its outputs,
    `weight_bytes` those of its weights. None is unknown, and `reason` says why in one sentence. `receptive_field` is
    that of its first output: "whole" where it depends on the whole input, None where it is unknown or means nothing.
    `outputs` are the shapes of what its first call gives, for the batch and the shapes that were asked for; where other
    calls give others, those of each different one behind them; () where no call of it is known.
    """

    path: str
    name: str
    class_name: str | None
    calls: int
    macs: int | None
    flops: int | None
    activation_bytes: int | None
    weight_bytes: int | None
    receptive_field: ReceptiveField | Literal["whole"] | None
    reason: str = ""
    outputs: tuple[tuple[int | None, ...] | None, ...] = ()


@dataclass(frozen=True, slots=True)
class CallCost:
    """What one call of a layer costs, the layers inside counted in; None is unknown, and the layer's cost says why.

    `activation_bytes` are those of its outputs, `outputs` the shapes of these. Of a call inside a wrapper that runs it
    once for each step (TimeDistributed), all counts are those of all steps; the shapes are those of one.
    """

    macs: int | None
    flops: int | None
    activation_bytes: int | None
    outputs: tuple[tuple[int | None, ...] | None, ...]


@dataclass(frozen=True, slots=True)
class ModelCost:
    """What a model costs for one batch of inputs.

    `inputs` are the shapes that it was worked out for, by the names of the inputs. Totals count what is known:
    `unknown` are the paths of the layers of which something is not, and the totals are "at least" where there are any.
    `activation_bytes` is the most that is in memory at one time at inference: outputs, each kept from when it is made
    until its last use and what enters until the end, and what a call holds inside while it runs (the scores of
    attention, the steps of recurrence, what lies between the two parts of a separable convolution); `peak_at` is the
    layer that runs then. `training_bytes` is what is kept for the gradients: all outputs, and what these calls hold
    that the gradients need (projections and scores, gates and states of every step), at least as much as at inference;
    the gradients themselves, masks of dropout and the state of the optimizer are not counted. Left out of both is what
    a library takes for itself, such as the unrolled input of a convolution. `weight_bytes` are those of the model's
    weights, each stored variable once.
    `layers` has every layer, depth first, a layer before those inside it, by path. `alive` has for each call, in the
    order in which they run, the path of its layer and the bytes in memory while it runs.
    `calls` has what each single call costs, by the path that `views.Box.calls` has it under: "dense", "shared#2" for
    the second call of a layer, and inside a model that is called twice "inner/dense" and "inner#2/dense", each for
    what goes in there. Layers that nothing calls are not in it, nor what is inside of models beyond 20,000 calls.
    """

    name: str
    batch: int
    inputs: tuple[tuple[str, tuple[int | None, ...] | None], ...]
    macs: int
    flops: int
    activation_bytes: int
    training_bytes: int
    weight_bytes: int
    peak_at: str
    layers: tuple[LayerCost, ...]
    alive: tuple[tuple[str, int], ...]
    unknown: tuple[str, ...]
    calls: Mapping[str, CallCost] = field(default_factory=dict, hash=False)

    @property
    def exact(self) -> bool:
        """Whether all is known; else every total is a lower bound."""
        return not self.unknown
