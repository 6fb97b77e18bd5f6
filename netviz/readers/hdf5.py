"""Variables stored in HDF5: a guarded walk over names, shapes and dtypes, and values on demand.

The only importer of the HDF5 library (pyfive, pure Python: libhdf5 can be crashed by a damaged file).
Links are never followed: what a file holds is read, what it points to is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pyfive

from netviz.errors import NetvizError, SourceError
from netviz.model import Tensor, Weight
from netviz.readers.window import Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_OBJECTS = 1_000_000
"""Groups and datasets read at most; NASNetLarge with its optimizer has under 10,000."""

MAX_DEPTH = 200
"""Groups within groups followed at most."""

BLOCK = 1 << 20
"""Values read at a time where a weight is streamed."""


@dataclass(frozen=True, slots=True)
class StoredTree:
    """What a weights file holds: arrays by their path in it, and the name each `vars` group states.

    `arrays["layers/dense/vars/0"]` is a tensor, `names["layers/dense"]` the layer's own name there
    (written since Keras 3.6). `skipped` lists what could not be read, with the reason.
    """

    arrays: Mapping[str, Tensor] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    skipped: tuple[tuple[str, str], ...] = ()


def read_tree(window: Window) -> StoredTree:
    """Everything stored in the file behind `window`, without reading a value.

    Raises SourceError where it is no readable HDF5 file.
    """
    try:
        root = pyfive.File(window)
    except Exception as error:  # pyfive raises whatever the damage leads to
        raise SourceError(f"the HDF5 data cannot be read: {_reason(error)}") from error
    arrays: dict[str, Tensor] = {}
    names: dict[str, str] = {}
    skipped: list[tuple[str, str]] = []
    for path, item in _walk(root, skipped):
        try:
            if isinstance(item, pyfive.Dataset):
                arrays[path] = Tensor(tuple(int(axis) for axis in item.shape), _dtype_name(item))
            elif path.endswith("vars") and "name" in item.attrs:
                names[path.removesuffix("vars").removesuffix("/")] = _text(item.attrs["name"])
        except Exception as error:
            skipped.append((path, _reason(error)))
    return StoredTree(arrays, names, tuple(skipped))


def _walk(root: pyfive.Group, skipped: list[tuple[str, str]]) -> Iterator[tuple[str, pyfive.Group | pyfive.Dataset]]:
    """Every group and dataset with its path, parents first."""
    stack: list[tuple[str, pyfive.Group, int]] = [("", root, 0)]
    seen = 0
    while stack:
        prefix, group, depth = stack.pop()
        for key in group:
            path = f"{prefix}/{key}" if prefix else str(key)
            seen += 1
            if seen > MAX_OBJECTS:
                raise SourceError(f"the HDF5 data holds over {MAX_OBJECTS:,} objects")
            try:
                item = group.get_lazy_view(key)
            except Exception as error:
                skipped.append((path, _reason(error)))
                continue
            if getattr(item, "name", "").strip("/") != path:
                skipped.append((path, "is a link, which is not followed"))
            elif isinstance(item, pyfive.Group):
                yield path, item
                if depth < MAX_DEPTH:
                    stack.append((path, item, depth + 1))
                else:
                    skipped.append((path, f"lies over {MAX_DEPTH} groups deep"))
            elif isinstance(item, pyfive.Dataset):
                yield path, item
            else:
                skipped.append((path, "is neither a group nor a dataset"))


def _dtype_name(dataset: pyfive.Dataset) -> str:
    """Name of the stored dtype; bfloat16, which HDF5 does not know, is stored as two raw bytes and an attribute."""
    dtype = dataset.dtype
    if isinstance(dtype, np.dtype) and dtype.kind == "V":
        stated = dataset.attrs.get("dtype")
        return _text(stated) if stated is not None else str(dtype)
    return dtype.name if isinstance(dtype, np.dtype) else str(dtype)


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
    gives its HDF5 data as a file object. What has been opened is not pickled.
    """

    path: Path
    stamp: tuple[int, int]
    open_window: Callable[[], Window]
    _file: pyfive.File | None = field(default=None, repr=False)

    def __reduce__(self) -> tuple[type[Hdf5Store], tuple[Path, tuple[int, int], Callable[[], Window]]]:
        return Hdf5Store, (self.path, self.stamp, self.open_window)

    def read(self, weight: Weight) -> NDArray[np.generic]:
        """The values of `weight`; bfloat16 comes as float32, which holds them exactly.

        Raises NetvizError where the file is gone, has changed since, or its data is damaged.
        """
        dataset = self._dataset(weight)
        return self._values(dataset, weight, ())

    def blocks(self, weight: Weight) -> Iterator[NDArray[np.generic]]:
        """The values of `weight` along its first axis, about `BLOCK` of them at a time; raises as `read` does."""
        dataset = self._dataset(weight)
        shape = weight.tensor.shape or ()
        rows = shape[0] if shape else None
        if rows is None or (weight.tensor.size or 0) <= BLOCK:
            yield self._values(dataset, weight, ())
            return
        step = max(1, BLOCK * rows // (weight.tensor.size or 1))
        for begin in range(0, rows, step):
            yield self._values(dataset, weight, slice(begin, min(rows, begin + step)))

    def _dataset(self, weight: Weight) -> pyfive.Dataset:
        if stamp_of(self.path) != self.stamp:
            raise SourceError(f"{self.path}: the file has changed since it was inspected", "Inspect it again.")
        with self._reading(weight):
            self._file = self._file or pyfive.File(self.open_window())
            return self._file[weight.path]

    def _values(self, dataset: pyfive.Dataset, weight: Weight, part: slice | tuple[()]) -> NDArray[np.generic]:
        with self._reading(weight):
            values = cast("NDArray[np.generic]", np.asarray(dataset[part]))
        if weight.tensor.dtype == "bfloat16" and values.dtype.itemsize == 2:
            values = (values.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
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


def stamp_of(path: Path) -> tuple[int, int]:
    """Size and time of change, to notice that a file is no longer the one that was inspected."""
    try:
        status = path.stat()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    return status.st_size, status.st_mtime_ns
