"""Sums, means and extremes along axes, as the profiler has them: an operation for each value but the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from netviz.catalog.costs import positions
from netviz.catalog.costs.forms import SORTING, Outputs, known, last_taken, made, taken, uncounted
from netviz.catalog.costs.functions import spelled
from netviz.catalog.kinds import Arguments, CostKind, UncountedError, Work
from netviz.catalog.outputs import subjects
from netviz.model import Config, Shape

Count = Callable[[int, int], int]
"""(values that go in, values that come out) -> operations."""

COUNTS: Mapping[str, Count] = {
    **dict.fromkeys(
        ("max", "min", "amax", "amin", "sum", "prod", "argmax", "argmin", "all", "any"), lambda n, out: n - out
    ),
    **dict.fromkeys(("mean", "average"), lambda n, out: n),
    # A comparison more for each value that may be none.
    **dict.fromkeys(
        ("nanmax", "nanmin", "nansum", "nanprod", "nanargmax", "nanargmin"), lambda n, out: 2 * n - out
    ),
    "nanmean": lambda n, out: 3 * n,  # the values that are none are counted as well
    "var": lambda n, out: 4 * n,  # mean((x - mean(x))²)
    "std": lambda n, out: 4 * n + out,
    "nanvar": lambda n, out: 6 * n,
    "nanstd": lambda n, out: 6 * n + out,
    "moments": lambda n, out: 4 * n,
    "ptp": lambda n, out: 2 * n - out,  # max(x) - min(x)
    "count_nonzero": lambda n, out: 2 * n - out,
    "logsumexp": lambda n, out: 4 * n,  # max(x) + log(sum(exp(x - max(x))))
    "norm": lambda n, out: 2 * n,  # sqrt(sum(x²))
    **dict.fromkeys(("cumsum", "cumprod"), lambda n, out: n),
    **dict.fromkeys(("nancumsum", "nancumprod"), lambda n, out: 2 * n),
}  # fmt: skip
"""By the name of the function of keras.ops."""

SORTED = ("median", "nanmedian", "quantile", "percentile", "nanquantile", "nanpercentile", "sort", "argsort", "top_k")
RUNNING = ("cumsum", "cumprod", "nancumsum", "nancumprod")

ALONG = positions.along(positions.axes_under("axis", None))
ALONG_LAST = positions.along(positions.axes_under("axis", -1))


def count_of(name: str) -> Count:
    """The count of a function by its name; LookupError for one that has none."""
    return COUNTS[name]


def by_count(count: Count) -> Callable[[Config, Arguments, Outputs], Work]:
    """A rule from a count."""

    def work(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
        return Work(0, count(taken(arguments), made(outputs)))

    return work


def norm(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Of the Euclidean or Frobenius norm; others are not counted."""
    if config.get("ord") not in (None, 2, "fro", "euclidean"):
        raise UncountedError("No count of this norm is published.")
    if config.get("ord") == 2 and len(known(subjects(arguments)[0].shape)) - len(known(outputs[0].shape)) == 2:
        raise UncountedError("No count of singular values is published.")
    return Work(0, 2 * taken(arguments))


def reduction(class_name: str) -> CostKind:
    """The cost of an operation that reduces axes, or runs along one."""
    name = "top_k" if class_name == "TopK" else spelled(class_name)
    if name in SORTED:
        return uncounted(SORTING, ALONG_LAST if name in ("sort", "argsort", "top_k") else ALONG)
    if name == "norm":
        return CostKind(norm, ALONG)
    window = positions.along(positions.axes_under("axes", None)) if name == "moments" else ALONG
    return CostKind(by_count(count_of(name)), ALONG_LAST if name in RUNNING else window)


def segments(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """An operation for each value that is added, multiplied or compared with its segment's."""
    return Work(0, taken(arguments))


def differences(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """A subtraction for each value of each of `n` rounds, the rounds before the last counted as long as it."""
    rounds = config.get("n", 1)
    if rounds != 1:
        raise UncountedError("Rounds of differences after the first are not counted.")
    return Work(0, made(outputs))


def trapezoids(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """(a + b)/2·width for each pair of neighbours, and their sum: four operations less one for each that comes out."""
    pairs = taken(arguments) - made(outputs)
    return Work(0, 4 * pairs - made(outputs))


def correlations(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Rows without their means, every row with every row, divided by the products of both deviations."""
    n, out = taken(arguments), made(outputs)
    macs = out * last_taken(arguments)
    return Work(macs, 2 * macs + 2 * n + 3 * out)


def traced(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """An addition for each value of the diagonal but the first."""
    shape: Shape = known(subjects(arguments)[0].shape)
    if len(shape) != 2 or config.get("offset"):
        raise UncountedError("Diagonals of more than one matrix are not counted.")
    return Work(0, max(0, min(axis or 0 for axis in shape) - 1))


SEGMENTS = CostKind(segments, None)
DIFFERENCES = CostKind(differences, None)
TRAPEZOIDS = CostKind(trapezoids, None)
CORRELATIONS = CostKind(correlations, None)
TRACE = CostKind(traced, None)
