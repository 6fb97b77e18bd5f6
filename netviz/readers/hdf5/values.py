"""Values of variables stored in HDF5, each read when it is asked for, and within limits."""

from __future__ import annotations

import os
import threading
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
from pyfive.btree import FLETCH32_FILTER, GZIP_DEFLATE_FILTER, SHUFFLE_FILTER, BTreeV1RawDataChunks
from pyfive.h5d import DatasetID, StoreInfo

from netviz.errors import NetvizError, SourceError
from netviz.model import Weight
from netviz.readers.guards import GUARDS, Hdf5Limits, raise_to
from netviz.readers.hdf5.metered import Beyond
from netviz.readers.hdf5.objects import UNDEFINED, Header, opened, reason_of
from netviz.readers.unpack import row_blocks, sizes, unpack, unpacked

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 1 << 19
"""Values read at a time where a weight is streamed: two blocks of float32 at once stay in the cache of a processor."""

Part = slice | tuple[()]
"""Which rows of an array: a slice along its first axis, or () for all of it."""

COMPACT, CONTIGUOUS, CHUNKED = 0, 1, 2
"""How the values of a dataset lie in the file."""


class Values(DatasetID):  # type: ignore[misc]  # pyfive has no types
    """The values of a dataset: pyfive's, with pieces that can be no larger than they should be."""

    def __init__(self, header: Header, limits: Hdf5Limits) -> None:
        if header.is_external or header.is_virtual:
            raise ValueError("has its values elsewhere, which is not opened")
        self._limits = limits
        self._file: Any = header.fh.file
        self._size = self._file.seek(0, os.SEEK_END)
        self._index: dict[tuple[int, ...], StoreInfo] | None
        super().__init__(header, noindex=True)
        dtype = self.dtype
        if dtype.hasobject or dtype.itemsize > limits.element_bytes:
            raise ValueError("holds no numbers")
        self._fill = header.fillvalue

    def read(self, part: Part) -> NDArray[np.generic]:
        """The values of some rows, or all; raises where there is damage or a limit."""
        shape = self._shape_of(part)
        if self.layout_class == COMPACT:
            return np.array(np.frombuffer(self._data, self.dtype).reshape(self.shape)[part])
        if self.layout_class == CONTIGUOUS and self.data_offset != UNDEFINED:
            return self._contiguous(part, shape)
        if self.layout_class == CHUNKED:
            if self._chunk_bytes > self._limits.chunk_bytes:
                raise Beyond(f"is stored in pieces of {self._chunk_bytes:,} bytes", raise_to(self._chunk_bytes))
            self._build_index()
            if self._index:
                return cast("NDArray[np.generic]", np.asarray(self._get_selection_via_chunks(part)))
        return np.full(shape, self._fill, self.dtype)  # nothing was written, as for zeros

    def _shape_of(self, part: Part) -> tuple[int, ...]:
        if not isinstance(part, slice):
            return tuple(self.shape)
        return (len(range(*part.indices(self.shape[0]))), *self.shape[1:])

    @property
    def _chunk_bytes(self) -> int:
        return prod(self.chunks) * int(self.dtype.itemsize)

    def _contiguous(self, part: Part, shape: tuple[int, ...]) -> NDArray[Any]:
        first = part.indices(self.shape[0])[0] if isinstance(part, slice) else 0
        size = prod(shape) * self.dtype.itemsize
        start = self.data_offset + first * prod(self.shape[1:]) * self.dtype.itemsize
        if start + size > self._size:
            raise ValueError("lies beyond the end of the file")
        values = np.empty(shape, self.dtype)
        if size:
            self._file.seek(start)
            self._file.readinto(values.reshape(-1).view(np.uint8))
        return values

    def _build_index(self) -> None:
        """Finds where the pieces lie: by a tree of which each node is read once."""
        if self._index is not None:
            return
        address, axes = self._index_params
        index: dict[tuple[int, ...], StoreInfo] = {}
        nodes, seen = [] if address == UNDEFINED else [address], {address}
        reader = object.__new__(BTreeV1RawDataChunks)
        reader.fh, reader.dims, reader.last_offset = self._file, axes, 0
        while nodes:
            node = reader._read_node(nodes.pop(), None)
            places = node["addresses"]
            if node["node_level"]:
                if not seen.isdisjoint(places) or len(set(places)) < len(places):
                    raise ValueError("has a tree of pieces that leads back to itself")
                seen.update(places)
                nodes.extend(places)
            else:
                for key, place in zip(node["keys"], places, strict=True):
                    start = key["chunk_offset"][:-1]
                    index[start] = StoreInfo(start, key["filter_mask"], place, key["chunk_size"])
            if len(index) + len(seen) > self._limits.chunks:
                raise ValueError(f"is stored in over {self._limits.chunks:,} pieces")
        self._index = index

    def _read_serial(self, chunks: list[Any], out: NDArray[Any], dtype: Any) -> None:
        for _, inside, outside, info in chunks:
            if info.size > 2 * self._limits.chunk_bytes:
                raise Beyond(f"is stored in pieces of {info.size:,} bytes", raise_to(info.size))
            self._file.seek(info.byte_offset)
            out[outside] = self._decode_chunk(self._file.read(info.size), info.filter_mask, dtype)[inside]

    def _decode_chunk(self, data: bytes, mask: int, dtype: Any) -> NDArray[Any]:
        """A piece as it was written; no filter gives more than the piece has, and a checksum."""
        most = self._chunk_bytes + 64
        for number, filter_ in reversed([*enumerate(self.filter_pipeline or ())]):
            if mask & 1 << number:
                continue
            name = filter_["filter_id"]
            if name == GZIP_DEFLATE_FILTER:
                data = inflated(data, most)
            elif name in (SHUFFLE_FILTER, FLETCH32_FILTER):
                data = BTreeV1RawDataChunks._filter_chunk(data, 0, [filter_], self.dtype.itemsize)
            else:
                raise NotImplementedError(f"is compressed by filter {name}, which is not known")
        values: NDArray[Any] = np.frombuffer(data, dtype)
        return values.reshape(self.chunks)


def inflated(data: bytes, most: int) -> bytes:
    """Deflated data as it was; raises ValueError where it becomes larger than that, before it does."""
    inflater = zlib.decompressobj()
    whole = inflater.decompress(data, most)
    if inflater.unconsumed_tail or (inflater.eof is False and len(whole) == most):
        raise ValueError(f"unpacks to more than the {most:,} bytes that it should have")
    if not inflater.eof:
        raise ValueError("is cut off")
    return whole


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
    limits: Hdf5Limits = GUARDS.hdf5
    _opened: threading.local = field(default_factory=threading.local, repr=False)

    def __reduce__(self) -> tuple[type[Hdf5Store], tuple[object, ...]]:
        return Hdf5Store, (self.path, self.stamp, self.open_window, self.limits)

    def read(self, weight: Weight) -> NDArray[np.generic]:
        """The values of `weight`; bfloat16 comes as float32, which holds them exactly.

        Raises NetvizError where the file is gone, has changed since, or its data is damaged.
        """
        dataset = self._dataset(weight)
        return self._unpacked(dataset, weight)

    def _unpacked(self, dataset: Values, weight: Weight) -> NDArray[np.generic]:
        with self._reading(weight):
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
        row = (weight.nbytes or 0) // max(rows, 1)
        if row > self.limits.block_bytes:
            raise SourceError(
                f"{self.path}: {weight.path} has {row:,} bytes in one row, which a look at all values takes at once",
                raise_to(row),
            )
        step = max(1, BLOCK * rows // (weight.tensor.size or 1))
        for begin in range(0, rows, step):
            yield self._values(dataset, weight, slice(begin, min(rows, begin + step)))

    def _packed_blocks(self, dataset: Values, weight: Weight, axis: int) -> Iterator[NDArray[np.generic]]:
        stored, shape = sizes(weight.stored or weight.tensor), sizes(weight.tensor)
        if not stored or not shape:
            yield self._unpacked(dataset, weight)
            return
        for part, length in row_blocks(stored, axis, shape, BLOCK):
            with self._reading(weight):
                values = unpack(self._values(dataset, weight, part), axis, length)
                rows = values.reshape(-1, *shape[1:]) if values.size else values.reshape(0, *shape[1:])
            yield rows

    def _dataset(self, weight: Weight) -> Values:
        if stamp_of(self.path) != self.stamp:
            raise SourceError(f"{self.path}: the file has changed since it was inspected", "Inspect it again.")
        with self._reading(weight):
            if getattr(self._opened, "process", None) != os.getpid():
                root = opened(self.open_window(), self.limits)
                self._opened.root, self._opened.links, self._opened.process = root, {}, os.getpid()
            return Values(self._header(weight.path), self.limits)

    def _header(self, path: str) -> Header:
        """The header of the object at a path, over the links of the groups on the way, each of which is read once."""
        root, links = self._opened.root, self._opened.links
        address, prefix = root.offset, ""
        for name in path.split("/"):
            if prefix not in links:
                links[prefix] = {link.name: link.address for link in root.at(address).links() if link.kind == "hard"}
            address = links[prefix][name]
            prefix = f"{prefix}/{name}" if prefix else name
        return cast("Header", root.at(address))

    def _values(self, dataset: Values, weight: Weight, part: Part) -> NDArray[np.generic]:
        with self._reading(weight):
            values = dataset.read(part)
        if weight.tensor.dtype == "bfloat16" and values.dtype.itemsize == 2:
            values = widened(values.view(np.uint16))
        return values

    @contextmanager
    def _reading(self, weight: Weight) -> Iterator[None]:
        """Turns whatever damage leads to inside the HDF5 library into one line that names the place."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except Beyond as error:
            raise SourceError(f"{self.path}: {weight.path} {error.message}", error.hint) from error
        except NetvizError:
            raise
        except Exception as error:
            raise SourceError(f"{self.path}: {weight.path} cannot be read: {reason_of(error)}") from error


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
