"""Cases of HOSTILE.md: zip files."""

from __future__ import annotations

import io
import pickle
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.hostile.case import Case, by_name
from tests.hostile.small import keras, members, put, weights, zipped

CENTRAL, LOCAL, END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"


def zip_case(
    name: str,
    data: Callable[[], bytes],
    outcome: str,
    says: tuple[str, ...] = (),
    codes: tuple[str, ...] = (),
    heavy: bool = False,
) -> Case:
    return Case(f"zip-{name}", lambda folder: put(folder, "m.keras", data()), outcome, says, codes, heavy=heavy)


def twice(name: str) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")
        for member, content in members().items():
            archive.writestr(member, content)
        archive.writestr(name, members()[name])
    return buffer.getvalue()


def patched(data: bytes, member: str, central: Callable[[bytearray, int], None], local: bool = True) -> bytes:
    """A zip file with the entry of a member changed in the directory, and where it stands as well."""
    changed = bytearray(data)
    place = changed.find(CENTRAL)
    while changed[place + 46 : place + 46 + len(member)] != member.encode():
        assert place >= 0
        place = changed.find(CENTRAL, place + 4)
    central(changed, place + 8)  # from the flags on both headers are alike
    if local:
        central(changed, int.from_bytes(changed[place + 42 : place + 46], "little") + 6)
    return bytes(changed)


def field(offset: int, form: str, value: int) -> Callable[[bytearray, int], None]:
    """Sets a field at an offset behind the flags: 0 flags, 2 method, 8 CRC, 12 size stored, 16 size."""
    return lambda data, place: struct.pack_into(form, data, place + offset, value)


def directory_of_10() -> bytes:
    data = bytearray(keras())
    struct.pack_into("<I", data, data.rfind(END) + 12, 10)
    return bytes(data)


def many_entries() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members().items():
            archive.writestr(name, content)
    data = buffer.getvalue()
    # by hand, for zipfile takes a minute
    end = data.rfind(END)
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    entries = [
        struct.pack("<4s6H3I5H2I", CENTRAL, 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, start) + name
        for name in (f"assets/{number:06}".encode() for number in range(300_000))
    ]
    directory = data[start:end] + b"".join(entries)
    body = data[:start] + LOCAL + bytes(26)
    place = len(body)
    count = 300_003
    end_64 = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), place)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, place + len(directory), 1)
    last = struct.pack("<4s4H2IH", END, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return body + directory + end_64 + locator + last


def with_member(name: str, content: bytes = b"x") -> bytes:
    """A zip file with one more member of that name, which zipfile would clean."""
    data = zipped({**members(), "@" * len(name.encode()): content})
    return data.replace(b"@" * len(name.encode()), name.encode())


def with_link(name: str) -> bytes:
    buffer = io.BytesIO(keras())
    with zipfile.ZipFile(buffer, "a") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def overlapping() -> bytes:
    """The weights begin inside config.json: their entry in the directory names its header."""
    data = bytearray(keras())
    config = data.find(LOCAL, data.find(LOCAL) + 4)
    entry = data.find(CENTRAL)
    while data[entry + 46 : entry + 62] != b"model.weights.h5":
        entry = data.find(CENTRAL, entry + 4)
    struct.pack_into("<I", data, entry + 42, config)
    return bytes(data)


def deflated(contents: dict[str, bytes | str], name: str) -> bytes:
    """A zip file in which one member is deflated."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member, content in contents.items():
            method = zipfile.ZIP_DEFLATED if member == name else zipfile.ZIP_STORED
            archive.writestr(member, content, method)
    return buffer.getvalue()


def of_spaces(name: str, mib: int) -> bytes:
    """A zip file with a member of as many MiB of spaces, deflated piece by piece."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member, content in members().items():
            if member != name:
                archive.writestr(member, content)
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(info, "w") as opened:
            for _ in range(mib):
                opened.write(b" " * (1 << 20))
    return buffer.getvalue()


def lying_about_size() -> bytes:
    """20 MiB of spaces that both headers call 100 bytes."""
    return patched(of_spaces("config.json", 20), "config.json", field(16, "<I", 100))


def npy(array: object) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array(array, dtype=object if isinstance(array, list) else None), allow_pickle=True)
    return buffer.getvalue()


def npz(array: object) -> bytes:
    return zipped({"0.npy": npy(array)})


def many_of_a_mib() -> bytes:
    """1,500 members of 1 MiB each, none of which is deflated more than others may be."""
    return zipped({**members(), **{f"assets/{number}": bytes(1 << 20) for number in range(1500)}}, zipfile.ZIP_DEFLATED)


def npz_with_large_directory() -> bytes:
    """An .npz file whose directory takes 8 MiB."""
    directory = b"".join(
        struct.pack("<4s6H3I5H2I", CENTRAL, 20, 20, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0) + b"%08d" % number
        for number in range(150_000)
    )
    end = struct.pack("<4s4H2IH", END, 0, 0, 0xFFFE, 0xFFFE, len(directory), 0, 0)
    return zipped({**members(), "assets/x.npz": directory + end})


def windows(place: int = 0x80) -> bytes:
    """The beginning of a program of Windows."""
    return b"MZ" + bytes(0x3A) + struct.pack("<I", place) + bytes(place - 0x40) + b"PE\0\0" + bytes(100)


CASES = by_name(
    zip_case("no-config", lambda: zipped({"model.weights.h5": weights()}), "E", ("no config.json",)),
    zip_case("no-weights", lambda: keras(weights=None), "W", codes=("weights-unreadable",)),
    zip_case("two-configs", lambda: twice("config.json"), "E", ("2 times",)),
    zip_case("two-weights", lambda: twice("model.weights.h5"), "W", codes=("weights-unreadable", "member-twice")),
    zip_case("300-mb-of-spaces", lambda: of_spaces("config.json", 300), "E", ("config.json", "unpacks"), heavy=True),
    zip_case("directory-of-10-bytes", directory_of_10, "E", ("damaged",)),
    zip_case("encrypted-config", lambda: patched(keras(), "config.json", field(0, "<H", 1)), "E", ("encrypted",)),
    zip_case(
        "encrypted-weights",
        lambda: patched(keras(), "model.weights.h5", field(0, "<H", 1)),
        "W",
        codes=("weights-unreadable", "not-examined"),
    ),
    zip_case("method-99", lambda: patched(keras(), "config.json", field(2, "<H", 99)), "E", ("method 99",)),
    zip_case(
        "method-99-weights",
        lambda: patched(keras(), "model.weights.h5", field(2, "<H", 99)),
        "W",
        codes=("weights-unreadable", "not-examined"),
    ),
    zip_case("wrong-crc", lambda: patched(keras(), "config.json", field(8, "<I", 1)), "E", ("CRC",)),
    zip_case(
        "wrong-crc-of-weights",
        lambda: patched(keras(), "model.weights.h5", field(8, "<I", 1)),
        "W",
        codes=("checksum-wrong",),
    ),
    zip_case("300000-entries", many_entries, "E", ("directory",), heavy=True),
    zip_case("member-dot-dot", lambda: with_member("../../x"), "W", codes=("member-outside",)),
    zip_case("member-absolute", lambda: with_member("/etc/x"), "W", codes=("member-outside",)),
    zip_case("member-backslashes", lambda: with_member("a\\..\\b"), "W", codes=("member-outside",)),
    zip_case("member-drive", lambda: with_member("C:\\x"), "W", codes=("member-outside",)),
    zip_case("member-symlink", lambda: with_link("assets/vocabulary.txt"), "W", codes=("member-outside",)),
    zip_case("overlapping-members", overlapping, "E", ("overlap",)),
    zip_case(
        "names-differ",
        lambda: keras().replace(b"model.weights.h5", b"model.weights.hX", 1),
        "W",
        codes=("weights-unreadable", "member-names-differ"),
    ),
    zip_case("config-names-differ", lambda: keras().replace(b"config.json", b"confiX.json", 1), "E", ("damaged",)),
    zip_case("deflated-weights", lambda: zipped(method=zipfile.ZIP_DEFLATED), "W"),
    zip_case(
        "deflated-weights-bomb",
        lambda: of_spaces("model.weights.h5", 300),
        "W",
        codes=("weights-unreadable",),
        heavy=True,
    ),
    zip_case(
        "bomb-in-assets", lambda: of_spaces("assets/layers/x/vocabulary.txt", 300), "W", codes=("zip-bomb",), heavy=True
    ),
    zip_case("1500-members-of-1-mib", many_of_a_mib, "W", codes=("zip-bomb",), heavy=True),
    zip_case("npz-with-a-directory-of-8-mib", npz_with_large_directory, "W", codes=("not-examined",)),
    zip_case(
        "npz-encrypted",
        lambda: zipped({**members(), "assets/x.npz": patched(npz(3.0), "0.npy", field(0, "<H", 1))}),
        "W",
        codes=("not-examined",),
    ),
    zip_case(
        "program-of-windows",
        lambda: zipped({**members(), "assets/a.txt": windows(100_000)}, zipfile.ZIP_DEFLATED),
        "W",
        codes=("member-executable",),
    ),
    zip_case(
        "pickle-of-protocol-0",
        lambda: zipped({**members(), "assets/a.txt": pickle.dumps(Path("x"), 0)}),
        "W",
        codes=("pickle-member",),
    ),
    zip_case("size-is-a-lie", lying_about_size, "E", ("config.json",)),
    zip_case(
        "python-beside", lambda: zipped({**members(), "model.py": "import os"}), "W", codes=("member-executable",)
    ),
    zip_case(
        "program-in-assets",
        lambda: zipped({**members(), "assets/vocabulary.txt": b"\x7fELF\x02\x01\x01"}),
        "W",
        codes=("member-executable",),
    ),
    zip_case(
        "pickle-beside",
        lambda: zipped({**members(), "assets/x.bin": pickle.dumps({"a": Path})}),
        "W",
        codes=("pickle-member",),
    ),
    zip_case("pickle-suffix", lambda: zipped({**members(), "x.pkl": b"x"}), "W", codes=("pickle-member",)),
    zip_case(
        "npz-of-objects",
        lambda: zipped({**members(weights=None), "model.weights.npz": npz([{}, []])}),
        "W",
        codes=("pickle-member", "weights-unreadable"),
    ),
    zip_case(
        "npz-of-numbers",
        lambda: zipped({**members(weights=None), "model.weights.npz": npz(3.0)}),
        "W",
        codes=("weights-unreadable",),
    ),
    zip_case(
        "npy-of-objects", lambda: zipped({**members(), "assets/x.npy": npy([{}, []])}), "W", codes=("pickle-member",)
    ),
    zip_case(
        "member-unexpected", lambda: zipped({**members(), "readme.txt": "hello"}), "W", codes=("member-unexpected",)
    ),
)
