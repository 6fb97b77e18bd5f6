"""Recurrent layers: in every step a product of the input and one of the state for each gate, and what joins them.

Sources: LSTM, Hochreiter and Schmidhuber (1997) with the forget gate of Gers et al. (2000); GRU, Cho et al. (2014);
ConvLSTM, Shi et al. (2015), equation 3 without peepholes; each as keras.layers computes it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from netviz.catalog.costs.forms import Outputs, known, made, multiplied, nothing, taken
from netviz.catalog.costs.functions import activation
from netviz.catalog.kinds import Arguments, CostKind, Holding, HoldingRule, Work
from netviz.catalog.outputs import first_tensor, subjects
from netviz.catalog.settings import flag, integer, sizes
from netviz.catalog.shapes import spatial, window_output
from netviz.model import Config

GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}


def lstm(config: Config) -> int:
    """Operations of a step for each unit: f·c + i·g, o·tanh(c), and of each gate the sum of both products."""
    gates = 4 + 4 * flag(config, "use_bias", True)
    return (
        gates + 3 * activation(config, "recurrent_activation", "sigmoid") + 2 * activation(config, default="tanh") + 4
    )


def gru(config: Config) -> int:
    """Operations of a step for each unit: z·h + (1 - z)·g, r·h, and of each gate the sum of both products.

    A GRU that resets after the product has biases for the state as well.
    """
    biases = (6 if flag(config, "reset_after", True) else 3) * flag(config, "use_bias", True)
    return (
        3 + biases + 2 * activation(config, "recurrent_activation", "sigmoid") + activation(config, default="tanh") + 5
    )


def simple(config: Config) -> int:
    """Operations of a step for each unit: the sum of both products, the bias, the activation."""
    return 1 + flag(config, "use_bias", True) + activation(config, default="tanh")


STEPS: dict[str, Callable[[Config], int]] = {"LSTM": lstm, "GRU": gru, "SimpleRNN": simple}


def steps_of(name: str) -> Callable[[Config, Arguments, Outputs], Work]:
    """The work of a layer or cell: all axes but the last are steps and samples."""

    def work(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
        *times, features = known(first_tensor(arguments).shape)
        units = integer(config, "units")
        steps = math.prod(times)
        return multiplied(steps * GATES[name] * units * (features + units), steps * units * STEPS[name](config))

    return work


def convolutional(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """The work of ConvLSTMND: a convolution of each step, and one of the state that keeps its size."""
    shape = known(first_tensor(arguments).shape)
    rank = len(shape) - 3
    _, axes, channels = spatial(config, (shape[0], *shape[2:]), rank)
    filters, window = integer(config, "filters"), sizes(config, "kernel_size", rank)
    settings = (axes, window, sizes(config, "strides", rank, 1), sizes(config, "dilation_rate", rank, 1))
    padding = str(config.get("padding", "valid"))
    places = [window_output(*one, padding) or 0 for one in zip(*settings, strict=True)]
    units = shape[0] * shape[1] * math.prod(places) * filters
    macs = units * 4 * math.prod(window) * ((channels or 0) + filters)
    return multiplied(macs, units * lstm(config))


KEPT_OF_STEP = {"LSTM": 4 + 1, "ConvLSTM": 4 + 1, "GRU": 3, "SimpleRNN": 0}
"""What the gradients of a step need for each unit beside its output: the gates, and the cell state of an LSTM."""


def holding(name: str) -> HoldingRule:
    """The steps taken apart and put together: by time, twice what goes in, or the outputs of all steps twice.

    Source: keras.src.backend.tensorflow.rnn.rnn, which transposes what goes in and what comes out. Training keeps the
    gates and the states of every step.
    """

    def held(config: Config, arguments: Arguments, outputs: Outputs) -> Holding:
        samples, steps, *rest = known(first_tensor(arguments).shape)
        sequences = flag(config, "return_sequences", False)
        units = math.prod(known(outputs[0].shape)[2 if sequences else 1 :])
        all_steps = samples * steps * units
        at_once = 3 * samples * units if name == "ConvLSTM" else 0  # what three more gates of a step take by then
        running = max(2 * samples * steps * math.prod(rest), 2 * all_steps if sequences else 0) + at_once
        return Holding(running, all_steps * (KEPT_OF_STEP[name] + (not sequences)))

    return held


def layer(name: str) -> CostKind:
    """The cost of LSTM, GRU or SimpleRNN."""
    return CostKind(steps_of(name), "whole", held=holding(name))


def cell_holds(name: str) -> HoldingRule:
    """The gates of a step, which training keeps with the cell state."""
    return lambda config, arguments, outputs: Holding(
        sum(made((output,)) for output in outputs) + GATES[name] * made(outputs), KEPT_OF_STEP[name] * made(outputs)
    )


def cell(name: str) -> CostKind:
    """The cost of one step."""
    return CostKind(steps_of(name), held=cell_holds(name))


def steps(config: Config, arguments: Arguments) -> int:
    """How many steps the sequence has, each of which the layer inside takes."""
    return known(subjects(arguments)[0].shape)[1]


def merged_directions(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """What it takes to merge both directions, side by side nothing."""
    mode = config.get("merge_mode", "concat")
    each = {"sum": 1, "mul": 1, "ave": 2}.get(str(mode), 0)
    return Work(0, each * math.prod(known(outputs[0].shape)))


CONVOLUTIONAL = CostKind(convolutional, "partly", held=holding("ConvLSTM"))


def directions_hold(config: Config, arguments: Arguments, outputs: Outputs) -> Holding:
    """What goes in turned round for the one direction; then the outputs of both, and what they are merged to."""
    each = 1 if config.get("merge_mode", "concat") in ("concat", None) else 2
    return Holding(made(outputs) * (1 + each), around=taken(arguments))


def repeated_holds(config: Config, arguments: Arguments, outputs: Outputs) -> Holding:
    """Steps one after the other: what goes in by time, and what comes out, which is then put together by sample.

    Sources: keras.layers.TimeDistributed.call for a length that is known, keras.src.backend.tensorflow.rnn.rnn.
    """
    return Holding(2 * made(outputs), around=taken(arguments) + made(outputs))


BIDIRECTIONAL = CostKind(merged_directions, "whole", held=directions_hold)
RNN = CostKind(nothing, "whole", times=steps, held=repeated_holds)
STACKED = CostKind(nothing, "pointwise", "same")
TIMED = CostKind(nothing, None, times=steps, held=repeated_holds)
