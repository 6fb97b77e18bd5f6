"""What fit() printed while it trained, to figures of each epoch: any Keras, a line per epoch or a bar that moves.

A bar is written over itself (by carriage returns, backspaces and codes of the terminal); its last state in an epoch
has all the figures. What stands in between, warnings and messages of callbacks, is passed over.
"""

from __future__ import annotations

import re
from pathlib import Path

from netviz.readers.histories_rows import Rows, pieces

_BREAK = re.compile(r"[\r\n\b]+")
LONGEST_PIECE = 1 << 16
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_EPOCH = re.compile(r"(?:^|.*\s)Epoch (\d{1,9})(?:/\d+)?\s*")
_STATE = re.compile(r"\s*(\d{1,15})/(\d{1,15}|Unknown|\?)\s+(\S.*)")
_OLD = re.compile(r"\s*(- \d+s(?: [\d.]+\w+/(?:step|sample))? - .*)")
"""Keras 2.3 and before, with verbose=2: no count of steps before it."""
_SECONDS = re.compile(r"\d+s")
_FIGURE = re.compile(r"([^\s:][^:]*): (-?(?:\d[\d.]*(?:e[-+]?\d+)?|nan|inf))\s*", re.IGNORECASE)


def looks_printed(text: str) -> bool:
    """Whether there is the beginning of an epoch in the text, or a line with figures."""
    parts = map(_plain, _BREAK.split(text))
    return any(_EPOCH.fullmatch(part) or _figures(part)[0] for part in parts)


def _plain(piece: str) -> str:
    return _CODES.sub("", piece)


def _figures(piece: str) -> tuple[dict[str, float], int | None, int | None, bool]:
    """The figures of a line or of a state of the bar, which step it is of how many, and whether it is a line."""
    found = _STATE.fullmatch(piece)
    old = None if found else _OLD.fullmatch(piece)
    if not found and not old:
        return {}, None, None, False
    parts = (found[3] if found else old[1]).split(" - ")  # type: ignore[index]
    pairs = filter(None, map(_FIGURE.fullmatch, parts))
    figures = {pair[1]: float(pair[2]) for pair in pairs if _is_number(pair[2])}
    if old or not found:
        return figures, None, None, True
    step, total = int(found[1]), int(found[2]) if found[2].isdigit() else None
    line = found[3].startswith("- ") and bool(_SECONDS.fullmatch(parts[0].removeprefix("- ").strip())) and step == total
    return figures, step, total, line


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:  # two points in it
        return False
    return True


class _Reader:
    """Follows what is printed: an epoch is open from its heading until its figures are complete."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.headed = False
        self.open = False
        self.epoch: int | None = None
        self.figures: dict[str, float] = {}
        self.step = 0
        self.total: int | None = None

    def take(self, piece: str) -> None:
        heading = _EPOCH.fullmatch(piece)
        if heading:
            self.close(int(heading[1]))
            self.headed = self.open = True
            self.epoch = int(heading[1])
            return
        figures, step, total, line = _figures(piece)
        if not figures or (self.headed and not self.open):
            return
        if line:
            self.figures = figures
            self.total = None
            self.close(None)
        elif step is not None and step < self.step:  # a further bar: the next epoch, or evaluate() after the last
            self.close(None)
            if not self.headed:
                self.figures, self.step, self.total = figures, step, total
        else:
            self.figures.update(figures)
            self.step, self.total = step or 0, total

    def close(self, following: int | None) -> None:
        """Ends the epoch; one that broke off, since training was stopped, is left out."""
        goes_on = following is not None and self.epoch is not None and following > self.epoch
        if self.figures and (self.total is None or self.step >= self.total or goes_on):
            epoch = {"epoch": float(self.epoch)} if self.epoch is not None else {}
            self.rows.add({**epoch, **self.figures})
        elif self.figures:
            self.rows.notes.append(f"Epoch {self.epoch or self.rows.count + 1} was not finished: left out.")
        self.open, self.figures, self.step, self.total = False, {}, 0, None


def read_printed(path: Path) -> Rows:
    """The figures of the epochs in a text that fit() printed."""
    rows = Rows(str(path), base=1)
    reader = _Reader(rows)
    for piece in pieces(path, _BREAK, LONGEST_PIECE):
        reader.take(_plain(piece))
    reader.close(None)
    return rows
