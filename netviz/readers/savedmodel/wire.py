"""Protocol buffers, read from their wire format: what the field tables in `messages` name, and nothing else.

The format is five rules (https://protobuf.dev/programming-guides/encoding/): a message is a row of fields, each with
its number and its length before it. So this module and a table of a dozen messages read a SavedModel, where the
protobuf runtime would be a dependency that needs TensorFlow's descriptors copied in, takes longer to import than
this takes to read, and parses all of a graph of hundreds of MB to give the few KB that say what a model is.

Knows nothing of TensorFlow. Fields are skipped by their length, without a look at what they hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Literal, NamedTuple, TypeAlias

from netviz.readers.guards import GUARDS, ProtobufLimits

Kind: TypeAlias = Literal["int", "bool", "text", "bytes"]

Record: TypeAlias = dict[str, Any]
"""A message: what it states by the names of the fields; what it leaves out is not in it, repeated fields are lists."""

MESSAGE = 5
"""Fields that a message counts beside its own: as a dict it takes as much memory as these take time."""

VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5
"""The wire types; 3 and 4, groups, are in no message of TensorFlow's."""


class Field(NamedTuple):
    """A field to be read: `kind` is a scalar's, or the name of a message in the same tables; `many` is repeated."""

    name: str
    kind: Kind | str
    many: bool = False


Tables: TypeAlias = Mapping[str, Mapping[int, Field]]
"""The messages by name, the fields of each by number."""


class WireError(ValueError):
    """The bytes are no message, or more than a limit; then `hint` says how to raise it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class MessageReader:
    """Reads messages by tables; counts the fields of all, so that no file can keep it busy for long."""

    def __init__(self, tables: Tables, limits: ProtobufLimits = GUARDS.protobuf) -> None:
        self._tables = tables
        self._limits = limits
        self._left = limits.fields

    def read(self, message: str, data: bytes | memoryview) -> Record:
        """The message of that name; raises WireError where the bytes are none."""
        return self._message(self._tables[message], memoryview(data), 0)

    def skim(self, file: BinaryIO, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Each field of a message with contents, as (number, where they begin, where they end), none of them read."""
        place = begin
        while place < end:
            self._count()
            file.seek(place)
            head = memoryview(file.read(min(20, end - place)))
            tag, size = varint(head, 0)
            if tag & 7 == BYTES:
                length, size = varint(head, size)
                if place + size + length > end:
                    raise WireError("a field reaches beyond its message")
                yield tag >> 3, place + size, place + size + length
                place += size + length
            else:
                place += _after(head, size, tag & 7)

    def _message(self, table: Mapping[int, Field], data: memoryview, depth: int) -> Record:
        if depth > self._limits.depth:
            raise WireError(f"messages lie over {self._limits.depth} deep")
        self._left -= MESSAGE
        record: Record = {}
        place, end = 0, len(data)
        while place < end:
            self._count()
            tag, place = varint(data, place)
            wire = tag & 7
            field = table.get(tag >> 3)
            if wire == BYTES:
                length, place = varint(data, place)
                if length > end - place:
                    raise WireError("a field reaches beyond its message")
                if field is not None and field.kind not in ("int", "bool"):
                    _put(record, field, self._contents(field.kind, data[place : place + length], depth))
                place += length
            elif wire == VARINT:
                number, place = varint(data, place)
                if field is not None and field.kind in ("int", "bool"):
                    _put(record, field, bool(number) if field.kind == "bool" else _signed(number))
            else:
                place = _after(data, place, wire)
        return record

    def _contents(self, kind: str, data: memoryview, depth: int) -> object:
        if kind == "text":
            return str(data, "utf-8", "backslashreplace")
        if kind == "bytes":
            return data
        return self._message(self._tables[kind], data, depth + 1)

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise WireError(f"over {self._limits.fields:,} fields")


def varint(data: memoryview, place: int) -> tuple[int, int]:
    """The number at a place, seven bits a byte, the lowest first; and the place behind it."""
    value = shift = 0
    try:
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value & 0xFFFF_FFFF_FFFF_FFFF, place
            shift += 7
            if shift > 63:
                raise WireError("a number of over ten bytes")
    except IndexError:
        raise WireError("cut off within a number") from None


def _after(data: memoryview, place: int, wire: int) -> int:
    """The place behind a field that is not read."""
    if wire == VARINT:
        return varint(data, place)[1]
    if wire not in (FIXED_32, FIXED_64):
        raise WireError(f"a field of wire type {wire}")
    place += 4 if wire == FIXED_32 else 8
    if place > len(data):
        raise WireError("cut off within a number")
    return place


def _put(record: Record, field: Field, value: object) -> None:
    if field.many:
        record.setdefault(field.name, []).append(value)
    else:
        record[field.name] = value


def _signed(number: int) -> int:
    """Negative numbers stand as their two's complement in 64 bits."""
    return number - (1 << 64) if number >> 63 else number
