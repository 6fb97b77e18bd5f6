"""Which columns the table of layers begins with; the reader may choose others."""

from __future__ import annotations

from collections.abc import Sequence

from netviz.views import Column

FIRST = frozenset({"name", "class", "output", "parameters", "share", "formula", "macs"})
"""Columns that stand in the document, and are shown at first; all where none of them is there."""


def shown_columns(columns: Sequence[Column]) -> list[int]:
    """The places of the columns that are shown at first."""
    return [place for place, one in enumerate(columns) if one.key in FIRST] or list(range(len(columns)))
