"""What a look at every member of a .keras file or folder shows, beyond what reading the model needs.

Members are read, never unpacked to disk under their names; what they hold is told by name and first bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple, cast

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
    opened_in,
    read_bytes,
)
from netviz.readers.guards import Guards
from netviz.readers.json_text import examine_json
from netviz.readers.pickled import is_pickle

KNOWN = {CONFIG, METADATA, WEIGHTS, WEIGHTS_IN_NPZ, WEIGHTS_OF_2_11}
"""The members that Keras writes."""

ASSETS = "assets"
"""The folder of the files that layers save beside their weights, such as vocabularies."""

HEAD = 64 << 10
"""Bytes of a member that tell what it is."""

HEADER = 512
"""Bytes of an .npy file that tell its dtype."""

PIECE = 1 << 20
"""Bytes read at a time where all of a member is."""

SUFFIXES = {
    "member-executable": (".py", ".pyc", ".pyd", ".so", ".dll", ".dylib", ".exe", ".sh", ".bat", ".ps1", ".js", ".jar"),
    "pickle-member": (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".dill", ".cloudpickle", ".mar"),
}
"""What the suffix of a name says is inside, by the code of the note."""

MAGIC = (b"\x7fELF", b"#!/", b"#! /", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
"""How programs of Linux, macOS and Java begin, and scripts."""

PE_OFFSET = 0x3C
"""Where a program of Windows, which begins with MZ, says where its own header is; other files may begin so, too."""

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
    unpacked, most = 0, max(limits.zip.total_bytes, limits.zip.expansion * path.stat().st_size)
    try:
        with opened(path, limits.zip) as archive, path.open("rb", buffering=0) as raw:
            for info in archive.infolist():
                if info.filename.endswith("/") and not info.file_size:
                    continue
                if info.compress_type == zipfile.ZIP_DEFLATED and not _is_bomb(info, limits):
                    unpacked += info.file_size
                if unpacked > most:
                    message = f"The zip file unpacks to over {most:,} bytes; {info.filename} and what follows was not."
                    yield Note("danger", "zip-bomb", "", message)
                    break
                yield from _member(path, archive, info, limits, member_start(raw, info) is not None)
            if archive.namelist().count(CONFIG) == 1:
                yield from examine_json(CONFIG, archive.read(CONFIG))
    except (*ZIP_ERRORS, SourceError) as error:
        yield _not_examined("The rest of the zip file", str(error))


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
        yield _not_examined(name, f"it {how}, which Keras never does")
        return
    if _is_bomb(info, limits):
        message = f"{name} unpacks from {info.compress_size:,} to {info.file_size:,} bytes; it was not unpacked."
        yield Note("danger", "zip-bomb", "", message)
        return
    head = b""
    try:
        with archive.open(info) as file:
            head = file.read(HEAD)
            while file.read(PIECE):
                pass
    except ZIP_ERRORS as error:
        yield Note("warning", "checksum-wrong", "", f"{name} is damaged: {error}.")
        yield from _kind(Member(name, head))
        return
    yield from _contents(Member(name, head), partial(open_member, path, name, limits.zip), limits)


def examine_folder(folder: Path, limits: Guards) -> Iterator[Note]:
    """What is wrong with the files of an unzipped .keras folder; links are not followed."""
    left_out: list[str] = []
    for entry in files_in(folder, limits.folder, left_out):
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
            yield _not_examined(f"{name} in the folder", error.strerror or str(error))
            continue
        yield from _contents(Member(name, head), partial(open_file, file), limits)
    if left_out:
        inside = Path(left_out[0]).relative_to(folder).as_posix()
        reason = f"it cannot be listed, or the folder holds over {limits.folder.files:,} files"
        yield _not_examined(f"What is in {'the folder' if inside == '.' else inside}", reason)
    with_config = folder / CONFIG
    if not leads_out(folder, with_config):
        yield from examine_json(CONFIG, read_bytes(with_config, limits.json))


def _contents(member: Member, open_: Callable[[], io.BufferedReader], limits: Guards) -> Iterator[Note]:
    """What a member is that it should not be, and object arrays in those that numpy would load."""
    yield from _kind(member, _is_pe(member.head, open_))
    suffix = PurePosixPath(member.name).suffix.lower()
    if suffix == ".npy" or member.head.startswith(b"\x93NUMPY"):
        yield from _objects(member.name, [member.head])
    elif suffix == ".npz":
        try:
            with open_() as file:
                yield from _objects(member.name, _headers(file, member.name, limits))
        except (*ZIP_ERRORS, SourceError) as error:
            yield _not_examined(member.name, str(error))


def _kind(member: Member, is_program: bool = False) -> Iterator[Note]:
    """A note where a member is what it should not be."""
    code = kind_of(member)
    if is_program and code in ("", "member-unexpected"):
        code = "member-executable"
    if code:
        severity, says = SAYS[code]
        yield Note(severity, code, "", f"{member.name} {says}.")


def _is_bomb(info: zipfile.ZipInfo, limits: Guards) -> bool:
    """Whether a member unpacks to far more than its stored form; weights may be zeros, and small when compressed."""
    weights = info.filename in (WEIGHTS, WEIGHTS_OF_2_11)
    return info.file_size > (limits.zip.weights_bytes if weights else limits.zip.free_bytes) and expands(
        info, limits.zip
    )


def _headers(file: io.BufferedReader, name: str, limits: Guards) -> Iterator[bytes]:
    """The first bytes of each array in an .npz file; raises SourceError where it has some that cannot be read."""
    with opened_in(cast("io.RawIOBase", file.raw), name, limits.zip) as arrays:
        infos = arrays.infolist()
        if len(infos) > limits.folder.files:
            raise SourceError(f"it holds {len(infos):,} arrays")
        for info in infos:
            if info.compress_type not in METHODS or info.flag_bits & ENCRYPTED:
                raise SourceError(f"{info.filename} in it is encrypted or compressed by an unknown method")
            with arrays.open(info) as array:
                yield array.read(HEADER)


def _is_pe(head: bytes, open_: Callable[[], io.BufferedReader]) -> bool:
    """Whether a file is a program of Windows: the header that it names is there."""
    if not head.startswith(b"MZ"):
        return False
    place = int.from_bytes(head[PE_OFFSET : PE_OFFSET + 4], "little")
    if place + 4 <= len(head):
        return head[place : place + 4] == b"PE\0\0"
    with suppress(*ZIP_ERRORS, SourceError), open_() as file:
        file.seek(place)
        return file.read(4) == b"PE\0\0"
    return False


def _not_examined(what: str, why: str) -> Note:
    """What was not looked at must not look clean."""
    return Note("danger", "not-examined", "", f"{what} was not looked at, so nothing is known of it: {why}.")


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
    if not code and member.head.startswith(MAGIC):
        code = "member-executable"
    if not code and is_pickle(member.head):
        code = "pickle-member"
    expected = member.name in KNOWN or name.parts[:1] == (ASSETS,)
    return code or ("" if expected else "member-unexpected")
