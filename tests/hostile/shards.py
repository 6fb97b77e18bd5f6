"""Cases of HOSTILE.md: weights over several files."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.hostile.case import Case, by_name
from tests.hostile.small import put


def shard(group: str = "layers/dense/vars") -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file[f"{group}/0"] = np.zeros((4, 3), "float32")
    return buffer.getvalue()


def mapped(folder: Path, weight_map: Any) -> Path:
    put(folder, "m_00000.weights.h5", shard())
    put(folder, "m_00001.weights.h5", shard("layers/dense_1/vars"))
    return put(folder, "m.weights.json", json.dumps({"metadata": {"total_size": 96}, "weight_map": weight_map}))


def to(name: str, alone: bool = False):  # type: ignore[no-untyped-def]
    """A map that names this file, and a good one where it is not alone."""
    good = {} if alone else {"/layers/dense/vars": "m_00000.weights.h5"}
    return lambda folder: mapped(folder, {**good, "/layers/dense_1/vars": name})


def to_fifo(folder: Path) -> Path:
    os.mkfifo(folder / "m_00002.weights.h5")
    return mapped(folder, {"/layers/dense/vars": ["m_00000.weights.h5", "m_00002.weights.h5"]})


def to_link(folder: Path) -> Path:
    (folder / "m_00002.weights.h5").symlink_to("/etc/passwd")
    return mapped(folder, {"/layers/dense/vars": ["m_00000.weights.h5", "m_00002.weights.h5"]})


CASES = by_name(
    Case("shards-good", to("m_00001.weights.h5"), "W"),
    Case("shards-elsewhere", to("../../etc/x", alone=True), "E", ("../../etc/x",)),
    Case("shards-elsewhere-beside-good", to("../../etc/x"), "E or W", codes=("shard-outside",)),
    Case("shards-absolute", to("/etc/passwd"), "E or W", codes=("shard-outside",)),
    Case("shards-backslash", to("..\\x"), "E or W", codes=("shard-outside",)),
    Case("shards-missing", to("m_00009.weights.h5"), "W", codes=("shard-unreadable", "weights-missing")),
    Case("shards-fifo", to_fifo, "W", codes=("shard-unreadable",)),
    Case("shards-link-out", to_link, "W", codes=("shard-outside",)),
    Case("shards-map-is-a-list", lambda folder: mapped(folder, [1]), "E", ("weight_map",)),
    Case(
        "shards-map-of-nonsense",
        lambda folder: mapped(folder, {"a": 1, "b": [None, {}], "": "m_00000.weights.h5"}),
        "W",
    ),
    Case(
        "shards-100000-names",
        lambda folder: mapped(folder, {f"g{number}": f"s{number}" for number in range(100_000)}),
        "E or W",
    ),
)
