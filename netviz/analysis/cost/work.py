"""The work of every layer: what its calls cost by the catalog's rules, and why it is not known where it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from netviz.analysis.cost.resolving import Resolved, Run
from netviz.catalog.costs.forms import nothing
from netviz.catalog.kinds import RULE_ERRORS, Arguments, UncountedError, Work, WorkRule
from netviz.model import Shape, Tensor

OPEN = "The shapes depend on an axis of the model's inputs that is open: --input-shape (input_shape=…) closes it."
UNSHAPED = "The shapes of what goes in or comes out are not known."

REPEATED = "How often the wrapper around it runs it is not known."


def quoted(name: str) -> str:
    """A name from a file within a sentence."""
    return f"{name!r:.82}"


@dataclass(slots=True)
class Tally:
    """What is added up for one layer. `reason` says why something is not known, "" where all is."""

    calls: int = 0
    macs: int = 0
    flops: int = 0
    activation_bytes: int = 0
    reason: str = ""
    uncounted: bool = False
    """Whether the MACs are not known, as well."""
    unsized: bool = False
    """Whether the bytes of an output are not known."""
    outputs: dict[tuple[Shape | None, ...], None] = field(default_factory=dict)
    """The shapes that calls give, each different ones once, those of the first call first."""

    def add(self, work: Work | Part, outputs: Sequence[Tensor], times: int, calls: int) -> None:
        """Adds `times` calls, of which `calls` are counted as calls."""
        self.calls += calls
        if isinstance(work, Work):
            self.macs += work.macs * times
            self.flops += work.flops * times
        else:
            self.reason = self.reason or work.reason
            self.uncounted |= work.macs is None
        for tensor in outputs:
            size = tensor.nbytes
            self.unsized |= size is None
            self.activation_bytes += (size or 0) * times


@dataclass(frozen=True, slots=True)
class Part:
    """What is known of a call where not all is: the MACs, perhaps, and why there is no more."""

    reason: str
    macs: int | None = None


def works_of(made: Sequence[Resolved], *, open_inputs: bool) -> dict[int, Work | Part]:
    """The work of each run by its id, without that of the layers inside, or what is known of it."""
    reason = OPEN if open_inputs else UNSHAPED
    return {id(run): own_work(run, reason) for resolved in made for run in resolved.runs}


def tallies(top: Resolved, made: Sequence[Resolved], works: Mapping[int, Work | Part]) -> dict[str, Tally]:
    """The sums over all calls by the path of the layer, each layer without those inside it.

    `made` has `top` and all that stands in it, each after what stands in it.
    """
    counts = {id(top): (1, True)}
    found: dict[str, Tally] = {}
    for resolved in reversed(made):
        times, known = counts.get(id(resolved), (0, True))
        for run in resolved.runs:
            if run.inside is not None:
                before, sure = counts.get(id(run.inside), (0, True))
                inner = run.times if known else None
                counts[id(run.inside)] = before + times * (inner or 0), sure and inner is not None
            if not times and known:
                continue
            work = works[id(run)] if known else Part(REPEATED)
            found.setdefault(run.layer.path, Tally()).add(work, run.outputs, times, times)
    for run in (run for resolved in made for run in resolved.runs):
        if run.layer.path in found:
            found[run.layer.path].outputs.setdefault(tuple(tensor.shape for tensor in run.outputs))
    return found


def own_work(run: Run, unshaped: str = UNSHAPED) -> Work | Part:
    """The work of one call without that of the layers inside, or what is known of it."""
    layer, kind = run.layer, run.kind
    if run.inside is not None and not run.inside.wrapped:
        return Work()
    if run.closed:
        return Part("There are too many calls inside of models on different shapes to count them.")
    if layer.graph and layer.graph.calls and run.inside is None:
        return Part(f"What this {layer.class_name or 'layer':.80} feeds to the layers inside is not known.")
    if kind is None or kind.cost is None:
        if layer.class_name is None:
            return Part("Its class is not known.")
        return Part(f"No rule is known for what a {layer.class_name:.80} computes.")
    if any(tensor.size is None for tensor in (*run.tensors, *run.outputs)):
        return whatever_shapes(run, kind.cost.work, unshaped)
    try:
        work = kind.cost.work(layer.config, run.arguments, run.outputs)
    except UncountedError as error:
        return Part(str(error))
    except RULE_ERRORS:
        return Part(f"The rule for {layer.class_name:.80} does not apply to its settings and shapes.")
    if work.macs < 0 or work.flops < 0:
        return Part(f"The settings of this {layer.class_name:.80} make no sense.")
    return work


LONG = 1 << 20
"""Stands for lengths that are not known: longer than the windows that they must hold."""


def whatever_shapes(run: Run, rule: WorkRule, reason: str) -> Work | Part:
    """What holds whatever the lengths are that are not known: that there is no work, or that there are no products.

    Counts are sums of products of lengths, so that one which is 0 for lengths that all are long is 0 for all.
    """
    if rule is nothing:
        return Work()

    def closed(value: object) -> object:
        if isinstance(value, Tensor):
            shape = value.shape and tuple(LONG if axis is None else axis for axis in value.shape)
            return Tensor(shape, value.dtype)
        if isinstance(value, Mapping):
            return {key: closed(item) for key, item in value.items()}
        return [closed(item) for item in value] if isinstance(value, list | tuple) else value

    try:
        given = Arguments(
            tuple(map(closed, run.arguments.args)), {k: closed(v) for k, v in run.arguments.kwargs.items()}
        )
        outputs = tuple(tensor for tensor in map(closed, run.outputs) if isinstance(tensor, Tensor))
        found = rule(run.layer.config, given, outputs)
    except UncountedError as error:
        return Part(str(error))
    except RULE_ERRORS:
        return Part(reason)
    return found if found == Work() else Part(reason, 0 if found.macs == 0 else None)
