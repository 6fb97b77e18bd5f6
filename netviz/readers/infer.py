"""Fills in what a plan leaves open: the shape and dtype of every tensor, by the catalog's rules.

What the file states beats what a rule says; where they differ a note tells. What neither knows stays
unknown. Pure: plans in, tensors out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from netviz.catalog.dtypes import compute_dtype
from netviz.catalog.keras_1 import MODULE as KERAS_1_MODULE
from netviz.catalog.kinds import RULE_ERRORS, Arguments, Shapes
from netviz.catalog.registry import RegisteredRuleError
from netviz.catalog.shapes import conflict
from netviz.model import Config, Note, Tensor
from netviz.readers.config import PlanReader
from netviz.readers.plan import ENTRANCE, Entry, Plan, Reference, Stated, Step, below
from netviz.readers.wiring import CallKey, Flow, Outputs, order_steps, tensor_at

MAX_OUTPUTS = 1000
"""A reference to an output beyond this one is taken for damage."""


class Inference:
    """Lets tensors flow through plans; remembers what each nested plan gives for which inputs.

    Conflicts between the file and a rule are added to `notes`.
    """

    def __init__(self, notes: list[Note]) -> None:
        self._notes = notes
        self._failed: set[str] = set()
        self._inside: dict[int, tuple[Entry, list[tuple[Config, Entry]]]] = {}
        self._given: dict[tuple[int, tuple[Tensor, ...] | None], tuple[Plan, tuple[Tensor, ...]]] = {}

    def propagate(self, plan: Plan, path: str | None, inputs: tuple[Tensor, ...] | None = None) -> Flow:
        """The tensors that flow through the calls of a plan.

        `path` is where it stands in the model, for notes on conflicts; None makes no notes.

        `inputs` takes the place of the plan's own inputs, for a nested model that is called on other
        shapes than it was made with; what the file states holds for its own inputs only.
        """
        entries = {entry.name: entry for entry in plan.entries}
        entering = _entering(plan, inputs)
        stated = {} if inputs is not None else _stated_tensors(plan)
        counts = _output_counts(plan)
        outputs: Outputs = {}
        arguments: dict[CallKey, Arguments] = {}

        def lookup(value: Stated) -> Tensor:
            reference = value.reference
            if reference and reference.layer is ENTRANCE:
                return inputs[reference.tensor] if inputs else plan.inputs[reference.tensor].tensor
            known = tensor_at(outputs, reference)
            return known if inputs is not None else merge(value.tensor, known)

        for step in order_steps(plan.steps()):
            key = (step.layer, step.index)
            if key in entering:
                outputs[key], arguments[key] = (entering[key],), Arguments()
                continue
            entry = entries[step.layer]
            if inputs is None:
                _backfill(entry, step, outputs)
            arguments[key] = step.resolve(lookup)
            inferred = self.call(entry, arguments[key], None if path is None else below(path, step.layer))
            gives = entry.gives if inputs is None and len(entry.steps) == 1 else ()
            count = max(counts.get(key, 0), len(inferred or gives), 1)
            said = [stated.get(Reference(*key, index), Tensor(None)) for index in range(count)]
            rule = [*inferred, *[Tensor(None)] * (count - len(inferred))]
            rule = [merge(*pair) for pair in zip(rule, [*gives, *[Tensor(None)] * count], strict=False)]
            outputs[key] = tuple(map(merge, said, rule))
            if path is not None:
                self._note_conflicts(below(path, step.layer), said, rule)
        return Flow(outputs, arguments)

    def call(self, entry: Entry, arguments: Arguments, path: str | None = None) -> tuple[Tensor, ...]:
        """The output tensors of one call by the catalog's rule; () where there is none or it does not apply.

        `path` is where the layer stands, for a note on a rule of the user's that fails; None makes no note.
        """
        if entry.plan:
            return self._nested(entry.plan, arguments.tensors)
        kind = entry.kind
        if kind is None:
            return ()
        try:
            if kind.around:
                return self._wrapper(entry, kind.around, arguments)
            if kind.output is None:
                return ()
            shapes = kind.output(entry.config, arguments)
            if kind.dtype:
                dtype = kind.dtype(entry.config, arguments)
            else:
                dtype = compute_dtype(entry.config) or _floating(arguments)
        except RegisteredRuleError as error:
            if path is not None and path not in self._failed:  # once for a layer that is called several times
                self._failed.add(path)
                self._notes.append(Note("warning", "rule-failed", path, str(error)))
            return ()
        except RULE_ERRORS:
            return ()
        dtypes = dtype if isinstance(dtype, tuple) else (dtype,) * len(shapes)
        return tuple(map(Tensor, shapes, dtypes))

    def _nested(self, plan: Plan, tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        inputs = tensors[: len(plan.inputs)] if len(tensors) >= len(plan.inputs) else None
        key = id(plan), inputs
        if key not in self._given:
            flow = self.propagate(plan, None, inputs)
            outputs = tuple(flow.tensor(port.reference) for port in plan.outputs)
            self._given[key] = plan, outputs  # the plan as well, so that its id stays its own
        return self._given[key][1]

    def _wrapper(
        self, entry: Entry, around: Callable[[Config, Arguments, Shapes], Shapes], arguments: Arguments
    ) -> tuple[Tensor, ...]:
        first = self.wrapped(entry, arguments)[0]
        inside = self.call(first.entry, first.arguments) or (Tensor(None),)
        shapes = around(entry.config, arguments, tuple(tensor.shape for tensor in inside))
        return tuple(Tensor(shape, compute_dtype(entry.config) or inside[0].dtype) for shape in shapes)

    def wrapped(self, entry: Entry, arguments: Arguments | None) -> list[WrappedLayer]:
        """The layers inside a wrapper; none where the class is no wrapper or its config does not say.

        What its config says of them is read once, however often the wrapper is called, also from those around it.
        """
        if entry.kind is None or entry.kind.children is None:
            return []
        try:
            children = entry.kind.children(entry.config, arguments or Arguments())
        except RULE_ERRORS:
            return []
        reader = PlanReader([], keras_1=entry.module == KERAS_1_MODULE, inside=True)
        _, known = self._inside.setdefault(id(entry), (entry, []))  # the entry as well, so that its id stays its own
        for place, child in enumerate(children):
            if place >= len(known) or known[place][0] != child.serialized:
                known[place : place + 1] = [(child.serialized, reader.read_entry(child.serialized))]
        return [
            WrappedLayer(inner, child.location, Arguments(child.inputs))
            for (_, inner), child in zip(known, children, strict=False)
        ]

    def _note_conflicts(self, path: str, said: list[Tensor], rule: list[Tensor]) -> None:
        for stated, inferred in zip(said, rule, strict=True):
            if conflict(stated.shape, inferred.shape):
                message = f"The file states the output shape {stated.shape}, the class's rule gives {inferred.shape}."
                self._notes.append(Note("warning", "shape-conflict", path, message))


@dataclass(frozen=True, slots=True)
class WrappedLayer:
    """A layer inside a wrapper: its entry, its group relative to the wrapper's, what it is called on."""

    entry: Entry
    location: str
    arguments: Arguments


def _floating(arguments: Arguments) -> str | None:
    """The dtype of the first tensor, if floating: in it computes a layer that states none (Keras 2.0)."""
    dtype = arguments.tensors[0].dtype if arguments.tensors else None
    return dtype if dtype and "float" in dtype else None


def entered(plan: Plan, arguments: Arguments | None) -> Plan:
    """The plan with inputs that it leaves open taken from a call of it: a Pipeline states none of its own."""
    tensors = arguments.tensors if arguments else ()
    left_open = any(port.reference and port.reference.layer is ENTRANCE for port in plan.inputs)
    if not left_open or len(tensors) < len(plan.inputs):
        return plan
    ports = zip(plan.inputs, tensors, strict=False)
    return replace(plan, inputs=tuple(replace(port, tensor=merge(port.tensor, tensor)) for port, tensor in ports))


def merge(stated: Tensor, inferred: Tensor) -> Tensor:
    """What is stated, completed by what is inferred."""
    shape = inferred.shape if stated.shape is None else stated.shape
    return Tensor(shape, stated.dtype or inferred.dtype)


def _entering(plan: Plan, inputs: tuple[Tensor, ...] | None) -> dict[CallKey, Tensor]:
    if inputs is None:
        return {}
    ports = zip(plan.inputs, inputs, strict=False)
    return {(port.reference.layer, port.reference.call): tensor for port, tensor in ports if port.reference}


def _stated_tensors(plan: Plan) -> dict[Reference, Tensor]:
    """What consumers state of the tensors they take."""
    stated: dict[Reference, Tensor] = {}
    for step in plan.steps():
        for _, value in step.feeds():
            if value.reference and value.tensor.shape is not None:
                stated.setdefault(value.reference, value.tensor)
    return stated


def _output_counts(plan: Plan) -> dict[CallKey, int]:
    """How many outputs of each call are used, so that an unknown class gets at least these."""
    references = [value.reference for step in plan.steps() for _, value in step.feeds()]
    references += [port.reference for port in plan.outputs]
    counts: dict[CallKey, int] = {}
    for reference in references:
        if reference and 0 <= reference.tensor < MAX_OUTPUTS:
            key = (reference.layer, reference.call)
            counts[key] = max(counts.get(key, 0), reference.tensor + 1)
    return counts


def _backfill(entry: Entry, step: Step, outputs: Outputs) -> None:
    """Takes a tensor that is still unknown from the layer that was built on it, where the file says so.

    A layer is built on its first call; which of several calls that was is not stated.
    """
    if len(entry.steps) != 1:
        return
    for shape, (_, value) in zip(entry.built, step.feeds(), strict=False):
        reference = value.reference
        if reference is None or tensor_at(outputs, reference).shape is not None:
            continue
        key = (reference.layer, reference.call)
        given = list(outputs.get(key, ()))
        if 0 <= reference.tensor < len(given):
            given[reference.tensor] = Tensor(shape, given[reference.tensor].dtype)
            outputs[key] = tuple(given)
