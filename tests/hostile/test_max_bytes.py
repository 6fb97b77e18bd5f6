"""Limits to what a file may ask for can be raised, and each says how far."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import netviz
from netviz.cli import cli
from netviz.errors import SourceError
from netviz.readers.guards import GUARDS, guards
from netviz.readers.savedmodel.table import FOOTER
from tests.hostile import hdf5s, saved_models
from tests.hostile.small import keras, legacy, members, put, sequential, zipped

HINT = re.compile(r"--max-bytes (\d+) \(max_bytes=(\d+)\)")

PADDED = json.dumps(sequential()) + " " * 8_000_000


def deflated_config(folder: Path) -> Path:
    data = zipped({**members(), "config.json": PADDED}, zipfile.ZIP_DEFLATED)
    return put(folder, "m.keras", data)


def many_settings(folder: Path) -> Path:
    config = json.dumps(sequential())[:-1] + ', "x": [' + "[]," * 2_600_000 + "[]]}"
    return put(folder, "m.keras", zipped({**members(), "config.json": config}))


def many_members(folder: Path) -> Path:
    contents = {**members(), **{f"assets/{number:0>200}": b"" for number in range(20_000)}}
    return put(folder, "m.keras", zipped(contents))


REFUSED: dict[str, Callable[[Path], Path]] = {
    "deflated config": deflated_config,
    "memory": many_settings,
    "directory": many_members,
    "attribute": lambda folder: put(folder, "m.h5", legacy(model_config=json.dumps(_old()) + " " * 70_000_000)),
    "text": lambda folder: put(folder, "m.json", json.dumps(sequential()) + " " * 68_000_000),
}


def _old() -> object:
    from tests.hostile.small import old_sequential

    return old_sequential()


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_limit_names_suffices(name: str, tmp_path: Path) -> None:
    """A sound file that asks for more than usual is refused; with what the error names it is read."""
    path = REFUSED[name](tmp_path)
    with pytest.raises(SourceError) as raised:
        netviz.inspect(path)
    found = HINT.search(raised.value.hint)
    assert found is not None and found[1] == found[2]
    assert netviz.inspect(path, max_bytes=int(found[1])).name == "tiny"


def test_an_array_that_is_larger_than_its_file_is_shown_if_one_asks(tmp_path: Path) -> None:
    path = hdf5s.hdf5_case("x", hdf5s.claim((2**17, 2**10), (1024, 1024))).make(tmp_path)
    (note,) = (note for note in netviz.inspect(path).notes if note.code == "size-claim")
    found = HINT.search(note.message)
    assert found is not None
    assert "size-claim" not in {note.code for note in netviz.inspect(path, max_bytes=int(found[1])).notes}


def test_limits_only_rise() -> None:
    """Every limit in bytes is at least what is asked for; none becomes less, and the others stay."""
    assert guards(None) is GUARDS
    for most in (1, 10 << 20, 5 << 40):
        raised = guards(most)
        for part in ("zip", "folder", "json", "hdf5", "protobuf"):
            usual, now = getattr(GUARDS, part), getattr(raised, part)
            for name in usual.__dataclass_fields__:
                value = max(getattr(usual, name), most) if name.endswith("_bytes") else getattr(usual, name)
                assert getattr(now, name) == value, (part, name)


@pytest.mark.parametrize(
    ("size", "raised"),
    [("9000000", True), ("9M", True), ("0.5G", True), ("9MiB", True), ("9 mb", True), ("1K", False), ("7MB", False)],
)
def test_sizes_on_the_command_line(size: str, raised: bool, tmp_path: Path) -> None:
    path = deflated_config(tmp_path)
    result = CliRunner().invoke(cli, ["inspect", str(path), "--max-bytes", size])
    assert result.exit_code == (0 if raised else 1), result.output


@pytest.mark.parametrize("size", ["", "x", "-1", "1X", "1e9", "inf", "9" * 20, "\u0661"])
def test_what_is_no_size(size: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["inspect", str(put(tmp_path, "m.keras", keras())), "--max-bytes", size])
    assert result.exit_code == 2
    assert "is no size" in result.output


def test_a_saved_model_with_more_is_read_if_one_asks(tmp_path: Path) -> None:
    """An index of variables beyond the limit: zeros before its footer are in no block of it."""
    more = GUARDS.protobuf.index_bytes
    path = saved_models.with_index(lambda data: data[:-FOOTER] + bytes(more) + data[-FOOTER:])(tmp_path)
    (note,) = (note for note in netviz.inspect(path).notes if note.code == "weights-unreadable")
    found = HINT.search(note.message)
    assert found is not None
    read, usual = netviz.inspect(path, max_bytes=int(found[1])).model, netviz.inspect(saved_models.MODULE).model
    assert read.root.all_weights == usual.root.all_weights
    assert read.store is not None and usual.store is not None
    for weight in usual.root.all_weights:
        np.testing.assert_array_equal(read.store.read(weight), usual.store.read(weight))
