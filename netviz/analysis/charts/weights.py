"""What the values of a model's weights are: each read once, piece by piece, into figures and a distribution.

Knows nothing of tables and pictures, which are made of what comes out here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.distribution import Distribution
from netviz.analysis.subjects import family_of, matching_subjects
from netviz.catalog.arrangement import arrangement
from netviz.catalog.units import unit_axes
from netviz.errors import NetvizError, UsageError
from netviz.model import Layer, Model, Weight, WeightStore
from netviz.views import Family

Progress = Callable[[int, int], None]
"""Called with how many bytes are read and how many there are in all."""

SHARES = (0.01, 0.25, 0.5, 0.75, 0.99)
"""Of the values the shares whose quantiles are given."""

KERNELS = frozenset(
    {"kernel", "recurrent_kernel", "depthwise_kernel", "pointwise_kernel", "quantized_kernel", "embeddings",
     "reverse_embeddings"}
)  # fmt: skip
"""The roles of weights that inputs are multiplied by or looked up in: what a model has learned is mostly there."""

RANKED_SIDE, RANKED_SIZE = 1024, 1 << 23
"""The shorter side and the values of a matrix, up to which its effective rank is worked out: some seconds at most."""

NO_VALUES = "Give the file that has the weights; with architecture= (--architecture) this one tells its layers."


@dataclass(frozen=True, slots=True)
class Held:
    """A stored variable with the layer that is asked for and holds it first."""

    layer: Layer
    weight: Weight

    @property
    def family(self) -> Family:
        return family_of(self.layer)

    @property
    def is_kernel(self) -> bool:
        return self.weight.role in KERNELS

    @property
    def is_matrix(self) -> bool:
        """Whether it maps inputs to outputs: a kernel, or what has two axes in a class that is not known."""
        rank = len(self.weight.tensor.shape or ())
        return rank > 1 and (self.is_kernel or (rank == 2 and self.family == "unknown"))

    @property
    def place(self) -> str:
        """The layer's path, or for a variable of the model itself its name."""
        return self.layer.path or self.layer.name

    @property
    def arrangement(self) -> tuple[str, ...] | None:
        """What each of its axes runs over; None where that is not known."""
        layer, weight = self.layer, self.weight
        return arrangement(layer.class_name, layer.module, weight.name, len(weight.tensor.shape or ()))


@dataclass(frozen=True, slots=True)
class Figures:
    """What all values of a weight are like. Of the finite ones, None where there is none: extremes, mean, standard
    deviation (of the population), Euclidean norm, and the quantiles of `SHARES`."""

    size: int
    zeros: int
    nan: int
    infinite: int
    minimum: float | None
    maximum: float | None
    mean: float | None
    std: float | None
    norm: float | None
    quantiles: tuple[float, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """A weight with what its values are like; `problem` says why that is not known, or a part of it.

    `edges` and `counts` are a histogram from the least to the greatest value: one bin where these are the same. `rank`
    is the effective rank, if it was asked for and the weight is a matrix. The `distribution` is there of those that
    were to be kept, empty where the values cannot be read.
    """

    held: Held
    figures: Figures | None = None
    edges: NDArray[np.float64] | None = None
    counts: NDArray[np.float64] | None = None
    rank: float | None = None
    problem: str = ""
    distribution: Distribution | None = None


def held_weights(model: Model, layer: str | Sequence[str] | None = None) -> tuple[Held, ...]:
    """Every stored variable once, in the model's order; with `layer`, those of these layers and of all inside them.

    A layer is named by name, path or a regular expression. Raises LayerNotFound where there is none, UsageError for
    what names none, or where the layers hold no weights.
    """
    layers: list[Layer] = [model.root, *model.root.walk()]
    if layer is not None:
        patterns = [layer] if isinstance(layer, str) or not isinstance(layer, Sequence) else list(layer)
        chosen: set[str] = set()
        for pattern in patterns:
            for subject in matching_subjects(model, pattern):
                chosen.update((subject.layer.path, *(inner.path for inner in subject.layer.walk())))
        with_weights = [one.path or one.name for one in layers if one.weights]
        layers = [one for one in layers if one.path in chosen]
        if not any(one.weights for one in layers):
            if not patterns:
                raise UsageError("layer= names no layer", "Give a name, path or expression, or None for all layers.")
            named = ", ".join(map(str, patterns))
            hint = f"The first that have some are {', '.join(with_weights[:3])}." if with_weights else ""
            raise UsageError(f"no weights in {named}", hint or "No layer of the model has any.")
    first: dict[str, Held] = {}
    for one in layers:
        for weight in one.weights:
            first.setdefault(weight.path, Held(one, weight))
    return tuple(first.values())


def weigh(
    model: Model,
    held: Sequence[Held],
    *,
    bins: int = 64,
    rank: bool = False,
    kept: Collection[Held] = (),
    progress: Progress | None = None,
) -> tuple[Weighed, ...]:
    """What the values of each of these weights are like; those in `kept` with their distribution.

    Raises NetvizError where the source holds no values at all, as a config, of which the model has some.
    """
    if not held:
        return ()
    if model.store is None:
        raise NetvizError(f"{model.source.path or model.name}: the source holds no values of weights", NO_VALUES)
    reader = _Reader(model.store, progress, sum(one.weight.nbytes or 0 for one in held))
    paths = {one.weight.path for one in kept}
    return tuple(reader.weighed(one, bins, rank, one.weight.path in paths) for one in held)


@dataclass(slots=True)
class _Reader:
    """Reads weights, and tells the one who waits how many of `total` bytes it has read."""

    store: WeightStore
    progress: Progress | None
    total: int
    done: int = 0

    def weighed(self, held: Held, bins: int, rank: bool, keep: bool) -> Weighed:
        weight = held.weight
        found = Distribution()
        try:
            found.take_all(self.store.blocks(weight), self._told(weight))
        except NetvizError as error:
            return Weighed(held, problem=error.message, distribution=Distribution() if keep else None)
        except TypeError as error:
            return Weighed(held, problem=str(error), distribution=Distribution() if keep else None)
        finally:
            self.done += weight.nbytes or 0
            if self.progress:
                self.progress(self.done, self.total)
        figures = Figures(
            found.size, found.zeros, found.nan, found.infinite, found.minimum, found.maximum, found.mean, found.std,
            found.norm, found.quantiles(SHARES),
        )  # fmt: skip
        counts, edges = found.histogram(bins) if figures.minimum is not None else (None, None)
        found.compact()
        effective, problem = self._rank(held, figures) if rank else (None, "")
        return Weighed(held, figures, edges, counts, effective, problem, found if keep else None)

    def _told(self, weight: Weight) -> Callable[[int], None]:
        """Tells how far one weight is read, by the number of values in each block."""
        nbytes, size, seen = weight.nbytes or 0, max(1, weight.tensor.size or 0), 0

        def tell(more: int) -> None:
            nonlocal seen
            seen += more
            if self.progress:
                self.progress(self.done + nbytes * min(seen, size) // size, self.total)

        return tell

    def _rank(self, held: Held, figures: Figures) -> tuple[float | None, str]:
        shape = held.weight.tensor.shape or ()
        if not held.is_matrix or not figures.size:
            return None, ""
        if figures.nan or figures.infinite:
            return None, "no effective rank: not all values are finite"
        axes = output_axes(held)
        columns = int(np.prod([shape[axis] or 0 for axis in axes]))
        rows = figures.size // max(columns, 1)
        if min(rows, columns) > RANKED_SIDE or figures.size > RANKED_SIZE:
            return None, f"no effective rank: {rows:,} × {columns:,} is too large a matrix"
        try:
            return effective_rank(matrix(np.asarray(self.store.read(held.weight), np.float64), axes)), ""
        except np.linalg.LinAlgError as error:
            return None, f"no effective rank: {error}"


def output_axes(held: Held) -> tuple[int, ...]:
    """The axes of a weight that its outputs lie along, counted from the front; the last one where it is not known."""
    layer, weight = held.layer, held.weight
    rank = len(weight.tensor.shape or ())
    return unit_axes(layer.class_name, layer.module, layer.config, weight.name, rank) or (rank - 1,)


def matrix(values: NDArray[np.float64], outputs: tuple[int, ...]) -> NDArray[np.float64]:
    """A kernel as a matrix: all that is summed over (inputs and places of a window) by the outputs."""
    inputs = tuple(axis for axis in range(values.ndim) if axis not in outputs)
    columns = int(np.prod([values.shape[axis] for axis in outputs]))
    return values.transpose(inputs + outputs).reshape(-1, columns)


def effective_rank(values: NDArray[np.float64]) -> float:
    """The effective rank of a matrix: the exponential of the entropy of its singular values, as shares of their sum.

    0 for a matrix of zeros. Source: Roy and Vetterli, "The effective rank: a measure of effective dimensionality"
    (2007).
    """
    top = float(np.abs(values).max(initial=0))
    if top == 0:
        return 0.0
    singular = np.linalg.svd(values / top, compute_uv=False)
    shares = singular / singular.sum()
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))
