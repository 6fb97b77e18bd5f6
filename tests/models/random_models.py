"""A hypothesis strategy for live Functional models of 5 to 60 layers: branches, merges, shared layers, nested models.

A model grows from its inputs: each step takes a tensor that is there and adds a layer, an operation, a merge, a nested
model or another call of a layer. What fits a tensor follows from its shape and dtype (random_layers.py,
random_steps.py), so that every draw is a model that Keras takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
from hypothesis import strategies as st
from keras import layers, ops

from tests.models.builders import fill
from tests.models.random_draws import Draws
from tests.models.random_layers import UNARY, floating, unary
from tests.models.random_steps import STEPS

SMALLEST, LARGEST = 5, 60
"""Layers and operations of a model, those inside nested models included."""

DEEPEST = 2
"""Models inside models inside the model."""

SHAPES: tuple[tuple[int | None, ...], ...] = (
    (4,), (6, 4), (8, 8, 2), (None, 3), (1,), (None, None, 3), (5, 4, 4, 2), (7, 1), (3, 6, 5, 2), (None, 6, 6, 1),
)  # fmt: skip
"""Inputs: vectors, sequences, images, videos; some axes of any length."""

TOKENS: tuple[tuple[int | None, ...], ...] = ((5,), (None,), (2, 3))

OPTIMIZERS = ("adam", "sgd", "rmsprop", "adafactor", "lion", "ftrl", "nadam")

Arrange = Callable[[list[Any]], Any]


@dataclass(frozen=True)
class RandomModel:
    """A model, and how it was made, which is what a failing test shows."""

    model: Any
    size: int
    recipe: tuple[str, ...]


@st.composite
def random_models(draw: st.DrawFn) -> RandomModel:
    """A model whose automatic names start over; some are compiled and have an optimizer's state."""
    keras.utils.clear_session(free_memory=False)  # collecting takes as long as building the model
    draws = Draws(draw)
    draws.mixed = draws.seldom()
    policy = "mixed_float16" if draws.seldom() else "float32"
    keras.config.set_dtype_policy(policy)
    try:
        return random_model(draws)
    finally:
        keras.config.set_dtype_policy("float32")


def random_model(draws: Draws) -> RandomModel:
    size = draws.integer(SMALLEST, LARGEST)
    growth = Growth(draws, batch=2 if draws.seldom() else None)
    for _ in range(draws.one_of(1, 2, 3)):
        shapes, dtype = (SHAPES, "float32") if draws.likely() else (TOKENS, "int32")
        growth.entrance(draws.one_of(*shapes), dtype)
    model, _ = growth.grown(size, draws.common().get("name"))
    for _ in range(draws.one_of(0, 0, 1, 2)):
        draws.one_of(*inner_layers(model)).trainable = draws.flag()
    fill(model)
    optimizer = draws.one_of(*(None,) * len(OPTIMIZERS), *OPTIMIZERS)
    if optimizer is not None and model.trainable_variables:
        model.compile(optimizer, "mse")
        model.optimizer.build(model.trainable_variables)
    return RandomModel(model, growth.layers, tuple(growth.recipe))


@dataclass
class Growth:
    """A model while it grows. `depth` says how many models it stands in.

    Where draws are `cautious`, it is made for axes of any length and will be called on known ones. Its inputs must
    not be its outputs then: Keras 3.15 gives the tensor of the call a second producer, and finds a cycle. Two axes of
    any length need not be equal. And layers take tensors of their own dtype only: on others Keras forgets, in such a
    call, that it casts them, and says that Identity gives the dtype it got; computed, it gives its own.
    """

    draws: Draws
    batch: int | None = None
    depth: int = 0
    recipe: list[str] = field(default_factory=list)
    tensors: list[Any] = field(default_factory=list)
    inputs: list[Any] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    called: list[tuple[Any, Any]] = field(default_factory=list)  # layers, and what they were first called on
    layers: int = 0

    def grown(self, size: int, name: str | None) -> tuple[Any, Arrange]:
        """The model once it has so many layers, and how the tensors it is called on are arranged."""
        while self.layers < size or len(self.tensors) == len(self.inputs):
            self.step(size - self.layers)
        if self.draws.cautious:
            for tensor in [tensor for tensor in self.loose() if tensor in self.inputs]:
                self.call(layers.Identity(dtype=tensor.dtype if floating(tensor) else None), tensor)
        outputs = self.loose()  # so that every layer is one of the model's
        if self.draws.seldom():
            outputs.append(
                self.draws.one_of(*(self.tensors[len(self.inputs) :] if self.draws.cautious else self.tensors))
            )
        arrange = self.arrangement([tensor._keras_history.operation.name for tensor in self.inputs])
        ends = self.arrangement([f"{'cab'[place % 3]}{place}" for place in range(len(outputs))])(outputs)
        return keras.Model(arrange(self.inputs), ends, name=name), arrange

    def arrangement(self, keys: list[str]) -> Arrange:
        """One tensor as it is, several in a list, or a dict, whose order need not be that of its keys."""
        alone: Arrange = lambda tensors: tensors[0]  # noqa: E731
        keyed: Arrange = lambda tensors: dict(zip(keys, tensors, strict=True))  # noqa: E731
        deep: Arrange = lambda tensors: {"z": tensors[:1], "d": (*tensors[1:],)}  # noqa: E731
        return self.draws.one_of(*([alone, list, keyed] if len(keys) == 1 else [list, list, keyed, deep]))

    def loose(self) -> list[Any]:
        """The tensors that nothing takes yet."""
        return [tensor for tensor in self.tensors if id(tensor) not in self.taken]

    def entrance(self, shape: tuple[int | None, ...], dtype: str, batch: tuple[int | None, ...] | None = None) -> Any:
        """A new input of the model, of the model's batch size unless another is given."""
        batch = (self.batch,) if batch is None else batch
        tensor = keras.Input(batch_shape=(*batch, *shape), dtype=dtype, name=self.draws.common().get("name"))
        self.inputs.append(tensor)
        self.layers += 1
        self.add("Input", [tensor])
        return tensor

    def other(self, x: Any, fits: Callable[[Any], bool]) -> Any:
        """A tensor of the model that fits, perhaps `x` itself, which has to fit."""
        found = [tensor for tensor in self.tensors if tensor is not x and fits(tensor)]
        if self.draws.cautious and None in x.shape[1:]:
            found = []
        return self.draws.one_of(*reversed(found[-6:]), x)

    def step(self, room: int) -> None:
        """One more step, of about `room` layers at most."""
        draws = self.draws
        x = draws.one_of(*reversed(self.loose()[-4:] if draws.likely() else self.tensors[-16:]))
        kind = draws.integer(0, 19)
        known = [layer for layer, first in self.called if first.shape == x.shape and first.dtype == x.dtype]
        if draws.cautious and floating(x) and x.dtype != keras.config.dtype_policy().compute_dtype:
            self.layers += 1
            self.add("cast", [ops.cast(x, keras.config.dtype_policy().compute_dtype)])
        elif kind < 9 and any(row.fits(x) for row in UNARY):
            self.call(unary(draws, x), x)
        elif kind in (15, 16) and known:
            self.call(draws.one_of(*known), x)
        elif kind in (17, 18) and self.depth < DEEPEST and room > 2:
            self.nested(x, room)
        elif kind == 19 and self.depth < DEEPEST and room > 2 and any(row.fits(x) for row in UNARY):
            self.chain(x, room)
        else:
            step = draws.one_of(*(row for row in STEPS if row.fits(x)))
            made = keras.tree.flatten(step.add(self, x))
            self.layers += 1
            self.add(step.name, made)

    def call(self, layer: Any, x: Any) -> None:
        """A call of a layer on one tensor; it may be called again later."""
        if not any(layer is known for known, _ in self.called):
            self.layers += 1
        self.called.append((layer, x))
        self.add(type(layer).__name__, keras.tree.flatten(layer(x)))

    def nested(self, x: Any, room: int) -> None:
        """A Functional model of one to three tensors, perhaps called twice."""
        draws = self.draws
        given = [x, *(draws.one_of(*self.tensors[-8:]) for _ in range(draws.one_of(0, 0, 1, 2)))]
        widened = draws.seldom()
        sealed = widened or self.draws.cautious
        inner = Growth(Draws(draws.draw, draws.mixed, sealed), self.batch, self.depth + 1, self.recipe)
        for tensor in given:
            shape = tuple(tensor.shape)
            if widened:
                shape = (None, *(None for _ in shape[1:-1]), *shape[1:][-1:])
            inner.entrance(shape[1:], keras.backend.standardize_dtype(tensor.dtype), shape[:1])
        if draws.seldom():
            inner.called = [(layer, first) for layer, first in self.called if is_simple(layer)]
            inner.draws.taken.update(layer.name for layer, _ in inner.called)
        model, arrange = inner.grown(len(given) + draws.integer(1, room - 1), draws.common().get("name"))
        model.trainable = not draws.seldom()
        self.layers += 1 + inner.layers
        given += [  # a mask that a step inside asked for
            self.entrance(tuple(tensor.shape[1:]), keras.backend.standardize_dtype(tensor.dtype))
            for tensor in inner.inputs[len(given) :]
        ]
        if draws.seldom():
            self.called += [
                (layer, first)
                for layer, first in inner.called
                if is_simple(layer) and layer.name not in self.draws.taken
            ]
            self.draws.taken.update(layer.name for layer, _ in self.called)
        if len(given) == 1:
            self.called.append((model, x))
        for _ in range(draws.one_of(1, 1, 2)):
            self.add("nested model", keras.tree.flatten(model(arrange(given))))
            given = [self.other(tensor, alike(tensor)) for tensor in given]

    def chain(self, x: Any, room: int) -> None:
        """A Sequential, whose shapes are known to it or come from its first call; models may stand in it."""
        draws = self.draws
        inner = Draws(draws.draw, draws.mixed, draws.cautious)
        model = keras.Sequential(name=draws.common().get("name"))
        entering = keras.Input(batch_shape=x.shape, dtype=x.dtype)
        tensor = keras.KerasTensor(x.shape, x.dtype)
        if draws.likely():
            model.add(entering)
        for _ in range(draws.integer(1, min(room, 6))):
            if not any(row.fits(tensor) for row in UNARY):
                break
            layer = unary(inner, tensor)
            probe = type(layer).from_config(layer.get_config())
            model.add(keras.Sequential([layer]) if draws.seldom() else layer)
            tensor = probe(tensor)
            self.layers += 1
        model.trainable = not draws.seldom()
        self.call(model, x)

    def add(self, what: str, made: list[Any]) -> None:
        """Takes in new tensors, marks those they are made from, and writes a line of the recipe."""
        known = {id(tensor) for tensor in self.tensors}
        sources: dict[int, Any] = {}
        pending = list(made)
        while pending:
            history = pending.pop()._keras_history
            for tensor in history.operation._inbound_nodes[history.node_index].input_tensors:
                if id(tensor) in known:
                    sources[id(tensor)] = tensor
                else:  # of an operation between: a step may make two
                    pending.append(tensor)
        self.taken.update(sources)
        self.tensors += made
        shapes = ", ".join(f"{tuple(tensor.shape)} {tensor.dtype}" for tensor in made)
        names = ", ".join(repr(tensor._keras_history.operation.name) for tensor in sources.values())
        producer = made[0]._keras_history.operation
        line = f"{producer.name!r} = {type(producer).__name__} [{what}] of {names or 'nothing'}: {shapes}"
        self.recipe.append("    " * self.depth + line)


def is_simple(layer: Any) -> bool:
    """Whether a layer holds no others: such a one may be called both in a model and in another inside."""
    return not list(layer._flatten_layers(include_self=False))


def inner_layers(model: Any) -> list[Any]:
    """The model, its layers and those of models inside that a file says whether they train.

    It does not of inputs, nor of a Pipeline and a SpatialDropout, in whose configs the setting is missing.
    """
    found = [model]
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found += inner_layers(layer)
        elif "trainable" in layer.get_config() and not isinstance(layer, layers.InputLayer):
            found.append(layer)
    return found


def alike(x: Any) -> Callable[[Any], bool]:
    return lambda y: y.shape == x.shape and y.dtype == x.dtype
