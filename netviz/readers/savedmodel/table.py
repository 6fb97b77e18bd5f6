"""The index of a tensor bundle: a sorted table of keys and values, as LevelDB writes it.

Source: https://github.com/google/leveldb/blob/main/doc/table_format.md, which TensorFlow follows
(tensorflow/core/lib/io/table_builder.cc). A block holds entries that leave out what their key shares with the one
before; the last block lists the others. TensorFlow's bundles are not compressed. Each block's checksum is checked:
a wrong byte here would give another variable's values.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from netviz.readers.guards import GUARDS, ProtobufLimits, raise_to
from netviz.readers.savedmodel.wire import WireError, varint

FOOTER = 48
MAGIC = 0xDB4775248B80FB57
TRAILER = 5
"""Behind each block: a byte for its compression, and four of its checksum."""

SNAPPY = 1


def read_table(data: bytes, limits: ProtobufLimits = GUARDS.protobuf) -> Iterator[tuple[bytes, bytes]]:
    """The keys and values in order; raises WireError where the data is no such table or a block is damaged.

    The blocks follow one another, as they are written: one that was named a thousand times would be read as often.
    """
    if len(data) < FOOTER or int.from_bytes(data[-8:], "little") != MAGIC:
        raise WireError("it does not end as an index of variables does")
    footer = memoryview(data)[-FOOTER:]
    _, place = _handle(footer, 0)
    index, _ = _handle(footer, place)
    behind, left = 0, limits.keys_bytes
    for _, written in _entries(_block(data, index)):
        handle, _ = _handle(memoryview(written), 0)
        if handle[0] < behind:
            raise WireError("its blocks do not follow one another")
        behind = sum(handle) + TRAILER
        for key, value in _entries(_block(data, handle)):
            left -= len(key)
            if left < 0:
                raise WireError(f"its keys take over {limits.keys_bytes:,} bytes", raise_to(4 * limits.keys_bytes))
            yield key, value


def _handle(data: memoryview, place: int) -> tuple[tuple[int, int], int]:
    """Where a block begins and its length; and the place behind."""
    offset, place = varint(data, place)
    size, place = varint(data, place)
    return (offset, size), place


def _block(data: bytes, handle: tuple[int, int]) -> memoryview:
    offset, size = handle
    if offset + size + TRAILER > len(data):
        raise WireError("a block reaches beyond the file")
    block = memoryview(data)[offset : offset + size + TRAILER]
    if int.from_bytes(block[-4:], "little") != masked(crc32c(block[:-4])):
        raise WireError("the checksum of a block does not match: the file is damaged")
    if block[-TRAILER] != 0:
        kind = "snappy, which TensorFlow never uses here" if block[-TRAILER] == SNAPPY else "an unknown method"
        raise WireError(f"a block is compressed by {kind}")
    return block[:-TRAILER]


def _entries(block: memoryview) -> Iterator[tuple[bytes, bytes]]:
    if len(block) < 4:
        raise WireError("a block is too short")
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    if end < 0:
        raise WireError("a block is too short")
    place, key = 0, b""
    while place < end:
        shared, place = varint(block, place)
        added, place = varint(block, place)
        length, place = varint(block, place)
        if shared > len(key) or place + added + length > end:
            raise WireError("an entry reaches beyond its block")
        key = key[:shared] + bytes(block[place : place + added])
        place += added
        yield key, bytes(block[place : place + length])
        place += length


def crc32c(data: memoryview) -> int:
    """The checksum CRC-32C (Castagnoli) of the data."""
    table = _table()
    value = 0xFFFFFFFF
    for byte in data:
        value = table[(value ^ byte) & 255] ^ (value >> 8)
    return value ^ 0xFFFFFFFF


def masked(checksum: int) -> int:
    """A checksum as it is stored: LevelDB turns it, because checksums of checksums go wrong."""
    return ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF


@cache
def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        rows.append(value)
    return tuple(rows)
