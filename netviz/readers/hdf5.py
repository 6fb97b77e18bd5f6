"""Variables stored in HDF5: a guarded walk over names, shapes and dtypes, and values on demand.

The only importer of the HDF5 library (pyfive, pure Python: libhdf5 can be crashed by a damaged file).
Links are never followed: what a file holds is read, what it points to is not.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np
import pyfive
from pyfive.dataobjects import DataObjects

from netviz.errors import NetvizError, SourceError
from netviz.model import Tensor, Weight
from netviz.readers.stored import StoredTree
from netviz.readers.unpack import row_blocks, sizes, unpack, unpacked

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_OBJECTS = 1_000_000
"""Groups and datasets read at most; NASNetLarge with its optimizer has under 10,000."""

LEGACY_GROUPS = (
    "model_weights", "model_weights/top_level_model_weights", "top_level_model_weights", "optimizer_weights",
)  # fmt: skip
"""The groups of a model in the HDF5 format; their attributes, and those of the layers' groups, say what is in."""

FREE_EXPANSION, MAX_EXPANSION = 4 << 30, 1000
"""Bytes that an array may have whatever the size of the file, and how many times the file's beyond; as in Keras."""

MAX_DEPTH = 200
"""Groups within groups followed at most."""

BLOCK = 1 << 20
"""Values read at a time where a weight is streamed."""


def read_tree(file: BinaryIO) -> StoredTree:
    """Everything stored in an HDF5 file, without reading a value.

    Raises SourceError where it is no readable HDF5 file.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what pyfive warns of is skipped with a reason
        return _read_tree(file)


def _read_tree(file: BinaryIO) -> StoredTree:
    try:
        root = pyfive.File(file)._dataobjects
    except Exception as error:  # pyfive raises whatever the damage leads to
        raise SourceError(f"the HDF5 data cannot be read: {_reason(error)}") from error
    size = file.seek(0, os.SEEK_END)
    arrays: dict[str, Tensor] = {}
    places: dict[str, int] = {}
    names: dict[str, str] = {}
    attributes = {"": _attributes(root)}
    described = {*LEGACY_GROUPS, *_layer_groups("", attributes[""])}
    skipped: list[tuple[str, str]] = []
    for path, header in _walk(root, skipped):
        try:
            if header.is_dataset:
                tensor = Tensor(tuple(map(int, header.shape)), _dtype_name(header))
                if (tensor.nbytes or 0) > max(FREE_EXPANSION, MAX_EXPANSION * size):
                    skipped.append((path, f"claims {tensor.nbytes:,} bytes, far more than the file can hold"))
                    continue
                arrays[path], places[path] = tensor, header.offset
            elif path in described:  # first, as a layer may be called "vars"
                attributes[path] = _attributes(header)
                described.update(_layer_groups(f"{path}/", attributes[path]))
            elif path == "vars" or path.endswith("/vars"):
                name = header.get_attributes().get("name")
                if name is not None:
                    names[path.removesuffix("vars").removesuffix("/")] = _text(name)
        except Exception as error:
            skipped.append((path, _reason(error)))
    arrays = {path: arrays[path] for path in sorted(arrays, key=places.__getitem__)}
    return StoredTree(arrays, names, attributes, tuple(skipped), _cut(file, size))


END_OF_FILE = {0: 40, 1: 44, 2: 28, 3: 28}
"""Where the address of the end of file stands, by the version of the superblock (addresses of eight bytes).

Source: HDF5 File Format Specification, II.A.
"""


def _cut(file: BinaryIO, size: int) -> str:
    """How HDF5 data is shorter than its superblock says, "" where it is not."""
    file.seek(0)
    head = file.read(64)
    place = END_OF_FILE.get(head[8]) if len(head) == 64 else None
    end = int.from_bytes(head[place : place + 8], "little") if place else 0
    return f"{size:,} of {end:,} bytes are there" if size < end < 1 << 62 else ""


def _layer_groups(prefix: str, stated: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The groups of the layers that a group lists (in `layer_names`, `layer_names0`, …)."""
    for name, values in stated.items():
        if name.startswith("layer_names"):
            yield from (prefix + value for value in values)


def _attributes(header: DataObjects) -> dict[str, tuple[str, ...]]:
    """The attributes of an object as texts, those that cannot be read left out; single ones are tuples of one."""
    try:
        found = header.get_attributes()
    except Exception:  # one attribute of a type that pyfive does not know takes the others with it
        return {}
    return {str(name): tuple(map(_text, np.atleast_1d(value).tolist())) for name, value in found.items()}


def _walk(root: DataObjects, skipped: list[tuple[str, str]]) -> Iterator[tuple[str, DataObjects]]:
    """The object header of every group and dataset with its path, parents first.

    Goes by object headers, pyfive's lower level: they show which links are soft before one is followed, and
    take half the time of its Group and Dataset objects.
    """
    heaps: dict[object, object] = {}
    groups = {root.offset}
    stack = [("", root, 0)]
    seen = 0
    while stack:
        prefix, group, depth = stack.pop()
        for key, address in _links(prefix, group, skipped):
            path = f"{prefix}/{key}" if prefix else key
            seen += 1
            if seen > MAX_OBJECTS:
                raise SourceError(f"the HDF5 data holds over {MAX_OBJECTS:,} objects")
            if isinstance(address, str):
                skipped.append((path, "is a link, which is not followed"))
                continue
            try:
                header = DataObjects(root.fh, address, global_heaps=heaps)
                is_dataset = header.is_dataset
            except Exception as error:
                skipped.append((path, _reason(error)))
                continue
            yield path, header
            if is_dataset:
                continue
            if header.offset in groups:
                skipped.append((path, "is a group that stands elsewhere, too"))
            elif depth == MAX_DEPTH:
                skipped.append((path, f"lies over {MAX_DEPTH} groups deep"))
            else:
                groups.add(header.offset)
                stack.append((path, header, depth + 1))


def _links(path: str, group: DataObjects, skipped: list[tuple[str, str]]) -> list[tuple[str, int | str]]:
    """The members of a group: the address of each, or for a soft link the path it points to."""
    try:
        return list(group.get_links().items())
    except Exception as error:
        skipped.append((path, _reason(error)))
        return []


def _dtype_name(header: DataObjects) -> str:
    """Name of the stored dtype; bfloat16, which HDF5 does not know, is stored as two raw bytes.

    An attribute says so in .keras files; in the HDF5 format nothing does, but Keras has no other dtype like it.
    """
    dtype = header.ptype.dtype
    if dtype.kind == "V":
        stated = header.get_attributes().get("dtype")
        return _text(stated) if stated is not None else "bfloat16" if dtype.itemsize == 2 else str(dtype)
    return str(dtype.name)


def _text(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def _reason(error: Exception) -> str:
    """One line that names what went wrong inside the HDF5 library."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 120 else text[:119] + "…"


@dataclass(slots=True)
class Hdf5Store:
    """Values of the weights of one file, each read when it is asked for.

    `path` is the file and `stamp` its size and time of change when it was inspected; `open_window`
    gives its HDF5 data as a file object. A file has one position, so each thread opens it for itself, and
    a process that was forked opens it anew; what has been opened is not pickled.
    """

    path: Path
    stamp: tuple[int, int]
    open_window: Callable[[], BinaryIO]
    _opened: threading.local = field(default_factory=threading.local, repr=False)

    def __reduce__(self) -> tuple[type[Hdf5Store], tuple[Path, tuple[int, int], Callable[[], BinaryIO]]]:
        return Hdf5Store, (self.path, self.stamp, self.open_window)

    def read(self, weight: Weight) -> NDArray[np.generic]:
        """The values of `weight`; bfloat16 comes as float32, which holds them exactly.

        Raises NetvizError where the file is gone, has changed since, or its data is damaged.
        """
        dataset = self._dataset(weight)
        return unpacked(self._values(dataset, weight, ()), weight)

    def blocks(self, weight: Weight) -> Iterator[NDArray[np.generic]]:
        """The values of `weight` along its first axis, about `BLOCK` of them at a time; raises as `read` does."""
        dataset = self._dataset(weight)
        if weight.packed is not None:
            yield from self._packed_blocks(dataset, weight, weight.packed)
            return
        shape = weight.tensor.shape or ()
        rows = shape[0] if shape else None
        if rows is None or (weight.tensor.size or 0) <= BLOCK:
            yield self._values(dataset, weight, ())
            return
        step = max(1, BLOCK * rows // (weight.tensor.size or 1))
        for begin in range(0, rows, step):
            yield self._values(dataset, weight, slice(begin, min(rows, begin + step)))

    def _packed_blocks(self, dataset: pyfive.Dataset, weight: Weight, axis: int) -> Iterator[NDArray[np.generic]]:
        stored, shape = sizes(weight.stored or weight.tensor), sizes(weight.tensor)
        if not stored or not shape:
            yield unpacked(self._values(dataset, weight, ()), weight)
            return
        for part, length in row_blocks(stored, axis, shape, BLOCK):
            values = unpack(self._values(dataset, weight, part), axis, length)
            yield values.reshape(-1, *shape[1:]) if values.size else values.reshape(0, *shape[1:])

    def _dataset(self, weight: Weight) -> pyfive.Dataset:
        if stamp_of(self.path) != self.stamp:
            raise SourceError(f"{self.path}: the file has changed since it was inspected", "Inspect it again.")
        with self._reading(weight):
            if getattr(self._opened, "process", None) != os.getpid():
                self._opened.groups, self._opened.process = {"": pyfive.File(self.open_window())}, os.getpid()
            folder, _, name = weight.path.rpartition("/")
            return self._group(folder)[name]

    def _group(self, path: str) -> pyfive.Group:
        """The group at a path, kept: pyfive reads all links of each group that a path leads through, each time."""
        groups = self._opened.groups
        if path not in groups:
            folder, _, name = path.rpartition("/")
            groups[path] = self._group(folder)[name]
        return groups[path]

    def _values(self, dataset: pyfive.Dataset, weight: Weight, part: slice | tuple[()]) -> NDArray[np.generic]:
        with self._reading(weight):
            values = cast("NDArray[np.generic]", np.asarray(dataset[part]))
        if weight.tensor.dtype == "bfloat16" and values.dtype.itemsize == 2:
            values = widened(values.view(np.uint16))
        return values

    @contextmanager
    def _reading(self, weight: Weight) -> Iterator[None]:
        """Turns whatever damage leads to inside the HDF5 library into one line that names the place."""
        try:
            yield
        except NetvizError:
            raise
        except Exception as error:
            raise SourceError(f"{self.path}: {weight.path} cannot be read: {_reason(error)}") from error


def widened(halves: NDArray[np.generic]) -> NDArray[np.float32]:
    """The values of bfloat16, each given by its two bytes as a number: the upper half of a float32."""
    return (halves.astype(np.uint32) << 16).view(np.float32)


def stamp_of(path: Path) -> tuple[int, int]:
    """Size and time of change, to notice that a file is no longer the one that was inspected."""
    try:
        status = path.stat()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    return status.st_size, status.st_mtime_ns
