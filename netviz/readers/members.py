"""What a look at every member of a .keras file or folder shows, beyond what reading the model needs.

Members are read, never unpacked to disk under their names; what they hold is told by name and first bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from netviz.errors import SourceError
from netviz.model import Note, Severity
from netviz.readers.archive import (
    CONFIG,
    ENCRYPTED,
    METADATA,
    METHODS,
    WEIGHTS,
    WEIGHTS_IN_NPZ,
    WEIGHTS_OF_2_11,
    ZIP_ERRORS,
    expands,
    files_in,
    leads_out,
    member_start,
    open_file,
    open_member,
    opened,
    read_bytes,
)
from netviz.readers.guards import Guards
from netviz.readers.json_text import examine_json

KNOWN = {CONFIG, METADATA, WEIGHTS, WEIGHTS_IN_NPZ, WEIGHTS_OF_2_11}
"""The members that Keras writes."""

ASSETS = "assets"
"""The folder of the files that layers save beside their weights, such as vocabularies."""

HEAD = 512
"""Bytes of a member that tell what it is."""

PIECE = 1 << 20
"""Bytes read at a time where all of a member is."""

SUFFIXES = {
    "member-executable": (".py", ".pyc", ".pyd", ".so", ".dll", ".dylib", ".exe", ".sh", ".bat", ".ps1", ".js", ".jar"),
    "pickle-member": (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".dill", ".cloudpickle", ".mar"),
}
"""What the suffix of a name says is inside, by the code of the note."""

MAGIC = {
    b"\x7fELF": "member-executable", b"MZ": "member-executable", b"#!": "member-executable",
    b"\xcf\xfa\xed\xfe": "member-executable", b"\xce\xfa\xed\xfe": "member-executable",
    b"\xca\xfe\xba\xbe": "member-executable",
}  # fmt: skip
"""What the first bytes say: programs of Linux, Windows, macOS and Java, and scripts."""

PICKLE = re.compile(rb"\x80[\x02-\x05](\x95.{8})?[\x00-\xff]", re.DOTALL)
"""How pickles of protocol 2 and later begin: with the protocol, and the frame of protocol 4."""

PICKLE_OPS = (b"\x93", b"c", b"\x8c", b"}", b"]", b"(", b"X", b"q")
"""What follows in a pickle of an object, a dict, a list, a tuple or a text; other files may begin with \\x80, too."""

OBJECTS = re.compile(rb"descr'?\"?\s*:.*?['\"]\|?O\d?['\"]", re.DOTALL)
"""A dtype of objects in the header of an .npy file: numpy unpickles these."""

SAYS: Mapping[str, tuple[Severity, str]] = {
    "member-executable": ("danger", "is a program, which no model needs"),
    "pickle-member": ("danger", "is a pickle, which runs code of its writer's choice when it is loaded"),
    "member-unexpected": ("warning", "is no member that Keras writes"),
}  # fmt: skip


class Member(NamedTuple):
    """A file in a container: its name and first bytes."""

    name: str
    head: bytes


def examine_zip(path: Path, limits: Guards) -> Iterator[Note]:
    """What is wrong with the members of a .keras zip file; what cannot be read at all goes to a note."""
    try:
        with opened(path, limits.zip) as archive, path.open("rb", buffering=0) as raw:
            for info in archive.infolist():
                if info.filename.endswith("/") and not info.file_size:
                    continue
                yield from _member(path, archive, info, limits, member_start(raw, info) is not None)
            if archive.namelist().count(CONFIG) == 1:
                yield from examine_json(CONFIG, archive.read(CONFIG))
    except (*ZIP_ERRORS, SourceError) as error:
        yield Note("warning", "checksum-wrong", "", f"Not all of the zip file can be read: {error}.")


def _member(
    path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Guards, in_place: bool
) -> Iterator[Note]:
    name = info.filename
    if not in_place:
        message = (
            f"{name} is called otherwise where it stands in the zip file; programs differ in which name they take."
        )
        yield Note("danger", "member-names-differ", "", message)
    if info.flag_bits & ENCRYPTED or info.compress_type not in METHODS:
        how = "is encrypted" if info.flag_bits & ENCRYPTED else f"is compressed by method {info.compress_type}"
        yield Note("warning", "member-unreadable", "", f"{name} {how}, which Keras never does; it was not looked at.")
        return
    if info.file_size > limits.zip.free_bytes and expands(info, limits.zip):
        message = f"{name} unpacks from {info.compress_size:,} to {info.file_size:,} bytes; it was not unpacked."
        yield Note("danger", "zip-bomb", "", message)
        return
    try:
        with archive.open(info) as file:
            head = file.read(HEAD)
            while file.read(PIECE):
                pass
    except ZIP_ERRORS as error:
        yield Note("warning", "checksum-wrong", "", f"{name} is damaged: {error}.")
        return
    yield from _contents(Member(name, head), partial(open_member, path, name, limits.zip), limits)


def examine_folder(folder: Path, limits: Guards) -> Iterator[Note]:
    """What is wrong with the files of an unzipped .keras folder; links are not followed."""
    count = 0
    for entry in files_in(folder, limits.folder):
        count += 1
        name = Path(entry.path).relative_to(folder).as_posix()
        file = Path(entry.path)
        if entry.is_symlink():
            if leads_out(folder, file) and name not in KNOWN:
                yield Note("danger", "member-outside", "", f"{name} in the folder is a link out of it.")
            continue
        try:
            with file.open("rb") as opened_file:
                head = opened_file.read(HEAD)
        except OSError as error:
            message = f"{name} in the folder cannot be read: {error.strerror}."
            yield Note("warning", "member-unreadable", "", message)
            continue
        yield from _contents(Member(name, head), partial(open_file, file), limits)
    if count >= limits.folder.files:
        yield Note(
            "warning", "folder-large", "", f"Of the files in the folder {count:,} were looked at; there are more."
        )
    with_config = folder / CONFIG
    if not leads_out(folder, with_config):
        yield from examine_json(CONFIG, read_bytes(with_config, limits.json))


def _contents(member: Member, open_: Callable[[], io.BufferedReader], limits: Guards) -> Iterator[Note]:
    """What a member is that it should not be, and object arrays in those that numpy would load."""
    code = kind_of(member)
    if code:
        severity, says = SAYS[code]
        yield Note(severity, code, "", f"{member.name} {says}.")
    suffix = PurePosixPath(member.name).suffix.lower()
    if suffix == ".npy" or member.head.startswith(b"\x93NUMPY"):
        yield from _objects(member.name, [member.head])
    elif suffix == ".npz":
        try:
            with open_() as file:
                yield from _objects(member.name, _headers(file, limits))
        except (*ZIP_ERRORS, SourceError) as error:
            yield Note("warning", "member-unreadable", "", f"{member.name} cannot be read: {error}.")


def _headers(file: io.BufferedReader, limits: Guards) -> Iterator[bytes]:
    """The first bytes of each array in an .npz file."""
    with zipfile.ZipFile(file) as arrays:
        for info in arrays.infolist()[: limits.folder.files]:
            if info.compress_type in METHODS and not info.flag_bits & ENCRYPTED:
                with arrays.open(info) as array:
                    yield array.read(HEAD)


def _objects(name: str, headers: Iterable[bytes]) -> Iterator[Note]:
    if any(OBJECTS.search(head.partition(b"}")[0]) for head in headers if head.startswith(b"\x93NUMPY")):
        message = (
            f"{name} holds arrays of objects, which are pickles: they run code of their writer's choice when loaded."
        )
        yield Note("danger", "pickle-member", "", message)


def kind_of(member: Member) -> str:
    """The code of what a member is that no .keras file should hold; "" for what Keras writes."""
    name = PurePosixPath(member.name)
    code = next((code for code, suffixes in SUFFIXES.items() if name.suffix.lower() in suffixes), "")
    code = code or next((code for magic, code in MAGIC.items() if member.head.startswith(magic)), "")
    if not code and PICKLE.match(member.head) and any(op in member.head[2:16] for op in PICKLE_OPS):
        code = "pickle-member"
    expected = member.name in KNOWN or name.parts[:1] == (ASSETS,)
    return code or ("" if expected else "member-unexpected")
