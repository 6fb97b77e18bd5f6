"""Tables of vectors (embeddings) by their first two principal components."""

from __future__ import annotations

import numpy as np

from netviz.analysis.charts.matrices import ordinal, panel
from netviz.analysis.charts.sampling import Values, read_rows, spaced
from netviz.analysis.charts.weights import Held
from netviz.charts import Axis, Panel, Scatter
from netviz.model import WeightStore

ROWS = 4096
"""Rows that the components are found of; of more, some at equal distances."""

COLUMNS = 4096
"""Columns that components are found of, at most: the work grows with their square."""

NAMED = 40
"""Up to so many rows are numbered in the picture."""


def principal_components(rows: Values) -> tuple[Values, Values]:
    """(places, shares): each row by the first two principal components, and the share of the variance in each.

    The sign of a component is that by which its largest entry is positive. Source: Pearson (1901); computed by the
    singular values of the rows less their mean.
    """
    centred = rows - rows.mean(axis=0)
    top = float(np.abs(centred).max(initial=0)) or 1.0
    left, singular, right = np.linalg.svd(centred / top, full_matrices=False)
    signs = np.sign(right[np.arange(len(right)), np.abs(right).argmax(axis=1)])
    variance = np.square(singular)
    places = left[:, :2] * (singular * signs)[:2] * top
    return places, variance[:2] / (variance.sum() or 1.0)


def components_panel(one: Held, store: WeightStore, turned: bool) -> Panel | None:
    """A point for each row of a table; None where it has too few rows or columns, or values that are not finite.

    `turned` tables have their rows as columns.
    """
    shape = tuple(axis or 0 for axis in one.weight.tensor.shape or ())
    count, size = (shape[1], shape[0]) if turned else shape
    if count < 3 or size < 2 or size > COLUMNS:
        return None
    shown = spaced(count, most=ROWS)
    rows = read_rows(store, one.weight)[:, shown].T if turned else read_rows(store, one.weight, shown)
    if not np.isfinite(rows).all():
        return None
    places, shares = principal_components(rows)
    labels = tuple(map(str, shown)) if len(shown) <= NAMED else ()
    said = f"{count:,} entries" if len(shown) == count else f"every {ordinal(int(shown[1]))} of {count:,} entries"
    mark = Scatter(places[:, 0], places[:, 1], labels, tint=one.family)
    x, y = (
        Axis(f"principal component {number} ({100 * share:.0f} % of the variance)")
        for number, share in zip((1, 2), shares, strict=True)
    )
    return panel(one, mark, x=x, y=y, caption=f"a point for each of {said}")
