"""Logs of training to `History`: what Keras returned, wrote by its CSVLogger, or printed while it trained.

Recognised by what they are, not by names. Text is read in pieces, so that a log of any length takes little memory;
nothing of Keras is imported.
"""

from __future__ import annotations

import difflib
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from netviz.errors import SourceError, UsageError
from netviz.model import History, LogFormat
from netviz.readers.archive import HDF5_MAGIC
from netviz.readers.guards import GUARDS
from netviz.readers.histories_rows import Rows, read_table, separator_of
from netviz.readers.histories_text import looks_printed, read_printed
from netviz.readers.json_text import memory_of
from netviz.readers.recognise import FOLDER_FILES

LARGEST = 1 << 30
"""Bytes of a text: a thousand times what a long training writes."""
LARGEST_JSON = 64 << 20
"""Bytes of JSON, which is parsed as a whole."""
HEAD = 1 << 16
"""Bytes of a file by which it is recognised."""

WHAT = "Give a History object, a dict of lists, a CSVLogger file, JSON of these, or the text that fit() printed."
INSPECT = "netviz inspect shows a model; a log is what CSVLogger writes or fit() prints."

Cell = float | None


def read_history(source: object) -> History:
    """The figures of each epoch in a `keras.callbacks.History`, a dict of lists, or a file.

    Raises SourceError where a file holds none, UsageError for an object that is none.
    """
    if isinstance(source, str) and "\n" in source:
        raise UsageError("a text of several lines is no path", "Write it to a file, and give the file's path.")
    if isinstance(source, str | os.PathLike):
        return _read_file(Path(source))
    kept = getattr(source, "history", None)
    if not isinstance(source, Mapping) and isinstance(getattr(kept, "history", None), Mapping):
        source, kept = kept, getattr(kept, "history", None)  # a model that remembers its training
    if not isinstance(source, Mapping) and isinstance(kept, Mapping):
        epochs = getattr(source, "epoch", None)
        return _history("history", "History", _columns("history", kept, epochs, 0 if epochs else None))
    if isinstance(source, Mapping):
        return _history("history", "dict", _columns("history", source, None))
    if hasattr(source, "fit"):
        raise UsageError(
            f"a {type(source).__name__} is a model, no log of its training", "Give what its fit() returned."
        )
    raise UsageError(f"a {type(source).__name__} is no log of training", WHAT)


def _read_file(path: Path) -> History:
    try:
        if not path.exists():
            raise SourceError(f"{path}: no such file", _near(path))
        if path.is_dir():
            model = any((path / name).is_file() for name in FOLDER_FILES)
            problem = "this is a model, no log of its training" if model else "a folder, no log of training"
            raise SourceError(f"{path}: {problem}", INSPECT if model else WHAT)
        if not path.is_file():
            raise SourceError(f"{path}: not a regular file")
        with path.open("rb") as file:
            head = file.read(HEAD)
        return _recognised(path, head, path.stat().st_size)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:  # a null character in the name
        raise SourceError(f"{str(path)!r}: {error}") from error


def _near(path: Path) -> str:
    names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    found = difflib.get_close_matches(path.name, names, n=2)
    return f"Did you mean {' or '.join(str(path.with_name(name)) for name in found)}?" if found else ""


def _recognised(path: Path, head: bytes, size: int) -> History:
    if not head.strip():
        raise SourceError(f"{path}: the file is empty", WHAT)
    if head.startswith((HDF5_MAGIC, b"PK\x03\x04")):
        raise SourceError(f"{path}: this is a model, no log of its training", INSPECT)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError(f"{path}: text in UTF-16", "Save it as UTF-8; Windows PowerShell needs to be told so.")
    if b"\0" in head:
        raise SourceError(f"{path}: a binary file, no log of training", WHAT)
    if size > LARGEST:
        raise SourceError(f"{path}: {size:,} bytes; logs of up to {LARGEST:,} are read", "Keep the lines with figures.")
    text = head.decode("utf-8", "replace").removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "[") and not looks_printed(text):
        return _from_json(path, size)
    separator = separator_of(text)
    if separator is not None:
        return _history(path.name, "CSV", read_table(path, separator))
    rows = read_printed(path)
    if not rows.count:
        what = "no epoch in it was finished" if rows.notes else "a text with no figures of training"
        raise SourceError(f"{path}: {what}", WHAT)
    return _history(path.name, "printed", rows)


def _from_json(path: Path, size: int) -> History:
    if size > LARGEST_JSON:
        raise SourceError(f"{path}: {size:,} bytes; JSON of up to {LARGEST_JSON:,} is read", "Save the log as CSV.")
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if memory_of(data) > GUARDS.json.objects_bytes * 4:
        raise SourceError(f"{path}: more than any log of training holds", "Save the log as CSV.")
    value = _parsed(path, data)
    if isinstance(value, Mapping):
        if "class_name" in value and "config" in value:
            raise SourceError(f"{path}: this is a model, no log of its training", INSPECT)
        inner = value.get("history")
        if isinstance(inner, Mapping):
            return _history(path.name, "JSON", _columns(str(path), inner, value.get("epoch")))
        if any(_is_list(values) for values in value.values()):
            return _history(path.name, "JSON", _columns(str(path), value, None))
        value = [value]
    if not isinstance(value, list) or not value or not all(isinstance(record, Mapping) for record in value):
        raise SourceError(f"{path}: JSON, but neither a dict of lists nor a list of records", WHAT)
    return _history(path.name, "JSON", _records(str(path), None, value))


def _parsed(path: Path, data: bytes) -> Any:
    """The JSON, or of lines with an object each their list."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError, MemoryError) as error:
        lines = [line for line in data.splitlines() if line.strip()]
        if len(lines) > 1 and isinstance(error, ValueError):
            try:
                return [json.loads(line) for line in lines]
            except (ValueError, RecursionError, MemoryError):
                pass
        reason = str(error) if isinstance(error, ValueError) else "it is nested deeper than any log"
        raise SourceError(f"{path}: not valid JSON: {reason}") from error


def _records(where: str, base: int | None, records: Iterable[Mapping[Any, Any]]) -> Rows:
    rows = Rows(where, base)
    for record in records:
        rows.add({_name(key): _number(value) for key, value in record.items()})
    return rows


def _columns(where: str, columns: Mapping[Any, Any], epochs: object, base: int | None = None) -> Rows:
    """The rows of a dict of lists that are all as long; the epochs are those given, else counted."""
    lists: dict[str, list[Cell]] = {
        _name(key): [_number(value) for value in values] for key, values in columns.items() if _is_list(values)
    }
    every = _spread(lists)
    lengths = {name: len(values) for name, values in lists.items()}
    if not lists or not max(lengths.values()):
        raise SourceError(f"{where}: no numbers in it", WHAT)
    if len(set(lengths.values())) > 1:
        usual = max(lengths.values(), key=list(lengths.values()).count)
        odd = next(name for name, length in lengths.items() if length != usual)
        problem = f"{odd[:60]} has {lengths[odd]:,} values, other lists {usual:,}"
        raise SourceError(f"{where}: {problem}", "Give each list a value for each epoch, None where there is none.")
    count = max(lengths.values())
    if isinstance(epochs, Sequence) and len(epochs) == count:
        lists["epoch"] = [_number(epoch) for epoch in epochs]
    lists.setdefault("epoch", [float(index) for index in range(count)])
    rows = _records(where, base, (dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)))
    if every > 1:
        rows.notes.append(f"Validated every {every:,} epochs, by the number of values.")
    return rows


def _spread(lists: dict[str, list[Cell]]) -> int:
    """Puts the values of validations that were not in every epoch where they belong; every how many epochs that was.

    With `validation_freq=k` Keras validates after the epochs k, 2·k, … and keeps the values of these alone. 1 where all
    lists are as long, or no k or several would give as many values.
    """
    epochs = max((len(values) for name, values in lists.items() if not name.startswith("val_")), default=0)
    counts = {len(values) for name, values in lists.items() if name.startswith("val_")}
    if len(counts) != 1 or not 0 < (count := counts.pop()) < epochs:
        return 1
    fitting = [every for every in range(2, epochs + 1) if epochs // every == count]
    if len(fitting) != 1:
        return 1
    (every,) = fitting
    for name, values in lists.items():
        if name.startswith("val_"):
            places = dict(zip(range(every - 1, epochs, every), values, strict=True))
            lists[name] = [places.get(epoch) for epoch in range(epochs)]
    return every


def _name(key: object) -> str:
    return "epoch" if str(key).lower() == "epoch" else str(key)


def _is_list(values: object) -> bool:
    if isinstance(values, Sequence):
        return not isinstance(values, str | bytes)
    return hasattr(values, "tolist") and getattr(values, "ndim", 1) == 1


def _number(value: object) -> Cell:
    """A number as float, also one of numpy or a tensor of one; None for what is none."""
    if isinstance(value, str):  # JSON has no such numbers, so that some write their names
        return {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get(value)
    if value is None or isinstance(value, bool):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None


def _history(name: str, format: LogFormat, rows: Rows) -> History:
    """The rows as a history: epochs from 1, a run wherever they begin anew, columns without numbers left out.

    CSVLogger counts from 0, also where it goes on with a training; other tables do where a 0 stands in them.
    """
    left = [key for key in rows.columns if key not in rows.with_numbers]
    series = {key: rows.values(key) for key in rows.columns if key != "epoch" and key not in left}
    if not rows.count or not series:
        raise SourceError(f"{name}: no numbers in it", WHAT)
    notes = [*rows.notes]
    if left:
        notes.append(f"No numbers in {', '.join(left[:5])}{' …' if len(left) > 5 else ''}: left out.")
    written = rows.columns.get("epoch")
    known = [_whole(value) for value in written] if written is not None else [None] * rows.count
    begins = sorted({0, *rows.begins, *_restarts(known)} & set(range(rows.count)))
    least = min((epoch for epoch in known if epoch is not None), default=1)
    from_0 = least == 0 or (rows.as_csv_logger and least != 1)
    shift = 1 - (rows.base if rows.base is not None else 0 if from_0 else 1)
    epochs = []
    begin = 0
    for index, epoch in enumerate(known):
        begin = index if index in begins else begin
        epochs.append(index - begin + 1 if epoch is None else epoch + shift)
    return History(name, format, tuple(epochs), series, tuple(begins), tuple(notes))


def _whole(value: float) -> int | None:
    return int(value) if math.isfinite(value) and abs(value) < 1e15 else None


def _restarts(epochs: Sequence[int | None]) -> list[int]:
    """Where an epoch does not come after the one before it."""
    known = [(index, epoch) for index, epoch in enumerate(epochs) if epoch is not None]
    return [index for (_, before), (index, epoch) in pairwise(known) if epoch <= before]
