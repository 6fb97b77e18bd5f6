"""The work of every layer: what its calls cost by the catalog's rules, and why it is not known where it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from netviz.analysis.cost.resolving import Resolved, Run
from netviz.catalog.kinds import RULE_ERRORS, UncountedError, Work
from netviz.model import Shape, Tensor

OPEN = "The shapes depend on an axis of the model's inputs that is open: --input-shape (input_shape=…) closes it."
UNSHAPED = "The shapes of what goes in or comes out are not known."


@dataclass(slots=True)
class Tally:
    """What is added up for one layer. `reason` says why something is not known, "" where all is."""

    calls: int = 0
    macs: int = 0
    flops: int = 0
    activation_bytes: int = 0
    reason: str = ""
    unsized: bool = False
    """Whether the bytes of an output are not known."""
    outputs: dict[tuple[Shape | None, ...], None] = field(default_factory=dict)
    """The shapes that calls give, each different ones once, those of the first call first."""

    def add(self, work: Work | str, outputs: Sequence[Tensor], times: int, calls: int) -> None:
        """Adds `times` calls, of which `calls` are counted as calls."""
        self.calls += calls
        if isinstance(work, Work):
            self.macs += work.macs * times
            self.flops += work.flops * times
        else:
            self.reason = self.reason or work
        for tensor in outputs:
            size = tensor.nbytes
            self.unsized |= size is None
            self.activation_bytes += (size or 0) * times


def works_of(made: Sequence[Resolved], *, open_inputs: bool) -> dict[int, Work | str]:
    """The work of each run by its id, without that of the layers inside; a sentence where it is not known."""
    reason = OPEN if open_inputs else UNSHAPED
    return {id(run): own_work(run, reason) for resolved in made for run in resolved.runs}


def tallies(top: Resolved, made: Sequence[Resolved], works: Mapping[int, Work | str]) -> dict[str, Tally]:
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
            work = works[id(run)] if known else f"How often {run.layer.name:.80} runs is not known."
            found.setdefault(run.layer.path, Tally()).add(work, run.outputs, times, times)
    for run in (run for resolved in made for run in resolved.runs):
        if run.layer.path in found:
            found[run.layer.path].outputs.setdefault(tuple(tensor.shape for tensor in run.outputs))
    return found


def own_work(run: Run, unshaped: str = UNSHAPED) -> Work | str:
    """The work of one call without that of the layers inside; a sentence that says why it is not known."""
    layer, kind = run.layer, run.kind
    if run.inside is not None and not run.inside.wrapped:
        return Work()
    if layer.graph and layer.graph.calls and run.inside is None:
        return f"What {layer.class_name or 'it':.80} feeds to the layers inside is not known."
    if kind is None or kind.cost is None:
        if layer.class_name is None:
            return "Its class is not known."
        return f"No rule is known for what a {layer.class_name:.80} computes."
    if any(tensor.size is None for tensor in (*run.tensors, *run.outputs)):
        return unshaped
    try:
        work = kind.cost.work(layer.config, run.arguments, run.outputs)
    except UncountedError as error:
        return str(error)
    except RULE_ERRORS:
        return f"The rule for {layer.class_name:.80} does not apply to its settings and shapes."
    if work.macs < 0 or work.flops < 0:
        return f"The settings of this {layer.class_name:.80} make no sense."
    return work
