"""Notes on what the values of a model's weights show: values that are broken, dead or held twice.

All values are read once, piece by piece. Knows nothing of files; what a weight is for tells its name and its layer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from netviz.analysis.health.figures import Figures, Scan
from netviz.analysis.health.wording import listed, number, part
from netviz.analysis.subjects import family_of
from netviz.catalog.units import unit_axes
from netviz.errors import NetvizError
from netviz.model import Layer, Model, Note, Tensor, Weight, WeightStore

Progress = Callable[[int, int], None]
"""Called with how many bytes are read and how many there are in all."""

INITIALIZERS: Mapping[str, str] = {
    "kernel": "kernel_initializer",
    "depthwise_kernel": "depthwise_initializer",
    "pointwise_kernel": "pointwise_initializer",
    "recurrent_kernel": "recurrent_initializer",
    "embeddings": "embeddings_initializer",
    "reverse_embeddings": "embeddings_initializer",
}
"""The variables that are kernels, by role, and the setting that says what they begin with."""

PLAIN = frozenset({"zeros", "zero", "ones", "one", "constant", "identity", "identityinitializer"})
"""Initializers whose kernels are meant to have equal values or zeros; those of Keras 1 too, which has "zero"."""

VARIANCES: Mapping[str, str] = {"BatchNormalization": "moving_variance", "Normalization": "variance"}
"""The variables that cannot be negative, by class."""

DISTINCTIVE = 16
"""Two kernels of more values than this that are the same are so for a reason."""

MUCH = 0.001
"""The share of subnormal values from which on they are worth a note."""


@dataclass(frozen=True, slots=True)
class Owned:
    """A weight with the layer that holds it first.

    `beside` are the names of all variables of the layer, `digested` says whether another may have its values.
    """

    layer: Layer
    weight: Weight
    beside: frozenset[str] = frozenset()
    digested: bool = False

    @property
    def is_kernel(self) -> bool:
        return self.weight.role in INITIALIZERS

    @property
    def is_plain(self) -> bool:
        """Whether its layer begins with equal values or zeros, on purpose."""
        setting = self.layer.config.get(INITIALIZERS.get(self.weight.role, ""))
        name = setting.get("class_name") if isinstance(setting, Mapping) else setting
        return isinstance(name, str) and name.lower() in PLAIN

    @property
    def is_shifted(self) -> bool:
        """Whether what is stored as zero means another value: it is quantised with a zero point."""
        return f"{self.weight.name}_zero" in self.beside

    @property
    def is_quantized(self) -> bool:
        """Whether its values are integers: the largest of each unit is the same one then."""
        return "int" in (self.weight.tensor.dtype or "")

    @property
    def can_train(self) -> bool:
        return self.weight.trainable and self.layer.trainable

    @property
    def units(self) -> tuple[int, ...]:
        layer, rank = self.layer, len(self.weight.tensor.shape or ())
        if self.is_plain or self.is_shifted:
            return ()
        return unit_axes(layer.class_name, layer.module, layer.config, self.weight.name, rank)


def value_notes(model: Model, progress: Progress | None = None) -> tuple[Note, ...]:
    """A note for each thing that the values show, weight by weight in the model's order; () where there are none."""
    if model.store is None:
        return ()
    owned = _owned(model)
    optimizer = [Owned(model.root, weight) for weight in model.optimizer]
    read = _Reader(model.store, progress, sum(one.weight.nbytes or 0 for one in (*owned, *optimizer)))
    notes: list[Note] = []
    found: list[tuple[Owned, Figures]] = []
    for one in owned:
        try:
            figures = read.figures(one)
        except NetvizError as error:
            message = f"The values of {one.weight.name} cannot be read: {error.message.rstrip('.')}."
            notes.append(Note("warning", "weight-unreadable", one.layer.path, message))
            continue
        found.append((one, figures))
        notes += _notes_on(one, figures)
    notes += _duplicates(found)
    steps = 0
    for one in optimizer:
        try:
            figures = read.figures(one)
        except NetvizError as error:
            message = f"The optimizer's {one.weight.name} cannot be read: {error.message.rstrip('.')}."
            notes.append(Note("warning", "weight-unreadable", "", message))
            continue
        steps = steps or _steps(one.weight, figures)
        if figures.nan or figures.infinite:
            notes.append(
                Note("warning", "weight-nonfinite", "", _nonfinite(f"The optimizer's {one.weight.name}", figures))
            )
    notes += _never_updated(found, steps)
    return tuple(notes)


@dataclass(slots=True)
class _Reader:
    """Reads weights, and tells the one who waits how many of `total` bytes it has read."""

    store: WeightStore
    progress: Progress | None
    total: int
    done: int = 0

    def figures(self, one: Owned) -> Figures:
        """The figures of a weight; raises NetvizError where its values cannot be read."""
        weight = one.weight
        scan = Scan(one.units, VARIANCES.get(one.layer.class_name or "") == weight.name, one.digested)
        nbytes, size = weight.nbytes or 0, max(1, weight.tensor.size or 0)
        try:
            for block in self.store.blocks(weight):
                scan.take(block)
                self._tell(nbytes * min(scan.size, size) // size)
        finally:
            self.done += nbytes
        return scan.figures()

    def _tell(self, part_done: int) -> None:
        if self.progress:
            self.progress(self.done + part_done, self.total)


def _owned(model: Model) -> list[Owned]:
    """Every stored variable of the model once, with its first owner."""
    first: dict[str, Owned] = {}
    for layer in (model.root, *model.root.walk()):
        names = frozenset(weight.name for weight in layer.weights)
        for weight in layer.weights:
            first.setdefault(weight.path, Owned(layer, weight, names))
    alike = Counter(one.weight.tensor for one in first.values() if one.is_kernel)
    return [replace(one, digested=one.is_kernel and alike[one.weight.tensor] > 1) for one in first.values()]


def _notes_on(one: Owned, figures: Figures) -> Iterator[Note]:
    """What the values of one weight show."""
    name, path, size = one.weight.name, one.layer.path, figures.size
    if figures.nan or figures.infinite:
        yield Note("warning", "weight-nonfinite", path, _nonfinite(name, figures))
    if one.is_kernel and not one.is_plain and not one.is_shifted:
        yield from _kernel_notes(one, figures)
    if figures.negative:
        message = f"Of {name}, {part(figures.negative, size, 'value')} negative, which no variance can be."
        yield Note("warning", "variance-negative", path, message)
    if figures.subnormal and figures.subnormal >= MUCH * size:
        share = f"{100 * figures.subnormal / size:.3g} %"
        message = f"Of {name}, {part(figures.subnormal, size, 'value')} subnormal ({share})."
        yield Note("info", "weight-denormal", path, message)


def _kernel_notes(one: Owned, figures: Figures) -> Iterator[Note]:
    """What a kernel has that trained values do not have."""
    name, path, size = one.weight.name, one.layer.path, figures.size
    if figures.same == 0:
        given = f"All {number(size, 'value')}" if size > 1 else "The only value"
        yield Note("warning", "kernel-zero", path, f"{given} of {name} {'are' if size > 1 else 'is'} zero.")
    elif figures.dead:
        noun = "filter" if family_of(one.layer) == "convolution" else "unit"
        message = f"Of {name}, {part(figures.dead, figures.units, noun)} all zero."
        yield Note("warning", "filters-dead", path, message)
    elif figures.same is not None and size > 1 and one.can_train and not figures.infinite and not one.is_quantized:
        message = f"All {number(size, 'value')} of {name} are the same: {figures.same:.6g}."
        yield Note("warning", "kernel-constant", path, message)


def _nonfinite(name: str, figures: Figures) -> str:
    counts = [number(count, noun) for count, noun in ((figures.nan, "NaN"), (figures.infinite, "infinity")) if count]
    return f"{name} holds {' and '.join(counts)} among {number(figures.size, 'value')}."


def _duplicates(found: Sequence[tuple[Owned, Figures]]) -> Iterator[Note]:
    """A note for each group of weights that have the same values and are not one variable.

    In the HDF5 format a layer that stands in two models is stored once for each: so one of the same name and class is
    taken for the same layer.
    """
    groups: dict[tuple[Tensor, bytes], dict[tuple[str, str | None, str], Owned]] = {}
    for one, figures in found:
        if figures.digest and figures.size > DISTINCTIVE and figures.same is None and not figures.nan:
            group = groups.setdefault((one.weight.tensor, figures.digest), {})
            group.setdefault((one.layer.name, one.layer.class_name, one.weight.name), one)
    for first, *others in (group.values() for group in groups.values()):
        if others:
            names = listed([f"{one.weight.name} of {one.layer.path or one.layer.name}" for one in others])
            message = f"{first.weight.name} has the same {number(first.weight.tensor.size or 0, 'value')} as {names}."
            yield Note("info", "weights-duplicated", first.layer.path, message)


def _steps(weight: Weight, figures: Figures) -> int:
    """How many steps an optimizer has made, if this is the variable that counts them; 0 where not."""
    counts = weight.tensor.shape == () and "int" in (weight.tensor.dtype or "")
    return int(figures.same or 0) if counts else 0


def _never_updated(found: Sequence[tuple[Owned, Figures]], steps: int) -> Iterator[Note]:
    """A note on the normalisations whose statistics are those of a new layer although the model was trained."""
    same = {(one.layer.path, one.weight.name): figures.same for one, figures in found}
    layers = [
        one.layer
        for one, figures in found
        if one.layer.class_name == "BatchNormalization" and one.weight.name == "moving_variance" and one.layer.trainable
        if figures.same == 1 and same.get((one.layer.path, "moving_mean")) == 0
    ]
    if steps > 0 and layers:
        names, path = listed([layer.path for layer in layers]), layers[0].path if len(layers) == 1 else ""
        trained = f"after {number(steps, 'step')} of training"
        message = f"The statistics of {names} are still those of a new layer {trained}: mean 0 and variance 1."
        yield Note("warning", "statistics-untrained", path, message)
