"""Mutations of protocol buffers without their schema, and of LevelDB's tables of them with the right checksums."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from netviz.readers.savedmodel.table import FOOTER, MAGIC, crc32c, masked
from tests.fuzz import raw, trees
from tests.render.names import HOSTILE

VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5

NUMBERS = (0, 1, 2, 3, 7, 21, 127, 128, 300, 1 << 20, 1 << 31, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)

LARGEST = 1 << 17
"""Bytes that entries of an index are repeated to: checksums of more take long to write."""


class Item(NamedTuple):
    """A field: its number, its wire type, what stands in it."""

    number: int
    wire: int
    value: int | bytes


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])


def read_varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, place
        if shift > 63:
            raise ValueError("too long")


def parse(data: bytes) -> list[Item]:
    """The fields of a message; raises ValueError or IndexError where the bytes are none."""
    items, place = [], 0
    while place < len(data):
        tag, place = read_varint(data, place)
        wire = tag & 7
        if not tag >> 3:
            raise ValueError("no field")
        if wire == VARINT:
            value, place = read_varint(data, place)
            items.append(Item(tag >> 3, wire, value))
            continue
        if wire == BYTES:
            size, place = read_varint(data, place)
        elif wire in (FIXED_32, FIXED_64):
            size = 4 if wire == FIXED_32 else 8
        else:
            raise ValueError("no wire type")
        if place + size > len(data):
            raise ValueError("cut off")
        items.append(Item(tag >> 3, wire, data[place : place + size]))
        place += size
    return items


def written(items: list[Item]) -> bytes:
    return b"".join(map(_written, items))


def _written(item: Item) -> bytes:
    head = varint(item.number << 3 | item.wire)
    if isinstance(item.value, int):
        return head + varint(item.value)
    return head + (varint(len(item.value)) if item.wire == BYTES else b"") + item.value


def mutate(rng: Random, data: bytes, others: tuple[bytes, ...] = (), depth: int = 0) -> bytes:
    """A message after one mutation somewhere inside; the lengths around it are put right."""
    if depth == 0 and rng.random() < 0.08:
        return raw.mutate(rng, data, others)
    try:
        items = parse(data)
    except (ValueError, IndexError, OverflowError):
        return leaf(rng, data)
    inner = [place for place, item in enumerate(items) if item.wire == BYTES and item.value]
    if inner and depth < 30 and rng.random() < 0.82:
        place = rng.choice(inner)
        value = items[place].value
        assert isinstance(value, bytes)
        items[place] = items[place]._replace(value=mutate(rng, value, (), depth + 1))
        return written(items)
    return fields(rng, items) if items else leaf(rng, data)


def leaf(rng: Random, data: bytes) -> bytes:
    """What is no message: a text, JSON, numbers."""
    if data[:1] in (b"{", b"["):
        return trees.mutate(rng, data)
    kind = rng.random()
    if kind < 0.3:
        return rng.choice(HOSTILE).encode("utf-8", "surrogatepass")
    if kind < 0.4:
        return rng.choice(
            (b"_tf_keras_layer", b"_tf_keras_network", b"_tf_keras_sequential", b"", b"\xff\xfe", b"x" * 70_000)
        )
    return raw.mutate(rng, data)


def fields(rng: Random, items: list[Item]) -> bytes:
    """A message with one of its fields changed, dropped, doubled, moved, nested, or its length made a lie."""
    place = rng.randrange(len(items))
    item = items[place]
    kind = rng.randrange(9)
    if kind == 0:
        del items[place]
    elif kind == 1:
        copies = rng.choice((1, 1, 2, 50, 2000))
        items[place:place] = [item] * min(copies, max(1, (1 << 19) // (len(_written(item)) + 1)))
    elif kind == 2:
        items[place] = item._replace(number=rng.choice((item.number + 1, max(1, item.number - 1), 1, 2, 5, 1 << 28)))
    elif kind == 3:
        items[place] = item._replace(wire=rng.choice((0, 1, 2, 3, 4, 5, 7)))
        if isinstance(item.value, int) and items[place].wire != VARINT:
            items[place] = items[place]._replace(value=varint(item.value))
    elif kind == 4 and isinstance(item.value, bytes):
        value = item.value
        for _ in range(rng.choice((1, 5, 90, 300))):
            value = _written(Item(item.number, BYTES, value))
        items[place] = Item(item.number, BYTES, value)
    elif kind == 5:
        other = rng.randrange(len(items))
        items[place], items[other] = items[other], items[place]
    elif kind == 6 and isinstance(item.value, bytes):
        lie = varint(rng.choice((*NUMBERS, len(item.value) + 1)))
        return (
            written(items[:place]) + varint(item.number << 3 | BYTES) + lie + item.value + written(items[place + 1 :])
        )
    elif isinstance(item.value, int):
        near = (item.value + 1, item.value - 1, *(other.value for other in items if isinstance(other.value, int)))
        items[place] = item._replace(value=rng.choice((*NUMBERS, *near)))
    else:
        items[place] = item._replace(value=leaf(rng, item.value))
    return written(items)


def table(rng: Random, data: bytes, others: tuple[bytes, ...] = ()) -> bytes:
    """An index of variables with entries changed, its blocks' checksums right; sometimes only its bytes are."""
    kind = rng.random()
    if kind < 0.1:
        return raw.mutate(rng, data, others)
    if kind < 0.3:
        return _signed(rng, data)
    try:
        entries = _entries(data)
    except (ValueError, IndexError, OverflowError):
        return raw.mutate(rng, data, others)
    for _ in range(rng.choice((1, 1, 2, 4))):
        if not entries:
            break
        place = rng.randrange(len(entries))
        key, value = entries[place]
        change = rng.randrange(8)
        if change == 0:
            entries[place] = rng.choice((leaf(rng, key), rng.choice(entries)[0])), value
        elif change == 1:
            del entries[place]
        elif change == 2:
            entries[place:place] = [(key, value)] * min(rng.choice((1, 2, 500)), LARGEST // (len(key) + len(value) + 1))
        elif change == 3:
            entries[place] = key, rng.choice(entries)[1]
        else:
            entries[place] = key, mutate(rng, value, (), 1)
    while len(entries) > 1 and sum(len(key) + len(value) for key, value in entries) > 4 * LARGEST:
        del entries[len(entries) // 2 :]
    if rng.randrange(3) == 0:
        entries.sort()
    return _table(rng, entries)


def _entries(data: bytes) -> list[tuple[bytes, bytes]]:
    """The keys and values in the blocks that the index lists."""
    footer = data[-FOOTER:]
    _, place = read_varint(footer, 0)
    _, place = read_varint(footer, place)
    offset, place = read_varint(footer, place)
    size, place = read_varint(footer, place)
    found = []
    for _, handle in _block(data[offset : offset + size]):
        begin, place = read_varint(handle, 0)
        length, _ = read_varint(handle, place)
        found += _block(data[begin : begin + length])
    return found


def _block(block: bytes) -> list[tuple[bytes, bytes]]:
    end = len(block) - 4 * (int.from_bytes(block[-4:], "little") + 1)
    place, key, found = 0, b"", []
    while place < end:
        shared, place = read_varint(block, place)
        added, place = read_varint(block, place)
        length, place = read_varint(block, place)
        key = key[:shared] + block[place : place + added]
        place += added
        found.append((key, block[place : place + length]))
        place += length
    return found


def _written_block(entries: list[tuple[bytes, bytes]]) -> bytes:
    body = b"".join(b"\0" + varint(len(key)) + varint(len(value)) + key + value for key, value in entries)
    return body + bytes(4) + (1).to_bytes(4, "little")


def _trailer(block: bytes, method: int = 0) -> bytes:
    kind = bytes([method])
    return kind + masked(crc32c(memoryview(block + kind))).to_bytes(4, "little")


def _table(rng: Random, entries: list[tuple[bytes, bytes]]) -> bytes:
    """The entries as a table of one block, or of several, the handles sometimes wrong."""
    step = rng.choice((len(entries) + 1, len(entries) + 1, 2))
    data, handles = b"", []
    for begin in range(0, max(1, len(entries)), step):
        block = _written_block(entries[begin : begin + step])
        handles.append((b"\xff", varint(len(data)) + varint(len(block))))
        data += block + _trailer(block, rng.choice((0, 0, 0, 0, 0, 0, 0, 0, 0, 1)))
    if rng.randrange(12) == 0:
        place = rng.randrange(len(handles))
        handles[place] = b"\xff", varint(rng.choice(NUMBERS)) + varint(rng.choice(NUMBERS))
    if rng.randrange(12) == 0:
        handles *= rng.choice((2, 1000))
    index = _written_block(handles)
    footer = varint(0) + varint(0) + varint(len(data)) + varint(len(index))
    data += index + _trailer(index)
    return data + footer.ljust(FOOTER - 8, b"\0") + MAGIC.to_bytes(8, "little")


def _signed(rng: Random, data: bytes) -> bytes:
    """The first block with its bytes mutated, and the checksum that goes with them."""
    try:
        footer = data[-FOOTER:]
        place = 0
        handle = []
        for _ in range(4):
            number, place = read_varint(footer, place)
            handle.append(number)
        index = _block(data[handle[2] : handle[2] + handle[3]])
        begin, place = read_varint(index[0][1], 0)
        length, _ = read_varint(index[0][1], place)
    except (ValueError, IndexError, OverflowError):
        return raw.mutate(rng, data)
    if begin + length > len(data):
        return raw.mutate(rng, data)
    block = raw.mutate(rng, data[begin : begin + length])[:length].ljust(length, b"\0")
    return data[:begin] + block + _trailer(block) + data[begin + length + 5 :]
