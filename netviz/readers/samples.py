"""What is fed to a model: arrays, files of numbers, pictures and folders of them, as batches of the shapes it takes."""

from __future__ import annotations

import difflib
import math
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.errors import SourceError, UsageError
from netviz.model import Endpoint, Shape
from netviz.readers.arrays import inline_numbers, names_in_npz, read_npy, read_npz, read_rows, read_texts
from netviz.readers.guards import GUARDS
from netviz.readers.pictures import SUFFIXES, Layout, Preparation, layout_of, read_picture

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Samples:
    """What goes into one input: `take(begin, end)` gives a batch; `said` is what was done to make it fit.

    `tell` says the same of one sample, where each is a file of its own.
    """

    name: str
    count: int
    take: Callable[[int, int], Array]
    said: tuple[str, ...] = ()
    tell: Callable[[int], str] | None = None

    def said_of(self, sample: int) -> tuple[str, ...]:
        """What was done to make one sample fit."""
        return self.said if self.tell is None else (self.tell(sample),)


FILES = frozenset({".npy", ".npz", ".csv", ".txt", ".tsv", ".dat"}) | SUFFIXES


def require_there(x: object) -> None:
    """Raises SourceError where something that can only be the name of a file is not there, or no file of numpy's.

    What else may be wrong can be told only when the model is known.
    """
    held = x.values() if isinstance(x, Mapping) else x if isinstance(x, list | tuple) else (x,)
    for one in held:
        if not isinstance(one, str | os.PathLike):
            continue
        text = os.fspath(one)
        if not isinstance(text, str):
            continue
        path = Path(text)
        try:
            there = path.exists()
        except (OSError, ValueError):  # a text that is too long for a name
            continue
        named = path.suffix.lower() in FILES and not re.search(r"\s", path.name)
        if not there and (named or not isinstance(one, str)):
            raise SourceError(f"{text}: no such file to take the input from", "Give the path of one that is there.")
        if there and path.is_file() and path.suffix.lower() == ".npy":
            read_npy(path, path.stat().st_size)
        elif there and path.is_file() and path.suffix.lower() == ".npz":
            names_in_npz(path)


def read_inputs(
    x: object,
    ends: Sequence[Endpoint],
    optional: Collection[int],
    preparation: Preparation,
    max_bytes: int | None = None,
) -> list[Samples | None]:
    """Samples for each input, None for an optional one that is left out; all have as many.

    Raises UsageError for what fits no input, SourceError for a file that cannot be read.
    """
    given = _by_input(x, ends, optional, max_bytes)
    found = [
        None if value is None else _samples(value, end, preparation, max_bytes)
        for value, end in zip(given, ends, strict=True)
    ]
    counts = {one.name: one.count for one in found if one is not None}
    if len(set(counts.values())) > 1:
        words = ", ".join(f"{name} has {count}" for name, count in counts.items())
        raise UsageError(f"the inputs have different numbers of samples: {words}", "Give as many for each.")
    if not counts or not next(iter(counts.values())):
        raise UsageError("the input holds no samples", "Give one at least.")
    return found


def _by_input(x: object, ends: Sequence[Endpoint], optional: Collection[int], max_bytes: int | None) -> list[object]:
    """What was given for each input, in their order."""
    names = [end.name for end in ends]
    takes = f"The model takes {_described(ends)}."
    if isinstance(x, str | os.PathLike) and Path(x).suffix.lower() == ".npz" and Path(x).is_file():
        held = names_in_npz(Path(x))
        if len(ends) == 1 and len(held) == 1:
            return list(read_npz(Path(x), held, max_bytes).values())
        wanted = [name for name in names if name in held]
        x = read_npz(Path(x), wanted, max_bytes) if wanted else dict.fromkeys(held)
    if isinstance(x, Mapping):
        unknown = [str(key) for key in x if key not in names]
        if unknown:
            near = difflib.get_close_matches(unknown[0], names, n=1)
            raise UsageError(f"no input {unknown[0]!r}", f"Did you mean {near[0]}? {takes}" if near else takes)
        missing = [name for place, name in enumerate(names) if name not in x and place not in optional]
        if missing:
            raise UsageError(f"nothing is given for the input {missing[0]!r}", takes)
        return [x.get(name) for name in names]
    if len(ends) == 1:
        whole = (np.ndarray, os.PathLike) if ends[0].dtype == "string" else (np.ndarray, os.PathLike, str)
        if isinstance(x, list | tuple) and len(x) == 1 and isinstance(x[0], whole):
            return [x[0]]
        return [x]
    if isinstance(x, list | tuple) and len(x) == len(ends):
        return list(x)
    kind = f"{len(x)} arrays" if isinstance(x, list | tuple) else "one array"
    if isinstance(x, list | tuple) and all(isinstance(one, int | float) for one in x):
        kind = "one array"
    raise UsageError(
        f"{kind} for {len(ends)} inputs", f"{takes} Give a list, a dict by name, or --input NAME=FILE for each."
    )


def _samples(value: object, end: Endpoint, preparation: Preparation, max_bytes: int | None) -> Samples:
    if isinstance(value, str | os.PathLike):
        return _from_text(os.fspath(value), end, preparation, max_bytes)
    return _of_array(_array(value, end.name), end, preparation)


def _from_text(text: str, end: Endpoint, preparation: Preparation, max_bytes: int | None) -> Samples:
    """What a path leads to, or numbers written out: "1,2,3", several samples as "1,2;3,4"."""
    path = Path(text)
    suffix = path.suffix.lower()
    try:
        there = path.exists()
    except (OSError, ValueError):  # a text that is too long for a name
        there = False
    if not there:
        if end.dtype == "string":
            return _of_array(np.array([text]), end, preparation)
        numbers = inline_numbers(text)
        if numbers is None:
            raise SourceError(
                f"the input {end.name}: there is no file {text!r:.120}, and it is no row of numbers",
                "Give a .npy, .npz, .csv or .txt file, a picture, a folder of pictures, or numbers as 1,2,3.",
            )
        return _of_array(numbers, end, preparation)
    if path.is_dir():
        return _of_folder(path, end, preparation)
    if suffix == ".npy":
        return _of_array(_array(read_npy(path, max_bytes), end.name), end, preparation)
    if suffix == ".npz":
        held = names_in_npz(path)
        if end.name not in held and len(held) != 1:
            raise UsageError(f"{path}: holds no array {end.name!r}", f"It has {', '.join(held)}.")
        name = end.name if end.name in held else held[0]
        values = read_npz(path, (name,), max_bytes).get(name)
        return _of_array(_array(values, end.name), end, preparation)
    if suffix in (".csv", ".txt", ".tsv", ".dat"):
        if end.dtype == "string":
            return _of_array(read_texts(path, max_bytes), end, preparation)
        rows = read_rows(path, max_bytes)
        one = end.shape is not None and end.shape[1:] == (1,) and len(rows) == 1  # a row for a model that takes one
        return _of_array(rows.T if one else rows, end, preparation)
    picture, said = read_picture(path, _require_layout(path, end), preparation)
    return Samples(end.name, 1, lambda begin, stop: picture[None][begin:stop], (f"{path.name}: {said}",))


def _of_folder(path: Path, end: Endpoint, preparation: Preparation) -> Samples:
    layout = _require_layout(path, end)
    try:
        files = sorted(one for one in path.iterdir() if one.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    if not files:
        raise SourceError(f"{path}: holds no pictures", f"They end in {', '.join(sorted(SUFFIXES))}.")
    if len(files) > GUARDS.folder.files:
        raise SourceError(f"{path}: holds {len(files)} pictures, over {GUARDS.folder.files}", "Give it in parts.")
    first, said = read_picture(files[0], layout, preparation)

    def take(begin: int, stop: int) -> Array:
        batch = []
        for file in files[begin:stop]:
            values, _ = read_picture(file, layout, preparation)
            if values.shape != first.shape:
                raise SourceError(
                    f"{file}: of another size than {files[0].name}, and the model takes any",
                    "Pictures of one batch have one size: resize them first.",
                )
            batch.append(values)
        return np.stack(batch)

    def tell(sample: int) -> str:
        return f"{files[sample].name}: {read_picture(files[sample], layout, preparation)[1]}"

    return Samples(end.name, len(files), take, (f"{len(files)} pictures of {path}; {files[0].name}: {said}",), tell)


def _require_layout(path: Path, end: Endpoint) -> Layout:
    layout = layout_of(end.shape)
    if layout is None or end.dtype == "string":
        raise UsageError(
            f"{path}: the input {end.name} takes no pictures but {end.shape}", "Give it numbers: a .npy or .csv file."
        )
    return layout


def _array(value: object, name: str) -> Array:
    if value is None:
        raise UsageError(f"nothing is given for the input {name!r}", "Give an array, or the path of a file.")
    try:
        array: Array = np.asarray(value)
    except Exception as error:  # whatever the class of a user's data raises
        reason = " ".join(str(error).split())[:120]
        raise UsageError(
            f"the input {name} cannot be made an array: {reason}", "Give a numpy array, or rows of one length."
        ) from error
    if array.dtype.kind == "O":
        texts = array.size and all(isinstance(one, str | bytes) for one in array.ravel().tolist())
        if not texts:
            raise UsageError(
                f"the input {name} is no array of numbers, but of {type(value).__name__}",
                "Give a numpy array, or what numpy makes one of.",
            )
        array = array.astype(str)
    if array.dtype.type is np.void:  # as numpy saves bfloat16, and as it saves anything
        raise UsageError(
            f"the input {name} holds bytes without a type ({array.dtype})",
            "np.save keeps no bfloat16: save x.astype('float32').",
        )
    if array.dtype.kind not in "fiubUSV" or array.dtype.names:
        raise UsageError(f"the input {name} holds {array.dtype}", "Models take real numbers, or texts.")
    return array.astype(np.float32) if array.dtype.kind == "V" else array


def _of_array(array: Array, end: Endpoint, preparation: Preparation, said: tuple[str, ...] = ()) -> Samples:
    array, fitted = _fit(array, end)
    _require_kind(array, end)
    if preparation.scales and array.dtype.kind in "fiub":
        layout = layout_of(end.shape)
        axis = 1 if layout and layout.axis == "first" else -1
        fitted = (*fitted, preparation.scaling)
        return Samples(
            end.name, len(array), lambda begin, stop: preparation.scaled(array[begin:stop], axis), (*said, *fitted)
        )
    return Samples(end.name, len(array), partial(_cast, array, end), (*said, *fitted))


def _cast(array: Array, end: Endpoint, begin: int, stop: int) -> Array:
    """A batch in the dtype that the input has."""
    part = array[begin:stop]
    wanted = end.dtype or ("float32" if part.dtype.kind == "f" else part.dtype.name)
    if wanted == "string" or part.dtype.kind in "US":
        return part.astype(str)
    if wanted.startswith(("int", "uint")) and part.dtype.kind == "f":
        with np.errstate(all="ignore"):
            whole = np.isfinite(part) & (part == np.trunc(part))
        if not whole.all():
            odd = part[~whole].ravel()[0]
            raise UsageError(f"the input {end.name} takes whole numbers, and {odd:g} is none", "Round them first.")
    if wanted in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
        wanted = "float32"
    with np.errstate(all="ignore"):
        return np.ascontiguousarray(part, dtype=wanted)


def _require_kind(array: Array, end: Endpoint) -> None:
    texts = array.dtype.kind in "US"
    if texts and end.dtype not in ("string", None):
        raise UsageError(f"the input {end.name} takes numbers ({end.dtype}), not texts", "Give numbers.")
    if not texts and end.dtype == "string":
        raise UsageError(f"the input {end.name} takes texts, not numbers", "Give a list of texts.")


def _fit(array: Array, end: Endpoint) -> tuple[Array, tuple[str, ...]]:
    """The array in the shape that the input has; axes of length 1 are added where only one way leads there.

    Raises UsageError that names both shapes.
    """
    shape = end.shape
    if shape is None or _agrees(array.shape, shape):
        if array.ndim == 0:
            return array.reshape(1), ("made one sample of it",)
        return array, ()
    one = array[None]
    ways = {
        "a batch axis": one,
        "a channel axis": array[..., None],
        "a batch and a channel axis": one[..., None],
    }
    fitting = [(words, way) for words, way in ways.items() if _agrees(way.shape, shape)]
    if len(fitting) == 1 or (fitting and fitting[0][1].shape == fitting[-1][1].shape):
        words, way = fitting[0]
        return way, (f"{end.name}: {array.shape} → {way.shape}, {words} added",)
    raise UsageError(
        f"the input {end.name} has shape {array.shape}, and the model takes {shape}", _remedy(array, shape)
    )


def _agrees(given: Shape, expected: Shape) -> bool:
    return len(given) == len(expected) and all(
        wanted is None or wanted == axis for axis, wanted in zip(given, expected, strict=True)
    )


def _remedy(array: Array, shape: Shape) -> str:
    size = math.prod(axis for axis in shape[1:] if axis is not None)
    fixed = None not in shape[1:]
    if fixed and size and array.size % size == 0 and array.size:
        return (
            f"It holds the values for {array.size // size}: x.reshape({(array.size // size, *shape[1:])}), if meant so."
        )
    if len(array.shape) == len(shape) == 4 and array.shape[1:] == (shape[3], *shape[1:3]):
        return "The channels stand in front: np.moveaxis(x, 1, -1)."
    return "The first axis is that of the samples; None is an axis of any length."


def _described(ends: Sequence[Endpoint]) -> str:
    return ", ".join(f"{end.name} {end.shape}" for end in ends)
