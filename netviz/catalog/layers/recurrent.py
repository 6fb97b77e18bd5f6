"""keras.layers recurrent layers and their cells, convolutional ones included."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from netviz.catalog.costs import recurrent as costs
from netviz.catalog.formulas import sum_of_products
from netviz.catalog.kinds import Arguments, Child, Expected, LayerKind, OutputRule, ShapesRule
from netviz.catalog.layers.convolution import convolved
from netviz.catalog.naming import group_names
from netviz.catalog.outputs import first_shape, first_tensor
from netviz.catalog.settings import flag, inner, inner_config, integer, sequence, serialized, sizes
from netviz.catalog.shapes import arranged, spatial
from netviz.catalog.stored import BIAS, KERNEL, Variable, variables
from netviz.model import Config, Shape, Tensor

CELL = (KERNEL, Variable("recurrent_kernel"), BIAS)

GATES: Mapping[str, int] = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}
"""How many times a step combines input and state. Sources: LSTM, Hochreiter and Schmidhuber (1997)
with the forget gate of Gers et al. (2000); GRU, Cho et al. (2014)."""

STATES: Mapping[str, int] = {"LSTMCell": 2, "GRUCell": 1, "SimpleRNNCell": 1}
"""How many tensors of `units` a cell hands to the next step."""


def gate_formula(gates: int) -> Callable[[Config, tuple[Shape, ...]], str]:
    """A `formula` rule: "4·(64·(128+64) + 64)" for an LSTM of 64 units on 128 features.

    Read from the shapes: kernel (window..., features, gates·units), recurrent kernel
    (window..., units, gates·units), and perhaps bias (gates·units) or, twice that, (2, gates·units).
    Weights of other shapes give the plain sum of products.
    """

    def formula(config: Config, shapes: tuple[Shape, ...]) -> str:
        kernel, recurrent, *biases = shapes
        units, width = recurrent[-2:]
        expected = [(*kernel[:-2], units, width), *(bias for bias in biases if bias in ((width,), (2, width)))]
        if units is None or width != gates * units or kernel[-1] != width or [recurrent, *biases] != expected:
            return sum_of_products(shapes)
        window = "".join(f"{axis}·" for axis in kernel[:-2])
        gate = f"{window}{units}·({kernel[-2]}+{units})"
        for bias in biases:
            gate += f" + {units}" if len(bias) == 1 else f" + 2·{units}"
        return gate if gates == 1 else f"{gates}·({gate})"

    return formula


def over_time(config: Config, inputs: Shape, step: Shape, states: tuple[Shape | None, ...]) -> tuple[Shape | None, ...]:
    """What a recurrent layer hands on: the last step or all of them, then its states where it returns them."""
    first = (inputs[0], inputs[1], *step) if flag(config, "return_sequences", False) else (inputs[0], *step)
    return (first, *states) if flag(config, "return_state", False) else (first,)


def recurrent(states: int) -> OutputRule:
    """The rule of LSTM, GRU and SimpleRNN, which carry that many states of `units`."""

    def output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
        shape = first_tensor(arguments).shape
        units = integer(config, "units")
        if shape is None:
            return (None,) * (1 + states if flag(config, "return_state", False) else 1)
        if len(shape) != 3:
            raise ValueError(f"expected 3 axes, not {len(shape)}")
        return over_time(config, shape, (units,), ((shape[0], units),) * states)

    return output


def cell(states: int) -> OutputRule:
    """The rule of one step: the output, then the states."""

    def output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
        shape = first_tensor(arguments).shape
        return (None if shape is None else (*shape[:-1], integer(config, "units")),) * (1 + states)

    return output


def cell_shapes(gates: int) -> ShapesRule:
    """A kernel of features by gates·units, a recurrent one of units by gates·units, and biases for each gate.

    A GRU that resets after the matrix product has two biases; whether one that does not say so does, depends on the
    version of Keras. Also for the layers of these cells, whose features are the last axis, too.
    """

    def shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
        shape, units = first_shape(arguments), integer(config, "units")
        width = gates * units
        features = shape[-1] if shape else None
        expected: dict[str, Shape] = {"kernel": (features, width), "recurrent_kernel": (units, width)}
        if gates != GATES["GRU"]:
            expected["bias"] = (width,)
        elif "reset_after" in config:
            expected["bias"] = (2, width) if config["reset_after"] else (width,)
        return {name: Expected(own) for name, own in expected.items()}

    return shapes


def conv_lstm_shapes(rank: int) -> ShapesRule:
    """The same with a window before the channels, which stand for features and units."""

    def shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
        step, filters = step_of(first_shape(arguments)), integer(config, "filters")
        channels = None if step is None else spatial(config, step, rank)[2]
        window = sizes(config, "kernel_size", rank)
        return {
            "kernel": Expected((*window, channels, 4 * filters)),
            "recurrent_kernel": Expected((*window, filters, 4 * filters)),
            "bias": Expected((4 * filters,)),
        }

    return shapes


def conv_lstm(rank: int) -> OutputRule:
    """The rule of ConvLSTMND: each step is a convolution; the states are as the output of a step."""

    def output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
        shape = first_tensor(arguments).shape
        if shape is None:
            return (None,) * (3 if flag(config, "return_state", False) else 1)
        batch, axes, _ = spatial(config, (shape[0], *shape[2:]), rank)
        state = arranged(config, batch, convolved(config, axes), integer(config, "filters"))
        return over_time(config, shape, state[1:], (state, state))

    return output


def cells_of(written: Config) -> list[Config]:
    """The cells that an RNN's `cell` stands for: itself, or those stacked in it."""
    if written.get("class_name") != "StackedRNNCells":
        return [written]
    stacked = sequence(inner_config(written).get("cells"))
    return [cell for item in stacked for cell in cells_of(serialized(item))]


def states_of(written: Config) -> tuple[int, ...] | None:
    """Lengths of the states of one of Keras's own cells; None for any other."""
    count = STATES.get(str(written.get("class_name")))
    return None if count is None else (integer(inner_config(written), "units"),) * count


def rnn_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The rule of RNN: as the layer of its cell, or unknown for a cell that is not Keras's own."""
    shape = first_tensor(arguments).shape
    known = [states_of(one) for one in cells_of(inner(config, "cell"))]
    states = [length for lengths in known if lengths is not None for length in lengths]
    if shape is None or None in known:
        return (None,)
    last = known[-1] or ()
    return over_time(config, shape, last[:1], tuple((shape[0], length) for length in states))


def step_of(shape: Shape | None) -> Shape | None:
    """The shape of one step of a sequence."""
    return None if shape is None else (shape[0], *shape[2:])


def rnn_children(config: Config, arguments: Arguments) -> tuple[Child, ...]:
    """The cell, fed one step at a time."""
    tensor = first_tensor(arguments)
    return (Child(inner(config, "cell"), "cell", (Tensor(step_of(tensor.shape), tensor.dtype),)),)


def stacked_children(config: Config, arguments: Arguments) -> tuple[Child, ...]:
    """The cells, each fed the output of the one before."""
    tensor = first_tensor(arguments)
    cells = [serialized(item) for item in sequence(config.get("cells"))]
    children = []
    for name, one in zip(group_names(str(one.get("class_name")) for one in cells), cells, strict=True):
        children.append(Child(one, f"cells/{name}", (tensor,)))
        states = states_of(one)
        shape = None if states is None or tensor.shape is None else (tensor.shape[0], states[0])
        tensor = Tensor(shape, tensor.dtype)
    return tuple(children)


def stacked_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The output of the last cell, then the states of all."""
    shape = first_tensor(arguments).shape
    known = [states_of(one) for one in cells_of({"class_name": "StackedRNNCells", "config": config})]
    if shape is None or None in known:
        return (None,)
    states = [length for lengths in known for length in lengths or ()]
    return tuple((shape[0], length) for length in ((known[-1] or ())[0], *states))


KINDS = (
    *(
        kind
        for name, gates in GATES.items()
        for kind in (
            LayerKind(
                name,
                "recurrent",
                recurrent(STATES[f"{name}Cell"]),
                variables(*CELL, group="cell/"),
                shapes=cell_shapes(gates),
                formula=gate_formula(gates),
                cost=costs.layer(name),
            ),
            LayerKind(
                f"{name}Cell",
                "recurrent",
                cell(STATES[f"{name}Cell"]),
                variables(*CELL),
                shapes=cell_shapes(gates),
                formula=gate_formula(gates),
                cost=costs.cell(name),
            ),
        )
    ),
    *(
        LayerKind(
            f"ConvLSTM{rank}D",
            "recurrent",
            conv_lstm(rank),
            variables(*CELL, group="cell/"),
            shapes=conv_lstm_shapes(rank),
            formula=gate_formula(GATES["LSTM"]),
            cost=costs.CONVOLUTIONAL,
        )
        for rank in (1, 2, 3)
    ),
    LayerKind("RNN", "recurrent", rnn_output, children=rnn_children, cost=costs.RNN),
    LayerKind("StackedRNNCells", "recurrent", stacked_output, children=stacked_children, cost=costs.STACKED),
)
