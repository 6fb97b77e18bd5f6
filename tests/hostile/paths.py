"""Cases of HOSTILE.md: paths and containers."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import h5py

from tests.hostile.case import Case, by_name
from tests.hostile.small import keras, legacy, members, put, sequential, weights, zipped

LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
HTML = "<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not found</body></html>\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(50)


def file(name: str, data: Callable[[], bytes | str]) -> Callable[[Path], Path]:
    return lambda folder: put(folder, name, data())


def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "m.keras")
    return folder / "m.keras"


def folder_without_model(folder: Path) -> Path:
    put(folder, "notes.txt", "no model")
    put(folder, "other.keras", keras())
    return folder


def missing(folder: Path) -> Path:
    put(folder, "model.keras", keras())
    return folder / "modle.keras"


def folder_with(name: str, target: Callable[[Path], object]) -> Callable[[Path], Path]:
    """An unzipped .keras folder in which one member is something else."""

    def make(folder: Path) -> Path:
        inner = folder / "m"
        inner.mkdir()
        for member, content in members().items():
            put(inner, member, content)
        (inner / name).unlink(missing_ok=True)
        target(inner / name)
        return inner

    return make


def with_hdf5_at(place: int, name: str, hdf5: Callable[[], bytes]) -> Callable[[], bytes]:
    """A .keras file in which the data of one member begins at a place where libhdf5 looks for HDF5 data."""

    def data() -> bytes:
        before = 30 + len("assets/pad.txt") + 30 + len(name)  # the headers where the two members stand
        contents: dict[str, bytes | str] = {"assets/pad.txt": " " * (place - before), name: hdf5()}
        made = zipped({**contents, **{key: value for key, value in members().items() if key != name}})
        with h5py.File(io.BytesIO(made)) as file:
            assert file.userblock_size == place
        return made

    return data


def json_with_hdf5() -> bytes:
    """A config in UTF-16 with the bytes in a text of it by which libhdf5 finds HDF5 data."""
    data = json.dumps({**sequential(), "x": "@" * 1024}).encode("utf-16-le")
    return data[:2048] + b"\x89HDF\r\n\x1a\n" + data[2056:]


def far_down(folder: Path) -> Path:
    for _ in range(15):
        folder = folder / ("d" * 250)
    folder.mkdir(parents=True)
    return put(folder, "m" * 200 + ".keras", keras())


CASES = by_name(
    Case("paths-empty-file", file("m.keras", lambda: b""), "E", ("empty",)),
    Case("paths-fifo", fifo, "E", ("not a regular file",)),
    Case("paths-folder-without-model", folder_without_model, "E", ("holds no model",)),
    Case("paths-missing-with-near-names", missing, "E", ("no such file",)),
    Case("paths-png-as-keras", file("m.keras", lambda: PNG), "E", ("PNG",)),
    Case("paths-cut-by-10", file("m.keras", lambda: keras()[:-10]), "E", ("cut off",)),
    Case("paths-cut-to-40", file("m.keras", lambda: keras()[:40]), "E", ("cut off",)),
    Case("paths-script-before", file("m.keras", lambda: b"#!/bin/sh\n" + keras()), "W", codes=("file-prefixed",)),
    Case("paths-h5-as-keras", file("m.keras", legacy), "W", never=("two-formats", "suffix-misleads")),  # as Keras 2 did
    Case("paths-keras-as-h5", file("m.h5", keras), "W", codes=("suffix-misleads",), never=("two-formats",)),
    Case("paths-weights-as-keras", file("m.keras", weights), "W", codes=("suffix-misleads",)),
    Case("paths-h5-with-keras-behind", file("m.keras", lambda: legacy() + keras()), "W", codes=("two-formats",)),
    *(
        Case(
            f"paths-h5-at-{place}-in-keras",
            file("m.h5", with_hdf5_at(place, "assets/x.h5", legacy)),
            "W",
            codes=("two-formats",),
        )
        for place in (512, 1024, 65536)
    ),
    Case(
        "paths-weights-at-512",
        file("m.keras", with_hdf5_at(512, "model.weights.h5", weights)),
        "W",
        never=("two-formats",),
    ),
    Case(
        "paths-model-at-512",
        file("m.keras", with_hdf5_at(512, "model.weights.h5", legacy)),
        "W",
        codes=("two-formats",),
    ),
    Case("paths-h5-in-json", file("m.json", json_with_hdf5), "W", codes=("two-formats",)),
    Case("paths-git-lfs-pointer", file("m.keras", lambda: LFS), "E", ("Git LFS",)),
    Case("paths-html-as-h5", file("m.h5", lambda: HTML), "E", ("HTML",)),
    Case("paths-non-ascii", file("mödèl-模型-😀.keras", keras), "W"),
    Case("paths-very-long", far_down, "W"),
    Case("paths-too-long", lambda folder: folder / ("m" * 300 + ".keras"), "E", ("File name too long",)),
    Case("paths-null-in-name", lambda folder: folder / "m\0.keras", "E", ("no such file",)),
    Case(
        "paths-folder-member-links-out",
        folder_with("model.weights.h5", lambda path: path.symlink_to("/etc/passwd")),
        "W",
        codes=("member-outside", "weights-unreadable"),
    ),
    Case(
        "paths-folder-config-links-out",
        folder_with("config.json", lambda path: path.symlink_to("/etc/passwd")),
        "E",
        ("config.json", "link"),
    ),
    Case("paths-folder-config-is-fifo", folder_with("config.json", os.mkfifo), "E", ("no model",)),
    Case(
        "paths-folder-weights-are-fifo", folder_with("model.weights.h5", os.mkfifo), "W", codes=("weights-unreadable",)
    ),
    Case(
        "paths-folder-asset-links-out",
        folder_with("assets", lambda path: path.symlink_to("/etc")),
        "W",
        codes=("member-outside",),
    ),
    Case(
        "paths-folder-holds-a-script",
        folder_with("setup.py", lambda path: put(path.parent, path.name, "import os")),
        "W",
        codes=("member-executable",),
    ),
)
