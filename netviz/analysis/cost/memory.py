"""The memory that outputs take while a model runs: which are alive during each call, and what all take together.

The calls run in the order of `Graph.calls`, those of nested models in the place of the call; a wrapper is one call. An
output is alive from the call that makes it until the last that reads it has run, those of the model until the end; what
enters the model counts as well, and stays until the end, for whoever calls the model holds it. A function of each
element writes over an input of its size that nothing else needs, as TensorFlow has it. What a call needs beyond what
goes in and comes out (the unrolled input of a convolution, the parts of GELU) depends on the library and is left out,
as are weights. TensorFlow's own records of frozen graphs agree (tests/analysis/cost/test_memory.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from netviz.analysis.cost.resolving import Resolved, Run
from netviz.catalog.kinds import Buffer
from netviz.model import ENTERING, Tensor, TensorRef

MOST_CALLS = 100_000
"""Calls that are opened. A model inside a model inside a model …, each called twice, has more than can be played."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of outputs: at most at one time, and where; of all; call by call. `cut` are the layers left closed."""

    peak: int
    peak_at: str
    all: int
    alive: tuple[tuple[str, int], ...]
    cut: tuple[str, ...]


@dataclass(slots=True)
class _Step:
    """A call on buffers, by number. `outputs` are all that come out, which may be those that go in."""

    path: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(slots=True)
class _Tape:
    """The calls of a model one after the other. `sizes` are those of the buffers, by number."""

    steps: list[_Step] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    over: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """By buffer those that it may lie over, where nothing else needs them."""
    cut: list[str] = field(default_factory=list)
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
            inputs = [found for found in map(lookup, run.sources) if found is not None]
            made.append(self._run(run, inputs))
        found = [lookup(end) for end in resolved.ends]
        return [
            self.buffer(tensor) if own is None else own for own, tensor in zip(found, resolved.outputs, strict=True)
        ]

    def _run(self, run: Run, inputs: list[int]) -> tuple[int, ...]:
        inside = run.inside
        if inside is not None and not inside.wrapped and len(inputs) >= len(inside.entrances):
            if len(inside.runs) <= self.room:
                outputs = self.play(inside, inputs[: len(inside.entrances)])
                return (*outputs, *map(self.buffer, run.outputs[len(outputs) :]))
            self.cut.append(run.layer.path)
        outputs = self._made(run, inputs)
        self.steps.append(_Step(run.layer.path, tuple(inputs), tuple(outputs)))
        return tuple(outputs)

    def _made(self, run: Run, inputs: list[int]) -> list[int]:
        """The buffers of the outputs of one call, as the class says where they lie."""
        buffer: Buffer = run.kind.cost.buffer if run.kind and run.kind.cost else "new"
        if buffer == "same" and inputs:
            alike = len(inputs) == len(run.outputs)
            return [inputs[place if alike else 0] for place in range(len(run.outputs))]
        made = [self.buffer(tensor) for tensor in run.outputs]
        if buffer == "over" and inputs and made:
            self.over[made[0]] = tuple(inputs)
        return made


def memory_of(top: Resolved) -> Memory:
    """What the outputs of a model take, for what enters it."""
    tape = _Tape()
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
        alive.append((step.path, total))
        if total > peak or not peak_at:
            peak, peak_at = max(total, peak), step.path
        for buffer in ends.get(place, ()):
            if buffer in held:
                held.discard(buffer)
                total -= tape.sizes[buffer]
    return Memory(peak, peak_at, sum(tape.sizes), tuple(alive), tuple(tape.cut))
