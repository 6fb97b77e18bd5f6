"""Mutations of bytes, whatever they mean."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

EDGES = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    1 << 40,
    (1 << 63) - 1,
    (1 << 64) - 1,
)
"""Where numbers end or change their sign."""

LARGEST = 1 << 20
"""A mutation does not make a file larger than this and than it was."""

Mutation = Callable[[Random, bytearray], bytearray]


def edge(rng: Random, size: int, near: int = 0) -> bytes:
    """A number of `size` bytes that is likely to be read wrongly; `near` is one of the place where it stands."""
    value = rng.choice((*EDGES, near, near - 1, near + 1, rng.getrandbits(8 * size)))
    return (value & ((1 << 8 * size) - 1)).to_bytes(size, rng.choice(("little", "little", "little", "big")))


def place(rng: Random, data: bytearray) -> int:
    """A place in the data, rather at its two ends, where containers have their directories."""
    if not data:
        return 0
    if rng.random() < 0.3:
        return rng.choice((rng.randrange(min(len(data), 512)), len(data) - 1 - rng.randrange(min(len(data), 512))))
    return rng.randrange(len(data))


def span(rng: Random, data: bytearray) -> slice:
    begin = place(rng, data)
    return slice(begin, begin + rng.choice((1, 2, 4, 8, 16, 64, 512, 4096)))


def flip(rng: Random, data: bytearray) -> bytearray:
    for _ in range(rng.choice((1, 1, 2, 8, 32))):
        if data:
            data[place(rng, data)] ^= 1 << rng.randrange(8)
    return data


def overwrite(rng: Random, data: bytearray) -> bytearray:
    for _ in range(rng.choice((1, 1, 4, 16))):
        if data:
            data[place(rng, data)] = rng.choice((0, 0xFF, 0x20, 0x0A, 0x1B, rng.getrandbits(8)))
    return data


def number(rng: Random, data: bytearray) -> bytearray:
    size, begin = rng.choice((1, 2, 4, 8)), place(rng, data)
    data[begin : begin + size] = edge(rng, size, len(data))
    return data


def delete(rng: Random, data: bytearray) -> bytearray:
    del data[span(rng, data)]
    return data


def duplicate(rng: Random, data: bytearray) -> bytearray:
    part = span(rng, data)
    copies = rng.choice((1, 1, 1, 2, 300))
    data[part.start : part.start] = bytes(data[part] * copies)[:LARGEST]
    return data


def insert(rng: Random, data: bytearray) -> bytearray:
    begin = place(rng, data)
    data[begin:begin] = rng.choice((rng.randbytes(rng.choice((1, 4, 64))), bytes(rng.choice((1, 8, 4096)))))
    return data


def swap(rng: Random, data: bytearray) -> bytearray:
    first, second = span(rng, data), span(rng, data)
    data[first], data[second] = data[second], data[first]
    return data


def truncate(rng: Random, data: bytearray) -> bytearray:
    del data[place(rng, data) :]
    return data


MUTATIONS: tuple[Mutation, ...] = (flip, flip, overwrite, number, number, delete, duplicate, insert, swap, truncate)


def mutate(rng: Random, data: bytes, others: tuple[bytes, ...] = ()) -> bytes:
    """The data after one mutation; `others` of the same format are there to be spliced in."""
    if others and rng.random() < 0.08:
        other = rng.choice(others)
        if not rng.randrange(2):
            return data[: place(rng, bytearray(data))] + other[place(rng, bytearray(other)) :]
        part = span(rng, bytearray(other))
        begin = place(rng, bytearray(data))
        return data[:begin] + other[part] + data[begin + part.stop - part.start :]
    return bytes(rng.choice(MUTATIONS)(rng, bytearray(data)))
