"""Whether a weight looks as its layer's config says that it began: what tells that values were never loaded or trained.

Only where the config names the initializer, and one of Keras's own. Constants must be there value by value. Random
values must lie within the bounds of the initializer, with its mean and variance, and be distributed as it distributes
them; there must be `LEAST_DRAWN` of them. One weight in 5,000 that was drawn fails these tests by chance; of trained
ones those pass that have hardly moved.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.diff.measures import EPSILON, PIECE
from netviz.catalog.settings import inner_config
from netviz.model import Config, Layer, Weight

Values = NDArray[Any]
Numbers = NDArray[np.float64]
Blocks = Callable[[], Iterator[Values]]
"""Gives the values of a weight from the first one on, each time that it is called."""

LEAST_DRAWN = 256
"""So many random values are needed to tell how they are distributed."""

SIGMAS = 4.0
"""Mean and variance may be off by so many of their standard errors."""

BINS = 64
CHI_SQUARE = 112.0
"""What the sum of squared deviations over the bins exceeds in one of 10,000 samples (63 degrees of freedom)."""

CHI_SQUARE_EARLY = 160.0
"""What it exceeds in one of 10^9: there is a look after every block, and only the last may go by the limit above."""

COUNTED = 1 << 16
"""Values of each block that are sorted into bins."""

LARGEST = 1 << 24
"""Matrices of more values are not tested for being orthogonal."""

MOST_HELD = 1 << 20
"""Values of a wide matrix that are held together for that, but for two rows at least."""

SLACK = 1e-3
"""How far mean and standard deviation may be off because random numbers are made in float32, by the latter."""

TRUNCATED = 2.0
"""Standard deviations at which Keras cuts off a normal distribution."""

FARTHEST_SIGMAS = 7.0
"""Standard deviations within which all values of a normal distribution lie, but for one weight of 100 million values
in 4,000."""

DEVIATION = 0.87962566103423978
"""Standard deviation of a normal distribution cut off there. Source: keras.initializers.VarianceScaling."""

NORMAL = NormalDist()

KEYS: Mapping[str, str] = {
    "depthwise_kernel": "depthwise_initializer",
    "pointwise_kernel": "pointwise_initializer",
    "recurrent_kernel": "recurrent_initializer",
    "reverse_embeddings": "embeddings_initializer",
}
"""By role the setting that names the initializer, where it is not the role with "_initializer"."""

Distribution = Literal["uniform", "truncated_normal", "untruncated_normal"]

SCALING: Mapping[str, tuple[float, str, Distribution]] = {
    "glorotuniform": (1.0, "fan_avg", "uniform"),
    "glorotnormal": (1.0, "fan_avg", "truncated_normal"),
    "lecununiform": (1.0, "fan_in", "uniform"),
    "lecunnormal": (1.0, "fan_in", "truncated_normal"),
    "heuniform": (2.0, "fan_in", "uniform"),
    "henormal": (2.0, "fan_in", "truncated_normal"),
}
"""Scale, mode and distribution of the initializers that scale with the shape. Source: keras.initializers."""

DISTRIBUTIONS: Mapping[str, Distribution] = {
    "uniform": "uniform",
    "normal": "truncated_normal",
    "truncated_normal": "truncated_normal",
    "untruncated_normal": "untruncated_normal",
}
"""By name in a config; Keras takes "normal" for a truncated one."""

CONSTANTS: Mapping[str, float] = {"zeros": 0.0, "zero": 0.0, "ones": 1.0, "one": 1.0}

DENSE_OF_AXES = frozenset({"MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention", "EinsumDense"})
"""Layers whose kernels have several axes that come in or go out; since Keras 3.12 the fans are those of these axes."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """How random values are distributed: between `mean` - `reach` and `mean` + `reach`, with the deviation `std`."""

    distribution: Distribution
    mean: float
    std: float
    reach: float

    def edges(self) -> Numbers:
        """The edges between bins that are all equally likely."""
        shares = np.arange(1, BINS) / BINS
        if self.distribution == "uniform":
            return self.mean + self.reach * (2 * shares - 1)
        cut = TRUNCATED if self.distribution == "truncated_normal" else math.inf
        low, high = NORMAL.cdf(-cut), NORMAL.cdf(cut)
        spread = self.reach / TRUNCATED if self.distribution == "truncated_normal" else self.std
        return np.array([self.mean + spread * NORMAL.inv_cdf(low + (high - low) * share) for share in shares])


def looks_initial(layer: Layer, weight: Weight, blocks: Blocks) -> bool:
    """Whether the values of a weight look as its layer's config says that it began; False where it does not say."""
    shape = tuple(axis or 0 for axis in weight.tensor.shape or ())
    dtype = weight.tensor.dtype or ""
    if weight.tensor.size is None or weight.tensor.size == 0 or dtype not in {*EPSILON, "float64"}:
        return False
    name, config = _initializer(layer.config, weight.role)
    rounding = max(EPSILON.get(dtype, 0.0), EPSILON["float32"])
    try:
        constant = _constant(name, config)
        if constant is not None:
            return _is_constant(blocks(), constant, _forgetting(layer, weight, shape), rounding)
        if name in ("orthogonal", "orthogonalinitializer"):
            return _is_orthogonal(blocks(), shape, _number(config, "gain", 1.0), rounding)
        drawn = list(_drawn(name, config, layer, shape))
    except (TypeError, ValueError, OverflowError, ArithmeticError):  # settings that no initializer takes
        return False
    return any(_is_drawn(blocks(), one, prod(shape), rounding) for one in drawn)


def _initializer(config: Config, role: str) -> tuple[str, Config]:
    """The name of the initializer, in small letters and without "_", and its settings."""
    setting = config.get(KEYS.get(role, f"{role}_initializer"))
    if isinstance(setting, str):
        return setting.lower().replace("_", ""), {}
    if not isinstance(setting, Mapping) or not isinstance(setting.get("class_name"), str):
        return "", {}
    inner = inner_config(setting) if isinstance(setting.get("config"), Mapping) else {}
    return str(setting["class_name"]).lower().replace("_", ""), inner


def _number(config: Config, key: str, default: float) -> float:
    value = config.get(key, default)
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{key} is no number")
    return float(value)


def _constant(name: str, config: Config) -> float | None:
    return _number(config, "value", 0.0) if name == "constant" else CONSTANTS.get(name)


def _forgetting(layer: Layer, weight: Weight, shape: tuple[int, ...]) -> slice | None:
    """Which values of an LSTM's bias begin as 1: those of the forget gates."""
    if layer.config.get("unit_forget_bias") is not True or weight.role != "bias" or len(shape) != 1:
        return None
    return slice(shape[0] // 4, shape[0] // 2)


def _is_constant(blocks: Iterable[Values], constant: float, ones: slice | None, rounding: float) -> bool:
    done = 0
    for block in blocks:
        flat = np.asarray(block).reshape(-1).astype(np.float64)
        expected = np.full(flat.shape, constant)
        if ones is not None:
            expected[max(ones.start - done, 0) : max(ones.stop - done, 0)] = 1.0
        done += flat.size
        if not np.allclose(flat, expected, rtol=2 * rounding, atol=0.0):
            return False
    return True


def _is_orthogonal(blocks: Iterable[Values], shape: Sequence[int], gain: float, rounding: float) -> bool:
    """Whether the shorter side of the matrix is orthogonal, with that gain."""
    if len(shape) < 2 or not LEAST_DRAWN <= prod(shape) <= LARGEST or not gain:
        return False
    columns = shape[-1]
    rows = prod(shape[:-1])
    some = (
        min(BINS, columns) if rows >= columns else max(2, min(BINS, MOST_HELD // columns))
    )  # all are orthogonal, so some will do
    if rows >= columns:
        products = sum((_products(part[:, :some].T) for part in _whole_rows(blocks, columns)), np.zeros((some, some)))
    else:
        found = np.empty((0, columns))
        for part in _whole_rows(blocks, columns):
            found = np.concatenate([found, part])[:some] if found.size else part[:some]
            if len(found) == some:
                break
        products = _products(found)
    off = np.abs(products / gain / gain - np.eye(len(products))).max()
    return bool(off <= 1e-4 + 8 * rounding)


def _whole_rows(blocks: Iterable[Values], columns: int) -> Iterator[Values]:
    """The values of a matrix as rows, as many at a time as a block completes."""
    rest: Values = np.empty(0)
    for block in blocks:
        flat = np.asarray(block).reshape(-1)
        if rest.size:
            flat = np.concatenate([rest, flat])
        whole = flat.size // columns * columns
        if whole:
            yield flat[:whole].reshape(-1, columns)
        rest = flat[whole:]


def _products(rows: Values) -> Numbers:
    """The dot products of some rows with each other, some of their values at a time."""
    step = max(1, MOST_HELD // max(1, len(rows)))
    found = np.zeros((len(rows), len(rows)))
    for begin in range(0, rows.shape[1], step):
        part = rows[:, begin : begin + step].astype(np.float64)
        found += part @ part.T
    return found


def _drawn(name: str, config: Config, layer: Layer, shape: tuple[int, ...]) -> Iterator[Drawn]:
    """The distributions that the values may be drawn from."""
    name = name.removesuffix("initializer").removesuffix("v2")
    if name in ("randomuniform", "uniform"):
        low, high = _number(config, "minval", -0.05), _number(config, "maxval", 0.05)
        if high > low:
            yield Drawn("uniform", (low + high) / 2, (high - low) / math.sqrt(12), (high - low) / 2)
    elif name in ("randomnormal", "normal", "truncatednormal"):
        mean, std = _number(config, "mean", 0.0), _number(config, "stddev", 0.05)
        if std > 0:
            yield _normal("truncated_normal" if name == "truncatednormal" else "untruncated_normal", mean, std)
    elif name in SCALING:
        yield from _scaled(*SCALING[name], config, layer, shape)
    elif name == "variancescaling":
        distribution = DISTRIBUTIONS.get(str(config.get("distribution", "normal")))
        if distribution is not None:
            scale, mode = _number(config, "scale", 1.0), str(config.get("mode", "fan_in"))
            yield from _scaled(scale, mode, distribution, config, layer, shape)


def _normal(distribution: Distribution, mean: float, spread: float) -> Drawn:
    if distribution == "truncated_normal":
        return Drawn(distribution, mean, spread * DEVIATION, spread * TRUNCATED)
    return Drawn(distribution, mean, spread, spread * FARTHEST_SIGMAS)


def _scaled(
    scale: float, mode: str, distribution: Distribution, config: Config, layer: Layer, shape: tuple[int, ...]
) -> Iterator[Drawn]:
    variances: dict[float, None] = {}
    for fan_in, fan_out in _fans(config, layer, shape):
        fan = {"fan_in": fan_in, "fan_out": fan_out}.get(mode, (fan_in + fan_out) / 2)
        variances[scale / max(1.0, fan)] = None
    for variance in variances:
        if variance > 0 and distribution == "uniform":
            yield Drawn("uniform", 0.0, math.sqrt(variance), math.sqrt(3 * variance))
        elif variance > 0:
            spread = math.sqrt(variance)
            yield _normal(distribution, 0.0, spread / DEVIATION if distribution == "truncated_normal" else spread)


def _fans(config: Config, layer: Layer, shape: tuple[int, ...]) -> Iterator[tuple[float, float]]:
    """How many values a unit takes in and goes out to, in each way that Kerases have counted them.

    Source: `compute_fans` of keras.src.initializers.random_initializers.
    """
    going = [_sizes(config.get(f"{way}_axes"), shape) for way in ("input", "output")]
    if going[0] and going[1]:
        yield prod(going[0]), prod(going[1])
    if len(shape) < 2:
        yield (shape[0], shape[0]) if shape else (1, 1)
        return
    field = prod(shape[:-2])
    yield shape[-2] * field, shape[-1] * field
    if layer.class_name in DENSE_OF_AXES:
        for cut in range(1, len(shape)):
            yield prod(shape[:cut]), prod(shape[cut:])


def _sizes(axes: object, shape: tuple[int, ...]) -> list[int]:
    """The lengths of the axes that a setting lists."""
    axes = axes if isinstance(axes, list) else []
    return [shape[axis] for axis in axes if isinstance(axis, int) and -len(shape) <= axis < len(shape)]


def _is_drawn(blocks: Iterable[Values], drawn: Drawn, size: int, rounding: float) -> bool:
    """Whether values are as drawn from that distribution: stops at the first block that tells they are not."""
    if size < LEAST_DRAWN:
        return False
    edges, counts = drawn.edges(), np.zeros(BINS)
    reach = drawn.reach * (1 + 1e-5 + rounding)
    count, total, squares = 0, 0.0, 0.0
    for block in blocks:
        flat = np.asarray(block).reshape(-1)
        few = flat[:COUNTED].astype(np.float64)
        if not np.isfinite(few).all() or np.abs(few - drawn.mean).max(initial=0.0) > reach:
            return False
        counts += np.bincount(np.searchsorted(edges, few), minlength=BINS)
        if not _fits_bins(counts, rounding, CHI_SQUARE_EARLY):
            return False
        for begin in range(0, flat.size, PIECE):
            apart = flat[begin : begin + PIECE].astype(np.float64) - drawn.mean
            if not np.abs(apart).max(initial=0.0) <= reach:
                return False
            count += apart.size
            total += float(apart.sum())
            squares += float(np.dot(apart, apart))
        if not math.isfinite(squares):
            return False
    if not _fits_bins(counts, rounding, CHI_SQUARE):
        return False
    error = SIGMAS / math.sqrt(count)
    mean, variance = total / count / drawn.std, squares / count / drawn.std / drawn.std  # the square may be 0
    return abs(mean) <= error + SLACK and abs(variance - 1) <= error * math.sqrt(2) + 2 * (SLACK + rounding)


def _fits_bins(counts: Numbers, rounding: float, most: float) -> bool:
    """Whether counts in bins that are equally likely are what chance makes of them, with squared deviations of `most`
    in all (below `LEAST_DRAWN`: too few to tell).

    Rounding to few bits moves values from one bin to the next, by as much as their size.
    """
    size = counts.sum()
    if size < LEAST_DRAWN:
        return True
    expected = size / BINS
    apart = np.maximum(np.abs(counts - expected) - expected * 4 * BINS * rounding, 0.0)
    return bool((apart**2).sum() / expected <= most)
