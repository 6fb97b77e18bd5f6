"""The variables of a SavedModel: a tensor bundle, that is an index of names and the files in which the values lie.

Source: tensorflow/core/util/tensor_bundle/tensor_bundle.cc. The checksums of the values are not checked, which in
Python takes longer than reading them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np

from netviz.errors import SourceError
from netviz.model import Shape, Tensor, Weight
from netviz.readers.archive import leads_out
from netviz.readers.guards import GUARDS, ProtobufLimits, raise_to
from netviz.readers.hdf5 import BLOCK, stamp_of, widened
from netviz.readers.savedmodel.messages import TABLES, tensor_of
from netviz.readers.savedmodel.ordered import slice_key
from netviz.readers.savedmodel.table import read_table
from netviz.readers.savedmodel.wire import MessageReader, Record, WireError, varint

if TYPE_CHECKING:
    from numpy.typing import NDArray

INDEX = "variables.index"

MAX_RANK = 32
"""Axes of a numpy array before version 2."""

FORMS: Mapping[str, str] = {
    "bfloat16": "u2", "float8_e5m2": "u1", "float8_e4m3fn": "u1", "int4": "i1", "int2": "i1", "uint4": "u1",
    "uint2": "u1", "qint8": "i1", "quint8": "u1", "qint16": "i2", "quint16": "u2", "qint32": "i4",
}  # fmt: skip
"""How the values of dtypes lie in the file that numpy has no name for; small integers take a byte each."""

UNREADABLE = ("resource", "variant", "float8_e4m3fnuz", "float8_e4m3b11fnuz", "float8_e5m2fnuz", "float4_e2m1fn")
"""Dtypes that are no numbers, and small floats of which no Keras makes a variable."""


class Slice(NamedTuple):
    """A piece of a variable that is stored for itself: where it begins along each axis, and its lengths."""

    start: tuple[int, ...]
    length: tuple[int, ...]


class Stored(NamedTuple):
    """A tensor of a bundle: what it is, and the file and bytes that hold it, or the pieces it was cut into."""

    tensor: Tensor
    shard: int
    offset: int
    size: int
    pieces: tuple[tuple[Slice, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """What an index lists: tensors by their keys, the pieces of cut ones under keys that are no text."""

    folder: Path
    shards: int = 1
    big_endian: bool = False
    stored: Mapping[bytes, Stored] = field(default_factory=dict, repr=False)
    limits: ProtobufLimits = GUARDS.protobuf

    @property
    def whole(self) -> list[bytes]:
        """The keys of the tensors that are no pieces of others: those of pieces begin with a zero."""
        return [key for key in self.stored if not key.startswith(b"\0")]

    def file(self, shard: int) -> Path:
        """The file that holds the values of one shard."""
        return self.folder / f"variables.data-{shard:05d}-of-{self.shards:05d}"

    def texts(self, key: bytes) -> list[bytes]:
        """The values of a tensor of texts; raises WireError or OSError where they cannot be had.

        They stand behind their lengths, and behind a checksum of these.
        """
        stored = self.stored[key]
        if stored.size > self.limits.texts_bytes or stored.size < 0 or stored.offset < 0:
            raise WireError(f"{stored.size:,} bytes of text are more than a model needs", raise_to(stored.size))
        with opened(self.folder, self.file(stored.shard)) as file:
            file.seek(stored.offset)
            data = memoryview(file.read(stored.size))
        lengths, place = [], 0
        count = stored.tensor.size
        if count is None or count > len(data):
            raise WireError("cut off within a text")
        for _ in range(count):
            length, place = varint(data, place)
            lengths.append(length)
        place += 4
        if place + sum(lengths) > len(data):
            raise WireError("cut off within a text")
        texts = []
        for length in lengths:
            texts.append(bytes(data[place : place + length]))
            place += length
        return texts


def read_bundle(folder: Path, limits: ProtobufLimits = GUARDS.protobuf) -> Bundle:
    """What the index in a folder lists; raises WireError or OSError where it cannot be read."""
    index = folder / INDEX
    with opened(folder, index):
        size = index.stat().st_size
    if size > limits.index_bytes:
        raise WireError(f"its {size:,} bytes are far more than an index of variables needs", raise_to(size))
    reader = MessageReader(TABLES, limits)
    header: Record = {}
    stored: dict[bytes, Stored] = {}
    for key, value in read_table(index.read_bytes(), limits):
        if key == b"":
            header = reader.read("BundleHeaderProto", value)
        else:
            stored[key] = _stored(key, reader.read("BundleEntryProto", value))
    return Bundle(folder, header.get("shards", 1), header.get("endianness", 0) == 1, stored, limits)


def opened(folder: Path, path: Path) -> BinaryIO:
    """A file of a SavedModel; raises WireError for what is none, or a link out of the model's folder."""
    if leads_out(folder.parent, path) or leads_out(folder.parent, folder):
        raise WireError("it is a link out of the folder, and is not opened")
    if path.exists() and not path.is_file():
        raise WireError("it is not a regular file")
    return path.open("rb")


def _stored(key: bytes, entry: Record) -> Stored:
    tensor = tensor_of(entry)
    shape = tensor.shape or ()
    pieces = tuple((piece, slice_key(key, written)) for piece, written in _slices(entry.get("slices", ()), shape))
    return Stored(tensor, entry.get("shard", 0), entry.get("offset", 0), entry.get("size", 0), pieces)


def _slices(slices: list[Record], shape: Shape) -> Iterator[tuple[Slice, list[tuple[int, int]]]]:
    """The pieces with their extents as they are written, where an axis that is not cut has the length -1."""
    for record in slices:
        extents = record.get("extents", ())
        if len(extents) != len(shape):
            raise WireError("a piece of a variable has other axes than the variable")
        written = [(extent.get("start", 0), extent.get("length", -1)) for extent in extents]
        whole = zip(written, shape, strict=True)
        yield (
            Slice(
                tuple(start for start, _ in written),
                tuple((axis or 0) - start if length < 0 else length for (start, length), axis in whole),
            ),
            written,
        )


@dataclass(frozen=True, slots=True)
class BundleStore:
    """Values of the variables of one bundle, each read when it is asked for.

    `stamps` are size and time of change of its files when they were inspected.
    """

    bundle: Bundle
    stamps: Mapping[Path, tuple[int, int] | None] = field(repr=False)

    def read(self, weight: Weight) -> NDArray[np.generic]:
        """The values of `weight`: bfloat16 and float8 come as float32, which holds them exactly, texts as str.

        Raises SourceError where the file is gone, has changed since, or does not hold them.
        """
        stored = self._stored(weight)
        if stored.tensor.dtype == "string":
            return self._texts(weight, stored)
        if stored.pieces:
            return self._joined(weight, stored)
        shape = _known(weight, stored.tensor)
        return self._numbers(weight, stored, 0, math.prod(shape)).reshape(shape)

    def _joined(self, weight: Weight, stored: Stored) -> NDArray[np.generic]:
        """The values of a variable that was cut; no array is made before the files are known to hold as much."""
        shape, form = _known(weight, stored.tensor), _form(weight, stored.tensor)
        found = [(piece, self.bundle.stored.get(key)) for piece, key in stored.pieces]
        pieces = [(piece, inner) for piece, inner in found if inner is not None]
        if len(pieces) < len(found):
            raise SourceError(f"{self.bundle.folder}: a piece of {weight.path} is missing")
        if math.prod(shape) * form.itemsize != sum(inner.size for _, inner in pieces):
            raise SourceError(f"{self.bundle.folder}: the pieces of {weight.path} do not make the whole")
        files = {self._unchanged(self.bundle.file(inner.shard)) for _, inner in pieces}
        if math.prod(shape) * form.itemsize > sum(size for _, size in files):
            raise SourceError(f"{self.bundle.folder}: the files are smaller than {weight.path}")
        try:
            values = _value(np.zeros(shape, form), stored.tensor.dtype)
        except (ValueError, MemoryError) as error:
            raise SourceError(f"{self.bundle.folder}: {weight.path} cannot be read: {error}") from error
        for piece, inner in pieces:
            part = self._numbers(weight, inner, 0, math.prod(piece.length)).reshape(piece.length)
            place = tuple(slice(start, start + length) for start, length in zip(*piece, strict=True))
            if values[place].shape != part.shape:
                raise SourceError(f"{self.bundle.folder}: a piece of {weight.path} reaches beyond it")
            values[place] = part
        return values

    def blocks(self, weight: Weight) -> Iterator[NDArray[np.generic]]:
        """The values of `weight` along its first axis, about `BLOCK` of them at a time; raises as `read` does."""
        stored = self._stored(weight)
        shape = stored.tensor.shape or ()
        rows = shape[0] if shape else None
        size = stored.tensor.size or 0
        if not rows or size <= BLOCK or stored.pieces or stored.tensor.dtype == "string":
            yield self.read(weight)
            return
        width = size // rows
        step = max(1, BLOCK // width)
        for begin in range(0, rows, step):
            count = min(step, rows - begin)
            yield self._numbers(weight, stored, begin * width, count * width).reshape(count, *shape[1:])

    def _stored(self, weight: Weight) -> Stored:
        stored = self.bundle.stored.get(weight.path.encode("utf-8", "surrogateescape"))
        if stored is None:
            raise SourceError(f"{self.bundle.folder}: holds no values of {weight.name} ({weight.path})")
        if stored.tensor.dtype is None or stored.tensor.dtype in UNREADABLE:
            raise SourceError(f"{weight.path}: values of dtype {stored.tensor.dtype or 'unknown'} cannot be read")
        if len(stored.tensor.shape or ()) > MAX_RANK:
            raise SourceError(f"{weight.path}: {len(stored.tensor.shape or ())} axes are more than any array has")
        self._unchanged(self.bundle.folder / INDEX)
        self._unchanged(self.bundle.file(stored.shard))
        return stored

    def _unchanged(self, path: Path) -> tuple[Path, int]:
        """A file of the bundle and its size, 0 where there is none; raises SourceError where it is another by now."""
        found = _stamp(path)
        if self.stamps.get(path) != found:
            raise SourceError(f"{path}: the file has changed since it was inspected", "Inspect it again.")
        return path, found[0] if found else 0

    def _numbers(self, weight: Weight, stored: Stored, first: int, count: int) -> NDArray[np.generic]:
        """`count` values from the `first` on."""
        form = _form(weight, stored.tensor).newbyteorder(">" if self.bundle.big_endian else "<")
        if stored.offset < 0 or stored.size != form.itemsize * (stored.tensor.size or 0):
            raise SourceError(f"{self.bundle.folder}: the size of {weight.path} does not go with its shape")
        if first + count > (stored.tensor.size or 0):
            raise SourceError(f"{self.bundle.folder}: {weight.path} is larger than its values")
        path = self.bundle.file(stored.shard)
        try:
            if stored.offset + stored.size > path.stat().st_size:
                raise SourceError(f"{path}: the file ends within {weight.path}")
            with opened(self.bundle.folder, path) as file:
                file.seek(stored.offset + first * form.itemsize)
                values = np.fromfile(file, form, count)
        except (OSError, OverflowError, ValueError, MemoryError) as error:  # WireError among them
            raise SourceError(f"{path}: {weight.path} cannot be read: {error}") from error
        if len(values) < count:
            raise SourceError(f"{path}: the file ends within {weight.path}")
        return _value(values.astype(form.newbyteorder("="), copy=False), stored.tensor.dtype)

    def _texts(self, weight: Weight, stored: Stored) -> NDArray[np.generic]:
        try:
            texts = self.bundle.texts(weight.path.encode("utf-8", "surrogateescape"))
        except (WireError, OSError) as error:
            raise SourceError(f"{self.bundle.folder}: {weight.path} cannot be read: {error}") from error
        decoded = [text.decode("utf-8", "backslashreplace") for text in texts]
        if max(map(len, decoded), default=0) * len(decoded) > self.bundle.limits.texts_bytes:
            raise SourceError(f"{self.bundle.folder}: the texts of {weight.path} are too long for an array")
        return np.array(decoded, dtype=np.str_).reshape(_known(weight, stored.tensor))


def stamps_of(bundle: Bundle) -> dict[Path, tuple[int, int] | None]:
    """Size and time of change of each file of a bundle, to notice that one is no longer what was inspected."""
    shards = {stored.shard for stored in bundle.stored.values()}
    return {path: _stamp(path) for path in (bundle.folder / INDEX, *map(bundle.file, shards))}


def _stamp(path: Path) -> tuple[int, int] | None:
    """Size and time of change of a file, None where there is none."""
    try:
        return stamp_of(path)
    except SourceError:
        return None


def _known(weight: Weight, tensor: Tensor) -> tuple[int, ...]:
    if tensor.shape is None or tensor.size is None:
        raise SourceError(f"{weight.path}: its shape is not stored")
    return tuple(axis or 0 for axis in tensor.shape)


def _form(weight: Weight, tensor: Tensor) -> np.dtype[np.generic]:
    """The numpy dtype of the values as they lie in the file."""
    try:
        return np.dtype(FORMS.get(tensor.dtype or "", tensor.dtype))
    except TypeError:
        raise SourceError(f"{weight.path}: values of dtype {tensor.dtype} cannot be read") from None


def _value(raw: NDArray[np.generic], dtype: str | None) -> NDArray[np.generic]:
    """The values that raw ones stand for, where numpy has no dtype of their form."""
    if dtype == "bfloat16":
        return widened(raw)
    if dtype == "float8_e5m2":
        return (raw.astype(np.uint16) << 8).view(np.float16).astype(np.float32)
    if dtype == "float8_e4m3fn":
        return _e4m3fn()[raw.astype(np.uint8)]
    return raw


def _e4m3fn() -> NDArray[np.float32]:
    """The 256 values of four bits of exponent and three of mantissa, without infinities.

    Source: "FP8 Formats for Deep Learning" (2022), table 1.
    """
    byte = np.arange(256)
    exponent, mantissa = byte >> 3 & 15, byte & 7
    size = np.where(exponent == 0, mantissa / 8 * 2.0**-6, (1 + mantissa / 8) * 2.0 ** (exponent - 7.0))
    size[(byte & 127) == 127] = np.nan
    return np.where(byte >> 7, -size, size).astype(np.float32)
