"""The rows of a log while it is read, and logs that are tables: what CSVLogger writes, by whatever separator."""

from __future__ import annotations

import csv
import math
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from netviz.errors import SourceError

MOST_VALUES = 5_000_000
"""Numbers of a log: a year of epochs of a minute each, with ten metrics."""
LONGEST_LINE = 1 << 20
SEPARATORS = (",", ";", "\t", "|", " ")
NOT_THERE = frozenset({"", "na", "n/a", "none", "null"})
"""What stands for a value that was not measured; CSVLogger writes NA for it, and nan for a number that is none."""


class Rows:
    """The figures of a log, an epoch after the other, in columns by name.

    `missing` has by column the rows in which nothing stands. `begins` are the rows at which the log says that training
    began anew, `base` is what its first epoch is called; None where it does not say. `as_csv_logger`: the log has the
    form that CSVLogger writes.
    """

    def __init__(self, where: str, base: int | None = None) -> None:
        self.where = where
        self.base = base
        self.columns: dict[str, array[float]] = {}
        self.missing: dict[str, set[int]] = {}
        self.with_numbers: set[str] = set()
        self.begins: list[int] = []
        self.as_csv_logger = False
        self.notes: list[str] = []
        self.count = 0
        self._values = 0

    def add(self, row: Mapping[str, float | None]) -> None:
        """Takes the figures of one more epoch; None was not measured, NaN is a number that went wrong."""
        for name, value in row.items():
            if name not in self.columns:
                self.columns[name] = array("d", [math.nan]) * self.count
                self.missing[name] = set(range(self.count))
            self.columns[name].append(math.nan if value is None else value)
            if value is None:
                self.missing[name].add(self.count)
            else:
                self.with_numbers.add(name)
        self.count += 1
        self._values += len(self.columns)
        if self._values > MOST_VALUES:
            raise SourceError(
                f"{self.where}: over {MOST_VALUES:,} values, more than any log of training", "Thin it out."
            )
        for name, column in self.columns.items():
            if len(column) < self.count:
                column.append(math.nan)
                self.missing[name].add(self.count - 1)

    def values(self, name: str) -> tuple[float | None, ...]:
        """A column, None where nothing was measured."""
        gaps = self.missing[name]
        return tuple(None if row in gaps else value for row, value in enumerate(self.columns[name]))


def number_in(text: str, decimal_comma: bool = False) -> float | None:
    """The number that a cell holds, None where it holds none."""
    text = text.strip().strip('"').strip()
    if decimal_comma and re.fullmatch(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?", text):
        text = text.replace(",", ".")
    if text.lower() in NOT_THERE or "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def separator_of(text: str) -> str | None:
    """What separates the cells of a table with names in its first line and a number below; None where it is none."""
    lines = [line for line in text.splitlines()[:50] if line.strip() and not line.lstrip().startswith("#")]
    if len(lines) < 2 and lines and re.fullmatch(r'"?epoch"?[^\w"].*', lines[0], re.IGNORECASE):
        return lines[0].strip('"')[5:].lstrip('"')[:1]  # a header alone: training was stopped in its first epoch
    if len(lines) < 2:
        return None
    written = re.match(r'"?epoch"?([^\w"\r\n])', lines[0], re.IGNORECASE)
    for separator in (written[1], *SEPARATORS) if written else SEPARATORS:
        names, cells = (_split(line, separator) for line in lines[:2])
        if len(names) < 2 or len(names) != len(cells) or any(number_in(name) is not None for name in names):
            continue
        if any(number_in(cell, separator != ",") is not None for cell in cells):
            return separator
    alone = re.fullmatch(r'"?[A-Za-z_]\w*"?', lines[0].strip()) and number_in(lines[1]) is not None
    return "," if alone else None


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def read_table(path: Path, separator: str) -> Rows:
    """The rows of a table; a line that repeats the names begins a further run, and may have other names."""
    rows = Rows(str(path))
    names: list[str] = []
    comma = separator != ","
    odd = short = 0
    try:
        for cells in csv.reader(_lines(path), delimiter=separator):
            if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                continue
            values = [number_in(cell, comma) for cell in cells]
            if not names or _is_header(cells, values, names):
                names = ["epoch" if cell.strip().lower() == "epoch" else cell.strip() for cell in cells]
                rows.begins.append(rows.count)
                rows.as_csv_logger = separator == "," and cells[0] == "epoch"
                continue
            rows.add({name: value for name, value in zip(names, values, strict=False) if name})
            odd += sum(
                value is None and cell.strip().lower() not in NOT_THERE
                for cell, value in zip(cells, values, strict=True)
            )
            short += len(cells) != len(names)
    except csv.Error as error:
        raise SourceError(f"{path}: not a table that can be read: {error}") from error
    if odd:
        rows.notes.append(f"{odd:,} cell{'s hold' if odd > 1 else ' holds'} no number.")
    if short:
        rows.notes.append(f"{short:,} line{'s have' if short > 1 else ' has'} more or fewer cells than the first.")
    return rows


def _is_header(cells: list[str], values: list[float | None], names: list[str]) -> bool:
    """Whether a line names columns again: there is no number in it, but one of the names."""
    words = {cell.strip().lower() for cell in cells}
    return not any(value is not None for value in values) and bool(
        words & {name.lower() for name in names} - NOT_THERE - {"nan"}
    )


def _lines(path: Path) -> Iterable[str]:
    """The lines of a text; raises SourceError for one that is longer than any line of a log."""
    with path.open("r", encoding="utf-8-sig", errors="replace", newline="") as file:
        while line := file.readline(LONGEST_LINE):
            if len(line) >= LONGEST_LINE:
                raise SourceError(f"{path}: a line of over {LONGEST_LINE:,} characters, longer than any of a log")
            yield line


def pieces(path: Path, breaks: re.Pattern[str], longest: int) -> Iterator[str]:
    """What stands between the breaks in a text, read bit by bit; of a piece that is too long its end."""
    rest = ""
    with path.open("r", encoding="utf-8", errors="replace", newline="") as file:
        while block := file.read(LONGEST_LINE):
            *whole, rest = breaks.split(rest + block)
            yield from whole
            rest = rest[-longest:]
    yield rest
