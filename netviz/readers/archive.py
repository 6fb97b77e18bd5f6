"""The container of a .keras model: a zip file, or the folder it was unzipped to.

Knows members and their places, nothing of what the config means or how weights are laid out.
Nothing is ever extracted to disk under a name from the file.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from netviz.errors import SourceError
from netviz.model import Config
from netviz.readers.window import window

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"

CONFIG = "config.json"
METADATA = "metadata.json"
WEIGHTS = "model.weights.h5"
WEIGHTS_OF_2_11 = "variables.h5"
"""What the weights were called in the first, experimental form of the format."""

MAX_JSON_BYTES = 256 << 20
"""The size Keras itself allows for an extracted member."""

MAX_UNPACKED_WEIGHTS = 4 << 30
"""Weights up to this size may be compressed by any factor, as in Keras."""

MAX_EXPANSION = 100
"""How much larger than its stored form another member may become, as in Keras."""

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How a member may be compressed: as Keras does it, and as a zip program does it again."""

ZIP_ERRORS = (
    zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, UnicodeError,
    struct.error, OSError,
)  # fmt: skip
"""What Python's zipfile raises on damage. (An encrypted member is a RuntimeError.)"""

_LOCAL_HEADER = struct.Struct("<4s22xHH")


@dataclass(frozen=True, slots=True)
class Archive:
    """What a .keras container holds: parsed config and metadata, and the place of the weights.

    `weights_file` is the file in which the weights lie, `open_weights` gives their HDF5 data; where
    there are none that can be read it is None, and `weights_problem` says why.
    """

    path: Path
    config: Config
    metadata: Config
    weights_file: Path
    open_weights: Callable[[], io.BufferedReader] | None
    weights_problem: str
    bytes: int


def read_zip(path: Path) -> Archive:
    """The contents of a .keras zip file; raises SourceError with what is wrong with it."""
    try:
        with zipfile.ZipFile(path) as archive:
            counts = Counter(archive.namelist())
            if CONFIG not in counts:
                raise SourceError(
                    f"{path}: the zip file holds no {CONFIG}, so it is not a .keras model",
                    f"It holds: {_some(sorted(counts))}.",
                )
            if counts[CONFIG] > 1:
                raise SourceError(f"{path}: the zip file holds {CONFIG} {counts[CONFIG]} times; which one counts?")
            config = parse_json(path, CONFIG, _member(path, archive, CONFIG))
            metadata = parse_json(path, METADATA, _member(path, archive, METADATA)) if METADATA in counts else {}
            weights = WEIGHTS_OF_2_11 if WEIGHTS_OF_2_11 in counts and WEIGHTS not in counts else WEIGHTS
            problem = _weights_problem(archive, weights, counts)
    except ZIP_ERRORS as error:
        raise SourceError(
            f"{path}: the zip file is damaged or cut off: {error}",
            "Copy or download the file again and compare its size with the original.",
        ) from error
    opener = None if problem else partial(open_member, path.absolute(), weights)
    return Archive(path, config, metadata, path, opener, problem, size_of(path))


def read_folder(path: Path) -> Archive:
    """The contents of an unzipped .keras folder; raises SourceError where a part cannot be read."""
    config = parse_json(path, CONFIG, read_bytes(path / CONFIG))
    metadata = parse_json(path, METADATA, read_bytes(path / METADATA)) if (path / METADATA).is_file() else {}
    weights = path / WEIGHTS
    if weights.is_file():
        return Archive(path, config, metadata, weights, partial(open_file, weights.absolute()), "", size_of(path))
    return Archive(path, config, metadata, weights, None, f"the folder holds no {WEIGHTS}", size_of(path))


def is_hdf5(path: Path) -> bool:
    """Whether a path is an HDF5 file, by its first bytes."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(HDF5_MAGIC)) == HDF5_MAGIC


def size_of(path: Path) -> int:
    """Bytes of a file, or of all the files in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(entry.stat().st_size for entry in path.rglob("*") if entry.is_file())


def open_file(path: Path) -> io.BufferedReader:
    """A whole file."""
    return window(path.open("rb", buffering=0), 0, path.stat().st_size)


def open_member(path: Path, name: str) -> io.BufferedReader:
    """A member of a zip file: in its place where it is stored, else unpacked to an unnamed temporary file.

    Raises SourceError where the member's place is wrong.
    """
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(name)
        if info.compress_type != zipfile.ZIP_STORED:
            return _unpacked(archive, info)
    file = path.open("rb", buffering=0)
    start = _member_start(file, info.header_offset)
    if start is None or start + info.file_size > path.stat().st_size:
        file.close()
        raise SourceError(f"{path}: {name} does not stand where the zip file's directory says")
    return window(file, start, info.file_size)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> io.BufferedReader:
    """A compressed member in a temporary file that has no name and goes away when it is closed."""
    with tempfile.TemporaryFile() as spool:
        try:
            with archive.open(info) as member:
                shutil.copyfileobj(member, spool, 1 << 20)
        except ZIP_ERRORS as error:
            raise SourceError(f"{archive.filename}: {info.filename} is damaged: {error}") from error
        spool.flush()
        return window(io.FileIO(os.dup(spool.fileno()), "rb"), 0, info.file_size)


def _member_start(file: io.FileIO, header_offset: int) -> int | None:
    """Where a member's data begins, behind its local header; None where there is no such header."""
    file.seek(header_offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        return None
    _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    return header_offset + _LOCAL_HEADER.size + int(name_length) + int(extra_length)


def _weights_problem(archive: zipfile.ZipFile, name: str, counts: Counter[str]) -> str:
    """Why the weights of a zip file cannot be read, or ""."""
    if counts[name] != 1:
        return f"the zip file holds {name} {counts[name]} times" if counts[name] else f"no {name} in the zip file"
    info = archive.getinfo(name)
    if info.flag_bits & 1:
        return f"{name} is encrypted"
    if info.file_size > MAX_UNPACKED_WEIGHTS and info.file_size > MAX_EXPANSION * max(1, info.compress_size):
        return f"{name} unpacks from {info.compress_size:,} to {info.file_size:,} bytes"
    if info.compress_type not in METHODS:
        return f"{name} is compressed by method {info.compress_type}, which Keras never uses"
    return ""


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> bytes:
    info = archive.getinfo(name)
    if info.compress_type not in METHODS:
        raise SourceError(f"{path}: {name} is compressed by method {info.compress_type}, which Keras never uses")
    bomb = info.file_size > 1 << 20 and info.file_size > MAX_EXPANSION * max(1, info.compress_size)
    if info.file_size > MAX_JSON_BYTES or bomb:
        raise SourceError(
            f"{path}: {name} unpacks from {info.compress_size:,} to {info.file_size:,} bytes, more than any config"
        )
    return archive.read(name)


def read_bytes(path: Path) -> bytes:
    """All of a file that holds JSON; raises SourceError where it cannot be read or is far too large."""
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise SourceError(f"{path}: {path.stat().st_size:,} bytes are far more than a model needs")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error


def parse_json(path: Path, name: str, data: bytes | str) -> Config:
    """The JSON object in `data`; raises SourceError that names the member and the place."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: {name} is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise SourceError(f"{path}: {name} holds {type(value).__name__} where an object is expected")
    return value


def _some(names: list[str], limit: int = 5) -> str:
    shown = ", ".join(names[:limit]) or "nothing"
    return f"{shown}, and {len(names) - limit} more" if len(names) > limit else shown
