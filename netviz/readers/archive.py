"""The container of a .keras model: a zip file, or the folder it was unzipped to.

Knows members and their places, nothing of what the config means or how weights are laid out.
Nothing is ever extracted to disk under a name from the file.
"""

from __future__ import annotations

import io
import os
import shutil
import stat
import struct
import sys
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from netviz.errors import SourceError
from netviz.model import Config, Note
from netviz.readers.guards import GUARDS, FolderLimits, Guards, JsonLimits, ZipLimits, raise_to
from netviz.readers.json_text import parse_json, parse_model
from netviz.readers.window import window

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"

CONFIG = "config.json"
METADATA = "metadata.json"
WEIGHTS = "model.weights.h5"
WEIGHTS_OF_2_11 = "variables.h5"
"""What the weights were called in the first, experimental form of the format."""

WEIGHTS_IN_NPZ = "model.weights.npz"
"""What they are called where h5py was missing when they were saved."""

ENCRYPTED, UTF_8 = 1, 1 << 11
"""Flags of a member: its data is encrypted, its name is in UTF-8 (else in code page 437)."""

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
    there are none that can be read it is None, and `weights_problem` says why. `notes` has what is
    odd in the container.
    """

    path: Path
    config: Config
    metadata: Config
    weights_file: Path
    open_weights: Callable[[], io.BufferedReader] | None
    weights_problem: str
    bytes: int
    notes: tuple[Note, ...] = ()


def read_zip(path: Path, limits: Guards = GUARDS) -> Archive:
    """The contents of a .keras zip file; raises SourceError with what is wrong with it."""
    try:
        with opened(path, limits.zip) as archive:
            counts = Counter(archive.namelist())
            if CONFIG not in counts:
                raise SourceError(
                    f"{path}: the zip file holds no {CONFIG}, so it is not a .keras model",
                    f"It holds: {_some(sorted(counts))}.",
                )
            if counts[CONFIG] > 1:
                raise SourceError(f"{path}: the zip file holds {CONFIG} {counts[CONFIG]} times; which one counts?")
            _require_apart(path, archive)
            notes = [*container_notes(archive, counts)]
            config = parse_model(path, CONFIG, _member(path, archive, CONFIG, limits), limits.json)
            metadata = (
                _metadata(path, notes, lambda: _member(path, archive, METADATA, limits), limits.json)
                if METADATA in counts
                else {}
            )
            weights = WEIGHTS_OF_2_11 if WEIGHTS_OF_2_11 in counts and WEIGHTS not in counts else WEIGHTS
            problem = _weights_problem(archive, weights, counts, limits.zip)
    except ZIP_ERRORS as error:
        raise SourceError(
            f"{path}: the zip file is damaged or cut off: {error}",
            "Copy or download the file again and compare its size with the original.",
        ) from error
    opener = None if problem else partial(open_member, path.absolute(), weights, limits.zip)
    return Archive(path, config, metadata, path, opener, problem, size_of(path), tuple(notes))


def read_folder(path: Path, limits: Guards = GUARDS) -> Archive:
    """The contents of an unzipped .keras folder; raises SourceError where a part cannot be read."""
    notes = [
        Note("danger", "member-outside", "", f"{name} in the folder is a link out of it, and is not read.")
        for name in (METADATA, WEIGHTS)
        if leads_out(path, path / name)
    ]
    if leads_out(path, path / CONFIG):
        raise SourceError(f"{path}: {CONFIG} in the folder is a link out of it, and is not read")
    config = parse_model(path, CONFIG, read_bytes(path / CONFIG, limits.json), limits.json)
    metadata: Config = {}
    if (path / METADATA).is_file() and not leads_out(path, path / METADATA):
        metadata = _metadata(path, notes, lambda: read_bytes(path / METADATA, limits.json), limits.json)
    weights = path / WEIGHTS
    size = size_of(path, limits.folder)
    opener = problem = None
    if leads_out(path, weights):
        problem = f"{WEIGHTS} is a link out of the folder"
    elif weights.is_file():
        opener = partial(open_file, weights.absolute())
    else:
        problem = f"the folder holds no {WEIGHTS}"
    return Archive(path, config, metadata, weights, opener, problem or "", size, tuple(notes))


def leads_out(folder: Path, path: Path) -> bool:
    """Whether a path in a folder is a link to something that lies elsewhere.

    The cache of the Hugging Face Hub has snapshots/REVISION/… with links to blobs/…, which is where they belong.
    """
    if not path.is_symlink():
        return False
    home, target = folder.resolve(), path.resolve()
    blobs = [above.parent / "blobs" for above in home.parents if above.name == "snapshots"]
    return not target.is_relative_to(home) and target.parent not in blobs


class _Bounded(io.BufferedReader):
    """A file that refuses to give a directory of entries larger than the limit, before it is read.

    zipfile asks for the whole directory at once, by the size that the file declares, and for members piece by piece.
    """

    def __init__(self, file: io.RawIOBase, called: object, limit: int) -> None:
        super().__init__(file)
        self.called, self.limit = called, limit

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > self.limit:
            raise SourceError(
                f"{self.called}: the zip file's directory takes {size:,} bytes, far more than a model needs",
                raise_to(size),
            )
        return super().read(size)


@contextmanager
def opened(path: Path, limits: ZipLimits) -> Iterator[zipfile.ZipFile]:
    """The zip file at a path; raises SourceError where its directory is far too large, and what zipfile does."""
    with opened_in(io.FileIO(path, "rb"), path, limits) as archive:
        yield archive


@contextmanager
def opened_in(raw: io.RawIOBase, called: object, limits: ZipLimits) -> Iterator[zipfile.ZipFile]:
    """The zip file that a file object holds, which is closed with it; raises as `opened` does, with that name."""
    with _Bounded(raw, called, limits.directory_bytes) as file, zipfile.ZipFile(file) as archive:
        file.limit = sys.maxsize  # the directory has been read
        yield archive


def _metadata(path: Path, notes: list[Note], text: Callable[[], bytes], limits: JsonLimits) -> Config:
    """What the file says of itself; a note where that is damaged, for the layers do not depend on it."""
    try:
        return parse_json(path, METADATA, text(), limits)
    except SourceError as error:
        notes.append(Note("warning", "metadata-unreadable", "", f"{error.message}."))
        return {}


def container_notes(archive: zipfile.ZipFile, counts: Mapping[str, int]) -> Iterator[Note]:
    """What is odd in a zip file's directory: names that lead elsewhere or stand twice, and what stands before it."""
    infos = archive.infolist()
    if infos and (first := min(info.header_offset for info in infos)) > 0:
        message = f"{first:,} bytes stand before the zip file, which programs of other kinds may read as theirs."
        yield Note("warning", "file-prefixed", "", message)
    outside = [name for info in infos if (name := leaving(info))]
    if outside:
        message = f"The zip file holds {_some(outside)}: unpacking it by these names writes outside of the folder."
        yield Note("danger", "member-outside", "", message)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        message = f"The zip file holds {_some(sorted(twice))} more than once; programs differ in which one they take."
        yield Note("warning", "member-twice", "", message)


def leaving(info: zipfile.ZipInfo) -> str:
    """The name of a member that leads out of the folder it is unpacked to, or that is a link; "" for others."""
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    drive = len(name) > 1 and name[1] == ":" and name[0].isalpha()
    link = stat.S_ISLNK(info.external_attr >> 16)
    return name if ".." in parts or name.startswith(("/", "\\")) or drive or link or "\0" in name else ""


def _require_apart(path: Path, archive: zipfile.ZipFile) -> None:
    """Raises SourceError where two members share bytes: so a small file unpacks to a large one, or holds two models."""
    end, before = 0, ""
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise SourceError(f"{path}: {before} and {info.filename} in the zip file overlap, which no program writes")
        end, before = info.header_offset + _LOCAL_HEADER.size + info.compress_size, info.filename


def is_hdf5(path: Path) -> bool:
    """Whether a path is an HDF5 file, by its first bytes."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(HDF5_MAGIC)) == HDF5_MAGIC


def size_of(path: Path, limits: FolderLimits = GUARDS.folder) -> int:
    """Bytes of a file, or of the files in a folder; links in it are not followed."""
    if path.is_file():
        return path.stat().st_size
    return sum(entry.stat(follow_symlinks=False).st_size for entry in files_in(path, limits))


def files_in(folder: Path, limits: FolderLimits, left_out: list[str] | None = None) -> Iterator[os.DirEntry[str]]:
    """The files and links in a folder and those inside it, up to the limit; no link is followed.

    What is not listed goes to `left_out`: folders that cannot be read, and the one at which the limit was met.
    """
    left_out = [] if left_out is None else left_out
    left, folders = limits.files, [str(folder)]
    while folders:
        inner = folders.pop()
        try:
            with os.scandir(inner) as entries:
                for entry in entries:
                    left -= 1
                    if left < 0:
                        left_out.append(inner)
                        return
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    elif entry.is_file(follow_symlinks=False) or entry.is_symlink():
                        yield entry
        except OSError:
            left_out.append(inner)


def open_file(path: Path) -> io.BufferedReader:
    """A whole file."""
    return window(path.open("rb", buffering=0), 0, path.stat().st_size)


def open_member(path: Path, name: str, limits: ZipLimits = GUARDS.zip) -> io.BufferedReader:
    """A member of a zip file: in its place where it is stored, else unpacked to an unnamed temporary file.

    Raises SourceError where the member's place is wrong.
    """
    with opened(path, limits) as archive:
        info = archive.getinfo(name)
        if info.compress_type != zipfile.ZIP_STORED:
            return _unpacked(archive, info)
    file = path.open("rb", buffering=0)
    start = member_start(file, info)
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


def member_start(file: io.FileIO, info: zipfile.ZipInfo) -> int | None:
    """Where a member's data begins, behind its local header; None where there is no such header, or of another name.

    Programs differ in which of the two names they go by, the one here or that of the directory.
    """
    file.seek(info.header_offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        return None
    _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    name = file.read(name_length).decode("utf-8" if info.flag_bits & UTF_8 else "cp437", "replace")
    return (
        info.header_offset + _LOCAL_HEADER.size + int(name_length) + int(extra_length)
        if name == info.orig_filename
        else None
    )


def _weights_problem(archive: zipfile.ZipFile, name: str, counts: Mapping[str, int], limits: ZipLimits) -> str:
    """Why the weights of a zip file cannot be read, or ""."""
    if counts[name] > 1:
        return f"the zip file holds {name} {counts[name]} times"
    if not counts[name]:
        return f"{WEIGHTS_IN_NPZ} is not read" if WEIGHTS_IN_NPZ in counts else f"no {name} in the zip file"
    info = archive.getinfo(name)
    if info.flag_bits & ENCRYPTED:
        return f"{name} is encrypted"
    if info.compress_type not in METHODS:
        return f"{name} is compressed by method {info.compress_type}, which Keras never uses"
    if info.file_size > limits.weights_bytes and expands(info, limits):
        needed = f"{name} unpacks from {info.compress_size:,} to {info.file_size:,} bytes"
        return f"{needed} ({raise_to(info.file_size)[:-1]})"
    return ""


def expands(info: zipfile.ZipInfo, limits: ZipLimits) -> bool:
    """Whether a member becomes more times larger than it is stored than any that Keras writes."""
    return info.file_size > limits.expansion * max(1, info.compress_size)


def _member(path: Path, archive: zipfile.ZipFile, name: str, limits: Guards) -> bytes:
    """All of a member that holds JSON; raises SourceError where it is none, or far too large."""
    info = archive.getinfo(name)
    if info.flag_bits & ENCRYPTED:
        raise SourceError(
            f"{path}: {name} is encrypted", "Keras encrypts nothing: unpack the zip file with its password."
        )
    if info.compress_type not in METHODS:
        raise SourceError(f"{path}: {name} is compressed by method {info.compress_type}, which Keras never uses")
    bomb = info.file_size > limits.zip.free_bytes and expands(info, limits.zip)
    if info.file_size > limits.json.text_bytes or bomb:
        raise SourceError(
            f"{path}: {name} unpacks from {info.compress_size:,} to {info.file_size:,} bytes, more than any config",
            raise_to(info.file_size),
        )
    return archive.read(name)


def read_bytes(path: Path, limits: JsonLimits = GUARDS.json) -> bytes:
    """All of a file that holds JSON; raises SourceError where it cannot be read or is far too large."""
    try:
        size = path.stat().st_size
        if size > limits.text_bytes:
            raise SourceError(f"{path}: {size:,} bytes are far more than a model needs", raise_to(size))
        if not path.is_file():
            raise SourceError(f"{path}: not a regular file")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error


def _some(names: list[str], limit: int = 5) -> str:
    shown = ", ".join(names[:limit]) or "nothing"
    return f"{shown}, and {len(names) - limit} more" if len(names) > limit else shown
