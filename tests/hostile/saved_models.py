"""Cases of HOSTILE.md: SavedModels."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.conftest import FIXTURES
from tests.hostile.case import Case, by_name
from tests.hostile.small import put, sequential

MODULE, KERAS = FIXTURES / "savedmodel-module", FIXTURES / "savedmodel-keras-2.21"


def number(value: int) -> bytes:
    """A varint, by the definition: seven bits a byte, all but the last with the high bit set."""
    groups = [value >> shift & 127 for shift in range(0, max(1, value.bit_length()), 7)]
    return bytes([*(group | 128 for group in groups[:-1]), groups[-1]])


def field(place: int, contents: bytes | int) -> bytes:
    if isinstance(contents, int):
        return number(place << 3) + number(contents)
    return number(place << 3 | 2) + number(len(contents)) + contents


def saved(folder: Path, graph: bytes) -> Path:
    """A folder whose saved_model.pb holds a graph to serve."""
    inner = folder / "m"
    inner.mkdir()
    (inner / "saved_model.pb").write_bytes(field(1, 1) + field(2, field(1, field(4, b"serve")) + graph))
    return inner


def changed(original: Path, name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    """A copy of a SavedModel with one file changed."""

    def make(folder: Path) -> Path:
        shutil.copytree(original, folder / "m")
        file = folder / "m" / name
        file.write_bytes(change(file.read_bytes()))
        return folder / "m"

    return make


def nested(levels: int) -> bytes:
    value = b""
    for _ in range(levels):
        value = field(52, field(1, value))
    return value


def deep(folder: Path) -> Path:
    """A layer whose call takes tuples within tuples, 10,000 deep."""
    function = field(3, nested(10_000)) + field(4, nested(10_000))
    call = field(6, field(1, b"f"))
    user = field(4, field(1, b"_tf_keras_layer") + field(3, json.dumps({"class_name": "X", "name": "x"}).encode()))
    holder = field(1, field(1, 1) + field(2, b"__call__")) + user
    return saved(folder, field(7, field(1, holder) + field(1, call) + field(2, field(1, b"f") + field(2, function))))


def of_objects(count: int) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        return saved(folder, field(7, field(1, field(4, field(1, b"x"))) * count))

    return make


def with_operations(*names: str, function: bool = False) -> Callable[[Path], Path]:
    """A graph whose operations are of these kinds; in one of its functions, if so."""

    def make(folder: Path) -> Path:
        nodes = [field(1, f"n{place}".encode()) + field(2, name.encode()) for place, name in enumerate(names)]
        if function:
            graph = field(2, field(1, field(1, field(1, b"inner_7")) + b"".join(field(3, node) for node in nodes)))
        else:
            graph = b"".join(field(1, node) for node in nodes)
        return saved(folder, field(2, graph) + field(7, field(1, field(4, field(1, b"x")))))

    return make


def with_index(change: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    return changed(MODULE, "variables/variables.index", change)


def linked(name: str) -> Callable[[Path], Path]:
    """A SavedModel in which a file is a link out of it."""

    def make(folder: Path) -> Path:
        shutil.copytree(MODULE, folder / "m")
        (folder / "m" / name).unlink()
        (folder / "m" / name).symlink_to("/etc/passwd")
        return folder / "m"

    return make


def index_is_fifo(folder: Path) -> Path:
    shutil.copytree(MODULE, folder / "m")
    (folder / "m/variables/variables.index").unlink()
    os.mkfifo(folder / "m/variables/variables.index")
    return folder / "m"


def with_config(folder: Path) -> Path:
    """A SavedModel that is an unzipped .keras file as well."""
    shutil.copytree(MODULE, folder / "m")
    put(folder / "m", "config.json", json.dumps(sequential()))
    return folder / "m"


CASES = by_name(
    Case("saved-model-and-config", with_config, "W", codes=("two-formats",)),
    Case(
        "saved-model-truncated",
        changed(MODULE, "saved_model.pb", lambda data: data[: len(data) // 2]),
        "E",
        ("cut off",),
    ),
    Case(
        "saved-model-varint-overflow",
        changed(MODULE, "saved_model.pb", lambda data: b"\xff" * 11 + data),
        "E",
        ("damaged",),
    ),
    Case(
        "saved-model-field-of-exabytes",
        changed(MODULE, "saved_model.pb", lambda data: b"\x12" + number(2**60) + data),
        "E",
        ("damaged",),
    ),
    Case("saved-model-empty", changed(MODULE, "saved_model.pb", lambda data: b""), "E", ("empty", "no graph")[:0]),
    Case("saved-model-10000-nested", deep, "E or W"),
    Case("saved-model-objects", of_objects(1_000_000), "E or W", heavy=True),
    Case(
        "saved-model-empty-objects",
        lambda folder: saved(folder, field(7, field(1, b"") * 3_000_000)),
        "E or W",
        heavy=True,
    ),
    Case(
        "saved-model-60-mb-of-metadata",
        changed(
            KERAS, "keras_metadata.pb", lambda data: field(1, field(2, 0) + field(5, b'{"a":' + b"[]," * 9_000_000)) * 2
        ),
        "E or W",
        heavy=True,
    ),
    Case(
        "saved-model-bad-index",
        with_index(lambda data: data[:10] + bytes([data[10] ^ 255]) + data[11:]),
        "W",
        codes=("weights-unreadable",),
    ),
    Case("saved-model-cut-index", with_index(lambda data: data[:-20]), "W", codes=("weights-unreadable",)),
    Case("saved-model-empty-index", with_index(lambda data: b""), "W", codes=("weights-unreadable",)),
    Case("saved-model-index-is-fifo", index_is_fifo, "W", codes=("weights-unreadable",)),
    Case(
        "saved-model-index-links-out",
        linked("variables/variables.index"),
        "W",
        codes=("weights-unreadable", "member-outside"),
    ),
    Case(
        "saved-model-data-links-out", linked("variables/variables.data-00000-of-00001"), "W", codes=("member-outside",)
    ),
    Case("saved-model-pb-links-out", linked("saved_model.pb"), "E", ("link",)),
    Case(
        "saved-model-cut-data", changed(MODULE, "variables/variables.data-00000-of-00001", lambda data: data[:5]), "W"
    ),
    Case("saved-model-write-file", with_operations("WriteFile"), "W", codes=("graph-op",)),
    Case("saved-model-read-file-in-function", with_operations("ReadFile", function=True), "W", codes=("graph-op",)),
    Case("saved-model-py-func", with_operations("MatMul", "PyFunc", function=True), "W", codes=("graph-op",)),
    Case(
        "saved-model-3000000-nodes",
        lambda folder: saved(folder, field(2, field(1, b"") * 3_000_000)),
        "W",
        codes=("not-examined",),
        heavy=True,
    ),
    Case("saved-model-bad-graph", lambda folder: saved(folder, field(2, b"\xff" * 30)), "W", codes=("not-examined",)),
    Case(
        "saved-model-metadata-damaged",
        changed(KERAS, "keras_metadata.pb", lambda data: data[: len(data) // 2]),
        "W",
        codes=("not-examined",),
    ),
    Case(
        "saved-model-metadata-of-a-layer-damaged",
        changed(KERAS, "keras_metadata.pb", lambda data: data.replace(b'"class_name":', b'"class_name"?', 1)),
        "W",
        codes=("not-examined",),
    ),
)
