"""Mutations of HDF5: of the numbers in its metadata, which all else hangs on, and of the JSON in its attributes.

Where the metadata lies is found by a walk that believes everything: over the signatures of B-trees, heaps and symbol
tables, and from there to the object headers, which have none in the old form that Keras writes.
Source: HDF5 File Format Specification, version 3.0.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from tests.fuzz import raw, trees
from tests.render.names import HOSTILE

SIGNATURES = (b"TREE", b"HEAP", b"SNOD", b"GCOL", b"OHDR", b"OCHK", b"BTHD", b"BTLF", b"FRHP", b"FHDB", b"FSHD")

JSON_STARTS = (b'{"class_name"', b'{"config"', b'{"loss"', b'{"optimizer', b'{"module"', b'{"metrics', b'{"sample')

WORDS = (
    b"kernel", b"bias", b"layers", b"vars", b"dense", b"name", b"weight_names", b"layer_names", b"model_weights",
    b"optimizer", b"keras_version", b"model_config", b"gamma", b"cell",
)  # fmt: skip
"""Names that the files of Keras have: of groups, datasets and attributes."""


class Spot(NamedTuple):
    """A number in the file: where it stands and how many bytes it takes."""

    place: int
    size: int


def spots(data: bytes) -> list[Spot]:
    """The numbers of the superblock, of every structure with a signature, and of the messages of object headers."""
    found = [Spot(8, 1), Spot(13, 1), Spot(14, 1), Spot(16, 2), Spot(18, 2)]
    found += [Spot(place, 8) for place in range(24, 96, 8)]
    headers: set[int] = {int.from_bytes(data[64:72], "little")}
    for signature in SIGNATURES:
        place = data.find(signature)
        while place >= 0:
            found += [Spot(place + 4, 1), Spot(place + 5, 1), Spot(place + 6, 2)]
            found += [Spot(place + 8 * step, 8) for step in range(1, 8)]
            if signature == b"SNOD":
                count = min(int.from_bytes(data[place + 6 : place + 8], "little"), 64)
                for entry in range(count):
                    at = place + 8 + 40 * entry
                    found += [Spot(at, 8), Spot(at + 8, 8), Spot(at + 16, 4), Spot(at + 24, 8), Spot(at + 32, 8)]
                    headers.add(int.from_bytes(data[at + 8 : at + 16], "little"))
            place = data.find(signature, place + 1)
    for header in sorted(headers):
        found += messages(data, header)
    return [spot for spot in found if spot.place + spot.size <= len(data)]


def messages(data: bytes, header: int) -> Iterator[Spot]:
    """The numbers of an object header of version 1: its own, those of its messages' heads, and all in the messages."""
    if header + 16 > len(data) or data[header] != 1:
        return
    yield from (Spot(header, 1), Spot(header + 2, 2), Spot(header + 4, 4), Spot(header + 8, 4))
    place, end = header + 16, header + 16 + min(int.from_bytes(data[header + 8 : header + 12], "little"), 4096)
    while place + 8 <= min(end, len(data)):
        kind, size = struct.unpack_from("<HH", data, place)
        yield from (Spot(place, 2), Spot(place + 2, 2), Spot(place + 4, 1))
        yield from (Spot(place + 8 + step, 1) for step in range(min(size, 8)))
        yield from (Spot(place + 8 + step, width) for width in (4, 8) for step in range(0, min(size, 96), width))
        if kind == 0x10:  # the header goes on elsewhere
            more, length = struct.unpack_from("<QQ", data.ljust(place + 24, b"\0"), place + 8)
            yield from (Spot(more + step, 8) for step in range(0, min(length, 512), 8))
        place += 8 + size


def numbers(rng: Random, data: bytes) -> bytes:
    """One or a few numbers of the metadata made extreme, or exchanged for another of the same file."""
    target, places = bytearray(data), spots(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        spot = rng.choice(places)
        at = slice(spot.place, spot.place + spot.size)
        own = int.from_bytes(data[at], "little")
        kind = rng.random()
        if kind < 0.4:
            target[at] = raw.edge(rng, spot.size, rng.choice((own, own, spot.place, len(data))))
        elif kind < 0.7:
            other = rng.choice([other for other in places if other.size == spot.size])
            target[at] = data[other.place : other.place + other.size]
        else:
            target[at] = ((own + rng.choice((-1, 1, 8, -8, 16, 40, 1 << rng.randrange(8 * spot.size)))) & (
                (1 << 8 * spot.size) - 1
            )).to_bytes(spot.size, "little")  # fmt: skip
    return bytes(target)


def around(rng: Random, data: bytes) -> bytes:
    """Bytes near the metadata."""
    target = bytearray(data)
    for _ in range(rng.choice((1, 2, 8))):
        spot = rng.choice(spots(data))
        begin = max(0, spot.place + rng.randrange(-16, 17))
        part = raw.mutate(rng, bytes(target[begin : begin + 32]))[:32]
        target[begin : begin + len(part)] = part
    return bytes(target)


def config(rng: Random, data: bytes) -> bytes:
    """The JSON in an attribute changed, in the room that it has: what is shorter is filled up with spaces."""
    begins = [place for start in JSON_STARTS for place in _all(data, start)]
    if not begins:
        return numbers(rng, data)
    begin = rng.choice(begins)
    end = _end(data, begin)
    for _ in range(4):
        changed = trees.mutate(rng, data[begin:end])
        if len(changed) > end - begin:
            try:
                changed = json.dumps(json.loads(changed), separators=(",", ":")).encode()
            except (ValueError, RecursionError):
                continue
        if len(changed) <= end - begin:
            return data[:begin] + changed.ljust(end - begin) + data[end:]
    return around(rng, data)


def _all(data: bytes, part: bytes) -> Iterator[int]:
    place = data.find(part)
    while place >= 0:
        yield place
        place = data.find(part, place + 1)


def _end(data: bytes, begin: int) -> int:
    """Where the JSON that begins there ends."""
    text = data[begin:].decode("latin-1")
    try:
        return begin + json.JSONDecoder().raw_decode(text)[1]
    except ValueError:
        return begin + min(len(text), 64)


def names(rng: Random, data: bytes) -> bytes:
    """A name in a heap or an attribute made hostile, or another's, in the room that it has."""
    there = [(place, len(word)) for word in WORDS for place in _all(data, word)]
    if not there:
        return numbers(rng, data)
    place, room = rng.choice(there)
    other = rng.choice((*WORDS, *(name.encode("utf-8", "surrogatepass")[:room] for name in rng.choices(HOSTILE, k=6))))
    return data[:place] + other[:room].ljust(room, b"\0") + data[place + room :]


MUTATIONS = (numbers, numbers, numbers, numbers, around, around, config, config, names)


def mutate(rng: Random, data: bytes, others: tuple[bytes, ...] = ()) -> bytes:
    """HDF5 data after one mutation, nearly always of its metadata."""
    if len(data) < 100 or rng.random() < 0.12:
        return raw.mutate(rng, data, others)
    return rng.choice(MUTATIONS)(rng, data)
