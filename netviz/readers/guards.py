"""What a file may ask for: every limit that a reader sets to what files declare, by the container they stand in.

A file that declares more is refused with an error or a note that names the limit; `--max-bytes` (`max_bytes=`) raises
those in bytes. Together they keep the reading of any file within 512 MiB of memory and 10 s.

Values are either those that Keras itself uses when it loads a file, or some ten times what the largest model known
to us needs (an architecture of 10,000 layers; NASNetLarge has 1,041).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TypeVar

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """What a .keras file may ask for as a zip file.

    `directory_bytes`: its directory; Keras writes three members in 200 bytes, and Python makes about 12 times as much
    of each entry as stands in the file. `expansion`: how many times larger a member may become than it is stored, as
    in Keras. `total_bytes`: what a check unpacks of all members, whatever the size of the file; beyond it may be
    `expansion` times the file. `free_bytes`: up to this size a small member may be compressed by any factor.
    `weights_bytes`: the same for the weights, as in Keras; they are unpacked to disk and not to memory.
    """

    directory_bytes: int = 4 * MIB
    expansion: int = 100
    total_bytes: int = 256 * MIB
    free_bytes: int = MIB
    weights_bytes: int = 4 * GIB


@dataclass(frozen=True, slots=True)
class FolderLimits:
    """What a folder may ask for. `files`: how many of it are looked at; an unzipped .keras file has a few dozen."""

    files: int = 10_000


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """What a config may ask for.

    `text_bytes`: its text; that of 10,000 layers takes 15 MB. `objects_bytes`: what it becomes as objects of Python,
    by an estimate that counts its brackets, commas and colons: `[],[],…` takes 30 times its text. `steps`: layers and
    calls of layers; NASNetLarge has 1,041, and 50,000 take 5 s.
    """

    text_bytes: int = 64 * MIB
    objects_bytes: int = 250 * MIB
    steps: int = 50_000


@dataclass(frozen=True, slots=True)
class Hdf5Limits:
    """What HDF5 data may ask for.

    `objects`: groups and datasets; NASNetLarge with its optimizer has under 10,000, and 200,000 take 5 s. `depth`:
    groups within groups. `header_bytes` and `messages`: the description of one object, which has attributes of up to
    64 KiB each in it. `metadata_bytes`: what is read to list one group or the attributes of one object, and all texts
    of its attributes; a model's config is one of these. `total_bytes`: the same for all objects, each read counting 128
    bytes more; 250,000 groups of an ordinary file take a quarter of it. `free_bytes` and `expansion`: bytes that all
    arrays may have together whatever the size of the file, and how many times the file's beyond. Keras takes 4 GiB and
    1000 times, but writes nothing that is larger than the file, and a look at all values has to end. `chunk_bytes` and
    `chunks`: the pieces in which an array is stored, of which h5py makes none over 1 MiB. `block_bytes`: one row of an
    array, which is what a look at all values has in memory at least. `element_bytes`: one value; texts may be long.
    """

    objects: int = 250_000
    depth: int = 200
    header_bytes: int = 16 * MIB
    messages: int = 65_535
    metadata_bytes: int = 64 * MIB
    total_bytes: int = GIB
    free_bytes: int = 256 * MIB
    expansion: int = 100
    chunk_bytes: int = 64 * MIB
    chunks: int = 250_000
    block_bytes: int = 128 * MIB
    element_bytes: int = 64 * KIB


@dataclass(frozen=True, slots=True)
class ProtobufLimits:
    """What the protocol buffers and the index of variables of a SavedModel may ask for.

    `depth`: messages within messages, as in protobuf itself. `fields`: those looked at in one file, a message counting
    as six; a model of 10,000 layers has under 4,000,000, and 6,000,000 take 4 s. `message_bytes`: what is read of one
    graph or file at once; the saved objects of a model of 10,000 layers take under 20 MB. `index_bytes`: the index of
    the variables, of which a model of 10,000 layers has 2 MB. `keys_bytes`: all keys of the index written out in full.
    `texts_bytes`: a tensor of texts, which is read whole; as an array each text takes as much as the longest.
    `layers`: layers shown; one that stands in several places counts in each. `steps`: objects looked at, each
    as often as it is come by; a model of 300 layers takes 100,000. `nodes`: operations of a graph whose names `examine`
    looks at.
    """

    depth: int = 100
    fields: int = 6_000_000
    message_bytes: int = 64 * MIB
    index_bytes: int = 16 * MIB
    keys_bytes: int = 64 * MIB
    texts_bytes: int = 64 * MIB
    layers: int = 20_000
    steps: int = 20_000_000
    nodes: int = 500_000


L = TypeVar("L", ZipLimits, JsonLimits, Hdf5Limits, ProtobufLimits)


@dataclass(frozen=True, slots=True)
class Guards:
    """All limits, by container."""

    zip: ZipLimits = field(default_factory=ZipLimits)
    folder: FolderLimits = field(default_factory=FolderLimits)
    json: JsonLimits = field(default_factory=JsonLimits)
    hdf5: Hdf5Limits = field(default_factory=Hdf5Limits)
    protobuf: ProtobufLimits = field(default_factory=ProtobufLimits)


GUARDS = Guards()
"""The limits where nobody asks for others."""


def guards(max_bytes: int | None) -> Guards:
    """The limits, those in bytes raised to at least `max_bytes`; the usual ones for None."""
    if max_bytes is None:
        return GUARDS
    return Guards(
        zip=_raised(GUARDS.zip, max_bytes),
        json=_raised(GUARDS.json, max_bytes),
        hdf5=_raised(GUARDS.hdf5, max_bytes),
        protobuf=_raised(GUARDS.protobuf, max_bytes),
    )


def _raised(limits: L, max_bytes: int) -> L:
    values = {
        name: max(getattr(limits, name), max_bytes)
        for name in (field.name for field in fields(limits))
        if name.endswith("_bytes")
    }
    return replace(limits, **values)


def raise_to(needed: int) -> str:
    """The hint of a guard in bytes: how to let a file have what it needs."""
    return f"--max-bytes {needed} (max_bytes={needed}) raises the limit, for a file that you trust."
