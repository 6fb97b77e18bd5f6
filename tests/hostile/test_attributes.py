"""Which of the attributes of HDF5 data count: those that h5py gives."""

from __future__ import annotations

import io
import json
from pathlib import Path

import h5py
import numpy as np
import pytest

import netviz
from tests.hostile import hdf5s
from tests.hostile.small import legacy, old_sequential, put


@pytest.mark.parametrize("names", [("one", "two"), ("two", "one")])
def test_of_two_attributes_of_one_name_that_of_h5py_counts(names: tuple[str, str], tmp_path: Path) -> None:
    path = put(tmp_path, "m.h5", hdf5s.twice(*names))
    with h5py.File(path) as file:
        said = json.loads(file.attrs["model_config"])["config"]["name"]
    net = netviz.inspect(path)
    assert net.name == said
    assert "model_config" in next(note.message for note in net.notes if note.code == "attribute-twice")


@pytest.mark.parametrize("size", [10, 5_000, 70_000, 1_000_000])
@pytest.mark.parametrize("count", [1, 7, 8, 9, 50])
def test_attributes_in_heaps_are_those_of_h5py(size: int, count: int, tmp_path: Path) -> None:
    """Many or large ones stand in a heap apart from the header."""
    path = tmp_path / "m.h5"
    model = {**old_sequential(), "x": "y" * size}
    with h5py.File(path, "w", libver="latest") as file:
        for number in range(count - 1):
            file.attrs[f"a{number}"] = np.arange(3)
        file.attrs["model_config"] = np.bytes_(json.dumps(model)) if size < 60_000 else json.dumps(model)
        file.attrs["keras_version"] = "2.15.0"
    net = netviz.inspect(path)
    with h5py.File(path) as file:
        assert net.name == json.loads(file.attrs["model_config"])["config"]["name"]
        assert net.source.keras_version == file.attrs["keras_version"]
    assert not {"attribute-twice", "attribute-unreadable", "not-examined"}.intersection(n.code for n in net.notes)


def test_a_name_ends_with_its_first_null(tmp_path: Path) -> None:
    """As for versions of libhdf5 that do not compare the length of a name: no config is hidden by what follows."""
    buffer = io.BytesIO(legacy())
    with h5py.File(buffer, "r+") as file:
        file.attrs["model_configABC"] = file.attrs.pop("model_config")
    data = buffer.getvalue().replace(b"model_configABC", b"model_config\0BC")
    assert netviz.inspect(put(tmp_path, "m.h5", data)).source.format == "keras-h5"
