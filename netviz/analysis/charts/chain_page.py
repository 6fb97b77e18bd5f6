"""The chain of layers as a table of worked lines, as equations to be drawn, and as plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.charts.chain import lines_of
from netviz.analysis.charts.chain_sums import Link, conv_window, dense_sum
from netviz.analysis.health.wording import number
from netviz.charts import Chart, Equation, Mark, Matrix, Panel, Words
from netviz.model import Note
from netviz.views import Column, Row, Sheet, Table

Array = NDArray[Any]

SIDE = 6
"""Rows and columns of a matrix that are shown."""

SCHEMA = 1


def build_chain_sheet(name: str, links: Sequence[Link], said: Sequence[str], notes: Sequence[Note]) -> Sheet:
    """The layers in the order of execution, each with what it does line by line."""
    rows = []
    for link in links:
        rows.append(Row((link.path, link.class_name, link.shapes, ""), family=link.family, strong=True))
        rows += [Row(("", "", line.what, line.numbers), family=link.family) for line in lines_of(link)]
    columns = (Column("layer", "Layer"), Column("class", "Class", "class"), Column("step", "Step"),
               Column("numbers", "Numbers", "formula"))  # fmt: skip
    tables = [Table("chain", columns, tuple(rows))]
    facts = [("Input", text) for text in said] + [(note.severity.capitalize(), note.message) for note in notes]
    if facts:
        about = (Column("fact", "Fact"), Column("value", "Value"))
        tables.append(Table("notes", about, tuple(map(Row, facts)), heading=False))
    return Sheet(f"{name}: one sample through {number(len(links), 'layer')}", tuple(tables))


def build_chain_chart(name: str, links: Sequence[Link], said: Sequence[str], limit: int) -> Chart:
    """An equation per layer; of more than `limit` layers (0: all) the first."""
    shown = links[:limit] if limit else links
    words = [f"Input: {text}." for text in said]
    if len(shown) < len(links):
        words.append(f"Shown: the first {len(shown)} of {len(links)} layers.")
    panels = tuple(_panel(link) for link in shown) or (Panel((Words(("There are no layers.",)),)),)
    if any(_is_cut(mark) for panel in panels for mark in panel.marks):
        words.append("Of large matrices the first rows and columns are shown.")
    return Chart(f"One sample through {name}", panels, caption=" ".join(words), columns=1)


def _is_cut(mark: Mark) -> bool:
    return isinstance(mark, Equation) and any(isinstance(term, Matrix) and term.extent for term in mark.terms)


def _panel(link: Link) -> Panel:
    lines = lines_of(link)
    detail = f"{link.class_name} {link.shapes}"
    terms = _dense(link) or _convolution(link) or _ends(link)
    unsound = [line.numbers for line in lines if line.sound is False]
    said = [line.what for line in lines if line.what and not line.numbers] + unsound
    if not terms:
        texts = tuple(f"{line.what} {line.numbers}".strip() for line in lines) or ("no numbers",)
        return Panel((Words(texts),), link.path, detail, family=link.family, wide=True)
    caption = ". ".join(said)
    return Panel((Equation(terms),), link.path, detail, caption=caption, family=link.family, wide=True)


def _dense(link: Link) -> tuple[Matrix | str, ...]:
    worked = dense_sum(link) if link.class_name == "Dense" else None
    if worked is None:
        return ()
    x = link.inputs[0].reshape(-1, link.inputs[0].shape[-1])[:1]
    terms: list[Matrix | str] = [_matrix("x", x), "·", _matrix("kernel", link.weights["kernel"])]
    if "bias" in link.weights:
        terms += ["+", _matrix("bias", link.weights["bias"][None])]
    if link.activation:
        terms += ["=", _matrix("sum", worked.before[None]), f"→ {link.activation} →"]
    else:
        terms.append("=")
    return (*terms, _matrix("y", worked.given[None]))


def _convolution(link: Link) -> tuple[Matrix | str, ...]:
    """One place and filter: the window and the kernel, a row for each place in them and a column for each channel."""
    found = conv_window(link) if link.class_name in ("Conv1D", "Conv2D", "Conv3D") else None
    if found is None:
        return ()
    square = found.kernel.shape[-1] == 1 and found.kernel.ndim == 3
    shape = found.kernel.shape[:2] if square else (math.prod(found.kernel.shape[:-1]), found.kernel.shape[-1])
    axes = "" if square else "places × channels"
    terms: list[Matrix | str] = [
        "Σ",
        _matrix(f"window at {found.place}", found.window.reshape(shape), axes),
        "×",
        _matrix("kernel of filter 1", found.kernel.reshape(shape), axes),
    ]
    if found.bias is not None:
        terms += ["+", _matrix("bias", np.array([[found.bias]]))]
    if link.activation:
        terms += ["=", _matrix("sum", np.array([[found.before]])), f"→ {link.activation} →"]
    else:
        terms.append("=")
    return (*terms, _matrix("y", np.array([[found.given]])))


def _ends(link: Link) -> tuple[Matrix | str, ...]:
    """What goes in and what comes out, the first slice of each."""
    if any(one.dtype.kind not in "fiub" for one in (*link.inputs, *link.outputs)) or not link.outputs:
        return ()
    terms: list[Matrix | str] = []
    if link.class_name != "InputLayer":
        for place, one in enumerate(link.inputs[:2]):
            terms += [","] if place else []
            terms.append(_slice("x" if len(link.inputs) == 1 else _name(link, place), one))
        if len(link.inputs) > 2:
            terms.append("…")
        if terms:
            inner = link.family in ("recurrent", "attention")  # where it is not the last thing that is done
            terms.append(f"→ {link.activation} →" if link.activation and not inner else "→")
    return (*terms, _slice("y" if terms else link.path.rsplit("/", 1)[-1], link.outputs[0]))


def _name(link: Link, place: int) -> str:
    """The name of an input: as its layer calls it, or by its number where it has many of a kind."""
    name = link.names[place] if len(link.names) == len(link.inputs) else f"x {place + 1}"
    base, _, digits = name.rpartition(" ")
    return f"x{digits}" if base and digits.isdecimal() else name


def _slice(name: str, values: Array) -> Matrix:
    """The first channel of maps, or the array as it is."""
    if values.ndim <= 2:
        return _matrix(name, np.atleast_2d(values))
    note = f"channel 1 of {values.shape[-1]}"
    values = values[..., 0]
    while values.ndim > 2:
        values = values[0]
    return _matrix(name, values, note)


def _matrix(name: str, values: Array, note: str = "") -> Matrix:
    rows, columns = values.shape
    cut = rows > SIDE or columns > SIDE
    shown = values[:SIDE, :SIDE].astype(np.float64)
    return Matrix(name, shown, (rows, columns) if cut else None, note)


def chain_document(
    name: str, links: Sequence[Link], said: Sequence[str], notes: Sequence[Note], version: str
) -> dict[str, Any]:
    """The chain as plain data: schema 1 of `netviz trace --format json`."""
    return {
        "netviz": version,
        "schema": SCHEMA,
        "name": name,
        "input": list(said),
        "layers": [
            {
                "path": link.path,
                "class_name": link.class_name,
                "input_shapes": [list(one.shape) for one in link.inputs],
                "output_shapes": [list(one.shape) for one in link.outputs],
                "lines": [{"what": line.what, "numbers": line.numbers, "sound": line.sound} for line in lines_of(link)],
                "outputs": [_numbers(one) for one in link.outputs],
            }
            for link in links
        ],
        "notes": [
            {"severity": note.severity, "code": note.code, "path": note.path, "message": note.message} for note in notes
        ],
    }


MOST_NUMBERS = 4096
"""Numbers of an output that are in the data; of more the first."""


def _numbers(values: Array) -> list[object]:
    flat = values.reshape(-1)[:MOST_NUMBERS].tolist()
    return [None if isinstance(one, float) and not math.isfinite(one) else one for one in flat]
