"""The memory that outputs take while a model runs: which are alive during each call, and what all take together.

The calls run in the order of `Graph.calls`, those of nested models in the place of the call; a wrapper is one call. An
output is alive from the call that makes it until the last that reads it has run, those of the model until the end; what
enters the model counts as well, and stays until the end, for whoever calls the model holds it. A function of each
element writes over an input of its size that nothing else needs, as TensorFlow has it. What a call holds inside while
it runs (scores of attention, steps of recurrence) is added for that call, by the rule of its class. The buffers that a
library takes for itself (the unrolled input of a convolution) are left out, as are weights. TensorFlow's own records of
frozen graphs agree (tests/analysis/cost/test_memory.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from netviz.analysis.cost.resolving import Resolved, Run
from netviz.catalog.kinds import RULE_ERRORS, Buffer, Holding
from netviz.model import BITS, ENTERING, Tensor, TensorRef

MOST_CALLS = 20_000
"""Calls that are opened. A model inside a model inside a model …, each called twice, has more than can be played."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of outputs and what calls hold: at most at one time, and where; of all; call by call.

    `cut` are the layers left closed.
    """

    peak: int
    peak_at: str
    all: int
    alive: tuple[tuple[str, int], ...]
    cut: tuple[str, ...]


@dataclass(slots=True)
class _Step:
    """A call on buffers, by number. `outputs` are all that come out, which may be those that go in.

    `running` are the bytes that it has beside its inputs while it runs, outputs among them; where there is a `first`,
    that is what it has beside them before it lets go of those that nothing else needs.
    """

    path: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    running: int = 0
    first: int = 0


@dataclass(slots=True)
class _Tape:
    """The calls of a model one after the other. `sizes` are those of the buffers, by number."""

    steps: list[_Step] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    over: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """By buffer those that it may lie over, where nothing else needs them."""
    cut: list[str] = field(default_factory=list)
    kept: int = 0
    """Bytes beside the outputs that training keeps."""
    known: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By the id of what is inside a wrapper the bytes that it holds while it runs, and those that training keeps."""
    room: int = MOST_CALLS

    def buffer(self, tensor: Tensor) -> int:
        self.sizes.append(tensor.nbytes or 0)
        return len(self.sizes) - 1

    def play(self, resolved: Resolved, entering: Sequence[int]) -> list[int]:
        """Adds the calls of a graph into which these buffers go; the buffers that come out."""
        given = {
            end.call: buffer for end, buffer in zip(resolved.entrances, entering, strict=False) if end and end.call >= 0
        }
        made: list[tuple[int, ...]] = []

        def lookup(source: TensorRef | None) -> int | None:
            if source is None:
                return None
            if source.call == ENTERING:
                return entering[source.index] if 0 <= source.index < len(entering) else None
            outputs = made[source.call] if 0 <= source.call < len(made) else ()
            return outputs[source.index] if 0 <= source.index < len(outputs) else None

        self.room -= len(resolved.runs)
        for number, run in enumerate(resolved.runs):
            if number in given:
                made.append((given[number], *map(self.buffer, run.outputs[1:])))
                self.steps.append(_Step(run.layer.path, (), made[-1]))
                continue
            made.append(self._run(run, list(map(lookup, run.sources))))
        found = [lookup(end) for end in resolved.ends]
        return [
            self.buffer(tensor) if own is None else own for own, tensor in zip(found, resolved.outputs, strict=True)
        ]

    def _run(self, run: Run, sources: list[int | None]) -> tuple[int, ...]:
        inside = run.inside
        if inside is not None and not inside.wrapped and len(sources) >= len(inside.entrances):
            if len(inside.runs) <= self.room:
                pairs = list(zip(sources, run.tensors, strict=True))[: len(inside.entrances)]
                outputs = self.play(inside, [self.buffer(tensor) if own is None else own for own, tensor in pairs])
                return (*outputs, *map(self.buffer, run.outputs[len(outputs) :]))
            self.cut.append(run.layer.path)
        inputs = [own for own in sources if own is not None]
        outputs = self._made(run, inputs)
        running, first, kept = self._holds(run)
        self.kept += kept
        self.steps.append(_Step(run.layer.path, tuple(inputs), tuple(outputs), running, first))
        return tuple(outputs)

    def _made(self, run: Run, inputs: list[int]) -> list[int]:
        """The buffers of the outputs of one call, as the class says where they lie; a wrapper's as what is inside."""
        kind = run.kind
        if run.inside is not None:
            kind = run.inside.runs[0].kind if run.inside.wrapped and run.inside.runs else None
        stated = kind.cost.buffer if kind and kind.cost else "new"
        try:
            buffer: Buffer = stated(run.layer.config, run.arguments) if callable(stated) else stated
        except RULE_ERRORS:
            buffer = "new"
        if buffer == "same" and inputs:
            alike = len(inputs) == len(run.outputs)
            below = [inputs[place if alike else 0] for place in range(len(run.outputs))]
            pairs = zip(below, run.outputs, strict=True)
            return [own if self.sizes[own] == (tensor.nbytes or 0) else self.buffer(tensor) for own, tensor in pairs]
        made = [self.buffer(tensor) for tensor in run.outputs]
        if buffer == "over" and inputs and made:
            self.over[made[0]] = tuple(inputs)
        return made

    def _holds(self, run: Run) -> tuple[int, int, int]:
        """The bytes of `_Step.running` and `_Step.first` of one call, and those that training keeps of it.

        Of a wrapper the layers inside one after the other, those for each step, too.
        """
        held = held_by(run)
        bits = BITS.get(run.outputs[0].dtype or "", 0) if run.outputs else 0
        counts = (held.running, held.first, held.kept, held.around)
        running, first, kept, around = ((count * bits + 7) // 8 for count in counts)
        if run.inside is not None and run.inside.wrapped:
            inner, more = self._inside(run.inside)
            running, kept = max(running, around + inner), kept + more * (run.times or 0)
        return running, first, kept

    def _inside(self, wrapped: Resolved) -> tuple[int, int]:
        """What the layers inside a wrapper hold, one after the other, each keeping its outputs."""
        if id(wrapped) not in self.known:
            running = made = kept = 0
            for run in wrapped.runs:
                outputs = sum(tensor.nbytes or 0 for tensor in run.outputs)
                if run.inside is not None and not run.inside.wrapped:
                    memory = memory_of(run.inside, self.room)
                    entering = sum(tensor.nbytes or 0 for tensor in run.inside.inputs)
                    own, more = memory.peak - entering, memory.all - entering - outputs
                    self.room -= len(memory.alive)
                    self.cut += memory.cut
                else:
                    own, _, more = self._holds(run)
                running = max(running, made + max(own, outputs))
                made += outputs
                kept += more
            self.known[id(wrapped)] = running, kept + (made if len(wrapped.runs) > 1 else 0)
        return self.known[id(wrapped)]


def held_by(run: Run) -> Holding:
    """What the rule of its class says that a call holds; nothing where there is none."""
    rule = run.kind.cost.held if run.kind and run.kind.cost else None
    try:
        return rule(run.layer.config, run.arguments, run.outputs) if rule else Holding()
    except RULE_ERRORS:
        return Holding()


def memory_of(top: Resolved, room: int = MOST_CALLS) -> Memory:
    """What the outputs of a model take, for what enters it; at most `room` calls are opened."""
    tape = _Tape(room=room)
    entering = [tape.buffer(tensor) for tensor in top.inputs]
    leaving = tape.play(top, entering)
    last: dict[int, int] = {}
    for place, step in enumerate(tape.steps):
        last.update(dict.fromkeys((*step.inputs, *step.outputs), place))
    last.update(dict.fromkeys((*entering, *leaving), len(tape.steps)))
    return _lived(tape, entering, last)


def _lived(tape: _Tape, entering: Sequence[int], last: dict[int, int]) -> Memory:
    """Lets the calls run: `last` is by buffer the call that needs it last."""
    ends: dict[int, list[int]] = {}
    for buffer, place in last.items():
        ends.setdefault(place, []).append(buffer)
    held = set(entering)
    total = sum(tape.sizes[buffer] for buffer in held)
    alive: list[tuple[str, int]] = []
    peak, peak_at = total, ""
    for place, step in enumerate(tape.steps):
        let_go = [own for own in set(step.inputs) if step.first and own in held and last[own] == place]
        gone = sum(tape.sizes[own] for own in let_go)
        while_running = max(total + step.first, total - gone + step.running)
        for buffer in step.outputs:
            if buffer in held:
                continue
            held.add(buffer)
            total += tape.sizes[buffer]
            below = next((
                own for own in tape.over.get(buffer, ())
                if own in held and last[own] == place and tape.sizes[own] == tape.sizes[buffer]
            ), None)  # fmt: skip
            if below is not None:
                held.discard(below)
                total -= tape.sizes[below]
        while_running = max(while_running, total - gone)
        alive.append((step.path, while_running))
        if while_running > peak or not peak_at:
            peak, peak_at = max(while_running, peak), step.path
        for buffer in ends.get(place, ()):
            if buffer in held:
                held.discard(buffer)
                total -= tape.sizes[buffer]
    return Memory(peak, peak_at, max(sum(tape.sizes) + tape.kept, peak), tuple(alive), tuple(tape.cut))
