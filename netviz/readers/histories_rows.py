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
NOT_THERE = frozenset({"", "na", "n/a", "none", "null", "nan"})
"""What stands for a value that is missing; CSVLogger writes NA for it, and nan for a number that is none."""


class Rows:
    """The figures of a log, an epoch after the other, in columns by name.

    `begins` are the rows at which the log says that training began anew, `base` what its first
    epoch is called; None where it does not say.
    """

    def __init__(self, where: str, base: int | None = None) -> None:
        self.where = where
        self.base = base
        self.columns: dict[str, array[float]] = {}
        self.with_numbers: set[str] = set()
        self.begins: list[int] = []
        self.notes: list[str] = []
        self.count = 0
        self._values = 0

    def add(self, row: Mapping[str, float | None]) -> None:
        """Takes the figures of one more epoch; None is no number, NaN is one that went wrong."""
        for name, value in row.items():
            if name not in self.columns:
                self.columns[name] = array("d", [math.nan]) * self.count
            self.columns[name].append(math.nan if value is None else value)
            if value is not None:
                self.with_numbers.add(name)
        self.count += 1
        self._values += len(self.columns)
        if self._values > MOST_VALUES:
            raise SourceError(
                f"{self.where}: over {MOST_VALUES:,} values, more than any log of training", "Thin it out."
            )
        for column in self.columns.values():
            if len(column) < self.count:
                column.append(math.nan)


def number_in(text: str, decimal_comma: bool = False) -> float | None:
    """The number that a cell holds, None where it holds none."""
    text = text.strip().strip('"').strip()
    if decimal_comma and re.fullmatch(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?", text):
        text = text.replace(",", ".")
    if text.lower() in ("", "na", "n/a", "none", "null") or "_" in text:
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
    try:
        for cells in csv.reader(_lines(path), delimiter=separator):
            if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                continue
            values = [number_in(cell, comma) for cell in cells]
            if not names or _is_header(cells, values, names):
                names = ["epoch" if cell.strip().lower() == "epoch" else cell.strip() for cell in cells]
                rows.begins.append(rows.count)
                continue
            rows.add({name: value for name, value in zip(names, values, strict=False) if name})
    except csv.Error as error:
        raise SourceError(f"{path}: not a table that can be read: {error}") from error
    return rows


def _is_header(cells: list[str], values: list[float | None], names: list[str]) -> bool:
    """Whether a line names columns again: there is no number in it, but one of the names."""
    words = {cell.strip().lower() for cell in cells}
    return not any(value is not None for value in values) and bool(words & {name.lower() for name in names} - NOT_THERE)


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
