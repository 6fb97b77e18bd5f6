"""Mutations of zip files: of what the members hold, of which there are, and of the records that say where they lie."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from random import Random
from typing import NamedTuple

from tests.fuzz import hdf5s, raw, trees
from tests.render.names import HOSTILE

RECORDS = {
    b"PK\x01\x02": ((4, 2), (6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (42, 4)),
    b"PK\x03\x04": ((4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)),
    b"PK\x05\x06": ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)),
}
"""The numbers of each record of a zip file, by its signature: place and bytes. Source: APPNOTE.TXT, 4.3."""

NAMES = (
    "config.json", "metadata.json", "model.weights.h5", "variables.h5", "model.weights.npz", "../../x", "/etc/passwd",
    "a\\..\\b", "assets/x.txt", "assets/", "C:\\x", "config.json\0x", "CONFIG.JSON", "x" * 60_000,
)  # fmt: skip

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


class Member(NamedTuple):
    name: str
    data: bytes
    method: int = zipfile.ZIP_STORED


def members(data: bytes) -> list[Member]:
    """The members that can be read."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [Member(info.filename, archive.read(info), info.compress_type) for info in archive.infolist()]


def zipped(parts: list[Member]) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w") as archive:
        warnings.simplefilter("ignore")  # a name that stands twice
        for part in parts:
            archive.writestr(zipfile.ZipInfo(part.name), part.data, part.method)
    return target.getvalue()


def inside(rng: Random, data: bytes, name: str, others: tuple[bytes, ...] = ()) -> bytes:
    """What a file of that name holds, mutated by its kind."""
    if name.endswith(".json"):
        return trees.mutate(rng, data, others)
    if name.endswith(".h5"):
        return hdf5s.mutate(rng, data, others)
    return raw.mutate(rng, data, others)


def contents(rng: Random, parts: list[Member]) -> None:
    wanted = rng.choice(("config.json", "config.json", ".h5", ".h5", "metadata.json", ""))
    places = [place for place, part in enumerate(parts) if part.name.endswith(wanted)] or range(len(parts))
    if parts:
        place = rng.choice(places)
        parts[place] = parts[place]._replace(data=inside(rng, parts[place].data, parts[place].name))


def listing(rng: Random, parts: list[Member]) -> None:
    """A member renamed, dropped, doubled, added, compressed in another way, or moved."""
    if not parts:
        return
    place = rng.randrange(len(parts))
    kind = rng.randrange(6)
    name = rng.choice((*NAMES, rng.choice(HOSTILE).encode("utf-8", "replace").decode()[:60_000] or "x"))
    if kind == 0:
        parts[place] = parts[place]._replace(name=name)
    elif kind == 1:
        del parts[place]
    elif kind == 2:
        parts.insert(rng.randrange(len(parts) + 1), parts[place])
    elif kind == 3:
        data = rng.choice((b"", b"{}", b"x" * 99, bytes(3 << 20), parts[place].data))
        parts.append(Member(name, data, rng.choice(METHODS)))
    elif kind == 4:
        parts[place] = parts[place]._replace(method=rng.choice(METHODS))
    else:
        parts.reverse()


def records(rng: Random, data: bytes) -> bytes:
    """A number in the directory or before a member made extreme, or that of another record."""
    target = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 3))):
        signature = rng.choice(list(RECORDS))
        places = list(hdf5s._all(data, signature))
        if not places:
            continue
        step, size = rng.choice(RECORDS[signature])
        at = rng.choice(places) + step
        flags = struct.pack("<H", rng.choice((1, 8, 0x800, 0x2000, 0xFFFF, 0x40)))
        method = struct.pack("<H", rng.choice((1, 8, 9, 12, 14, 93, 99)))
        special = {(b"PK\x01\x02", 8): flags, (b"PK\x03\x04", 6): flags, (b"PK\x01\x02", 10): method}
        value = special.get((signature, step)) or raw.edge(rng, size, rng.choice((len(data), *places)))
        target[at : at + size] = value
    return bytes(target)


def mutate(rng: Random, data: bytes, others: tuple[bytes, ...] = ()) -> bytes:
    """A zip file after one mutation, mostly of what its members hold, with the right checksums."""
    kind = rng.random()
    if kind < 0.08:
        return raw.mutate(rng, data, others)
    if kind < 0.16:
        return records(rng, data)
    if kind < 0.19:
        return rng.choice((b"#!/bin/sh\n", rng.randbytes(64), b"PK\x03\x04")) + data
    try:
        parts = members(data)
    except Exception:  # what was mutated before may be no zip file any more
        return raw.mutate(rng, data, others)
    (listing if kind < 0.3 else contents)(rng, parts)
    return zipped(parts)
