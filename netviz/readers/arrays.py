"""Numbers in files of numpy and in text, none larger than it may be before it is taken into memory."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.errors import NetvizError, SourceError, UsageError
from netviz.readers.guards import MIB, raise_to

Array = NDArray[Any]

ARRAY_BYTES = 4096 * MIB
"""What one array in a file may take: 16 GB of memory are no rarity, and so much input is no accident."""

TEXT_BYTES = 256 * MIB
"""What a file of numbers in text may have."""

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|nan|inf)", re.IGNORECASE)


def read_npy(path: Path, max_bytes: int | None) -> Array:
    """The array in a .npy file, mapped into memory; raises SourceError where it cannot be read."""
    try:
        array: Array = np.lib.format.open_memmap(path, mode="r")
    except (ValueError, OSError, EOFError, SyntaxError, TypeError, OverflowError, MemoryError) as error:
        raise SourceError(f"{path}: no array that numpy reads: {_line(error)}", "np.save writes one.") from error
    _require_size(path, array.nbytes, max_bytes)
    return array


def names_in_npz(path: Path) -> tuple[str, ...]:
    """The names of the arrays in a .npz file; raises SourceError where there are none."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = tuple(dict.fromkeys(info.filename.removesuffix(".npy") for info in archive.infolist()))
    except Exception as error:  # zipfile has many for what is damaged
        raise SourceError(f"{path}: no arrays that numpy reads: {_line(error)}", "np.savez writes them.") from error
    if not names:
        raise SourceError(f"{path}: holds no arrays", "np.savez writes them.")
    return names


def read_npz(path: Path, names: Collection[str], max_bytes: int | None) -> dict[str, Array]:
    """The arrays of these names in a .npz file; together no larger than they may be before they are unpacked."""
    arrays: dict[str, Array] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            wanted = [info for info in archive.infolist() if info.filename.removesuffix(".npy") in names]
            _require_size(path, sum(info.file_size for info in wanted), max_bytes)
            for info in wanted:
                with archive.open(info) as member:
                    content = member.read(info.file_size)
                name = info.filename.removesuffix(".npy")
                arrays[name] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except NetvizError:
        raise
    except Exception as error:  # zipfile, zlib and numpy have many for what is damaged
        raise SourceError(f"{path}: no arrays that numpy reads: {_line(error)}", "np.savez writes them.") from error
    return arrays


def _require_size(path: Path, size: int, max_bytes: int | None) -> None:
    if size > max(ARRAY_BYTES, max_bytes or 0):
        raise SourceError(f"{path}: an array of {size:,} bytes, over {ARRAY_BYTES:,}", raise_to(size))


def read_rows(path: Path, max_bytes: int | None) -> Array:
    """The numbers in a text file, (rows, columns): commas, semicolons or blanks between them, names of columns first.

    Raises SourceError that names the line where it is none.
    """
    lines = _lines(path, max_bytes)
    apart = any(";" in line for _, line in lines)
    rows: list[list[float]] = []
    for number, line in lines:
        if apart and re.search(r"\d,\d", line):
            raise SourceError(
                f"{path}: line {number} has commas beside semicolons: {line.strip()!r:.60}",
                "Write decimals with a point: 1.5;2.5.",
            )
        words = [one for one in re.split(r"[,;\s]+", line.strip()) if one]
        try:
            rows.append([float(one) for one in words])
        except ValueError as error:
            if number == lines[0][0]:
                continue  # the names of the columns
            raise SourceError(f"{path}: line {number} holds no row of numbers: {line.strip()!r:.60}") from error
        if len(rows[-1]) != len(rows[0]):
            raise SourceError(f"{path}: line {number} has {len(rows[-1])} numbers, the first has {len(rows[0])}")
    return np.array(rows, np.float64)


def read_texts(path: Path, max_bytes: int | None) -> Array:
    """The lines of a text file that are not empty."""
    return np.array([line for _, line in _lines(path, max_bytes)])


def _lines(path: Path, max_bytes: int | None) -> list[tuple[int, str]]:
    """The lines that are not empty, with their numbers."""
    try:
        size = path.stat().st_size
        if size > max(TEXT_BYTES, max_bytes or 0):
            raise SourceError(f"{path}: a text of {size:,} bytes, over {TEXT_BYTES:,}", raise_to(size))
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: no text in UTF-8: {error.reason}") from error
    return [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def inline_numbers(text: str) -> Array | None:
    """Numbers separated by commas or blanks, samples by semicolons; None for what is no such row."""
    rows = [[one for one in re.split(r"[,\s]+", row.strip()) if one] for row in text.split(";") if row.strip()]
    if not rows or not all(row and all(NUMBER.fullmatch(one) for one in row) for row in rows):
        return None
    if len({len(row) for row in rows}) > 1:
        raise UsageError(f"rows of different lengths in {text!r:.80}", "Give as many numbers in each.")
    whole = all(re.fullmatch(r"[-+]?\d{1,15}", one) for row in rows for one in row)
    values = np.array([[int(one) if whole else float(one) for one in row] for row in rows])
    return values[0] if len(rows) == 1 else values


def _line(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:160]
