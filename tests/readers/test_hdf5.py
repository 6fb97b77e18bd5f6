"""Values read in place from the file, against libhdf5 (h5py) for the same file."""

from __future__ import annotations

import io
import pickle
import shutil
import zipfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import netviz
from netviz.errors import SourceError
from netviz.model import Tensor, Weight
from netviz.readers.archive import open_file, open_member
from netviz.readers.hdf5 import BLOCK, Hdf5Store, read_tree, stamp_of
from tests.conftest import EXAMPLES, FIXTURES

FILES = sorted(EXAMPLES.glob("*.keras")) + sorted((FIXTURES / "keras-3.15.1").glob("*.keras"))


def stored_arrays(path: Path) -> dict[str, np.ndarray]:
    """Every dataset in the weights of a .keras file, as libhdf5 reads it."""
    found: dict[str, np.ndarray] = {}
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_stored_array_has_an_owner_and_its_values(path: Path) -> None:
    expected = stored_arrays(path)
    net = netviz.inspect(path)
    weights = {weight.path: weight for weight in (*net.model.root.all_weights, *net.model.optimizer)}
    assert weights.keys() == expected.keys()
    assert net.model.store is not None
    for name, weight in weights.items():
        values = net.model.store.read(weight)
        assert weight.tensor == Tensor(expected[name].shape, str(expected[name].dtype))
        np.testing.assert_array_equal(values, expected[name])


def test_bfloat16_comes_as_float32(tmp_path: Path) -> None:
    path = tmp_path / "w.h5"
    halves = np.array([1.5, -2.0, 0.0, 3.140625], np.float32)
    with h5py.File(path, "w") as file:
        raw = (halves.view(np.uint32) >> 16).astype(np.uint16).view("V2")
        file.create_dataset("layers/dense/vars/0", data=raw).attrs["dtype"] = "bfloat16"
    tensor = read_tree(open_file(path)).arrays["layers/dense/vars/0"]
    assert tensor == Tensor((4,), "bfloat16")
    store = Hdf5Store(path, stamp_of(path), lambda: open_file(path))
    np.testing.assert_array_equal(store.read(Weight("layers/dense/vars/0", "kernel", tensor, True)), halves)


def test_blocks_are_the_values_piece_by_piece(tmp_path: Path) -> None:
    path = tmp_path / "w.h5"
    values = np.random.default_rng(0).normal(size=(3000, 1000)).astype(np.float32)
    with h5py.File(path, "w") as file:
        file["layers/dense/vars/0"] = values
    weight = Weight("layers/dense/vars/0", "kernel", Tensor(values.shape, "float32"), True)
    blocks = list(Hdf5Store(path, stamp_of(path), lambda: open_file(path)).blocks(weight))
    assert len(blocks) > 1 and max(block.size for block in blocks) <= BLOCK
    np.testing.assert_array_equal(np.concatenate(blocks), values)


def test_compressed_weights_read_alike(tmp_path: Path) -> None:
    stored, deflated = EXAMPLES / "lenet.keras", tmp_path / "lenet.keras"
    with zipfile.ZipFile(stored) as source, zipfile.ZipFile(deflated, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    assert open_member(deflated, "model.weights.h5").read() == open_member(stored, "model.weights.h5").read()
    one, other = netviz.inspect(stored), netviz.inspect(deflated)
    assert one == other
    np.testing.assert_array_equal(one["conv1"].kernel, other["conv1"].kernel)


def test_a_pickled_model_reads_on(tmp_path: Path) -> None:
    net = netviz.inspect(EXAMPLES / "lenet.keras")
    before = net["conv1"].kernel
    again = pickle.loads(pickle.dumps(net))
    assert again == net
    np.testing.assert_array_equal(again["conv1"].kernel, before)


def test_a_file_that_changed_is_not_read_on(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    shutil.copy(EXAMPLES / "lenet.keras", path)
    net = netviz.inspect(path)
    shutil.copy(EXAMPLES / "lstm.keras", path)
    with pytest.raises(SourceError, match="has changed since"):
        _ = net["conv1"].kernel


def test_threads_and_forks_read_the_same_values() -> None:
    net = netviz.inspect(EXAMPLES / "residual.keras")
    kernels = {layer.path: layer.kernel for layer in net.walk() if layer.kernel is not None}

    def right(path: str) -> bool:
        return bool(np.all(net[path].kernel == kernels[path]))

    paths = list(kernels) * 20
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(right, paths))
    with ProcessPoolExecutor(
        2, mp_context=get_context("fork"), initializer=_keep, initargs=(net, kernels)
    ) as processes:
        assert all(processes.map(_right_here, paths))


def _keep(net: netviz.InspectedModel, kernels: dict[str, np.ndarray]) -> None:
    KEPT["net"], KEPT["kernels"] = net, kernels


def _right_here(path: str) -> bool:
    return bool(np.all(KEPT["net"][path].kernel == KEPT["kernels"][path]))


KEPT: dict[str, Any] = {}


def test_values_are_found_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES)
    net = netviz.inspect("lenet.keras")
    monkeypatch.chdir(tmp_path)
    assert net.source.path == "lenet.keras"
    assert net["conv1"].kernel is not None


def test_links_are_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "w.h5"
    with h5py.File(path, "w") as file:
        file["layers/dense/vars/0"] = np.zeros(3, np.float32)
        file["layers/dense/vars/1"] = h5py.SoftLink("/layers/dense/vars/0")
        file["layers/loop"] = h5py.SoftLink("/layers")
        file["other/out"] = h5py.ExternalLink("/etc/passwd", "/x")
        file["other/in"] = np.zeros(2, np.float32)
    tree = read_tree(open_file(path))
    assert set(tree.arrays) == {"layers/dense/vars/0", "other/in"}
    assert {(found.path, found.severity, found.code) for found in tree.skipped} == {
        ("layers/dense/vars/1", "warning", "soft-link"),
        ("layers/loop", "warning", "soft-link"),
        ("other/out", "danger", "external-link"),
    }


def test_a_file_that_is_cut_off_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "m.weights.h5"
    with h5py.File(path, "w") as file:
        for number in range(50):
            file[f"layers/dense_{number}/vars/0"] = np.zeros((8, 8))
    data = path.read_bytes()
    assert not read_tree(io.BytesIO(data)).cut
    for size in (len(data) - 1, len(data) // 2):
        tree = read_tree(io.BytesIO(data[:size]))
        assert tree.cut == f"{size:,} of {len(data):,} bytes are there"
        assert "file-cut-off" in {note.code for note in tree.notes()}


def test_an_array_that_claims_more_than_the_file_can_hold_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("layers/dense/vars/0", shape=(2**40, 2**10), chunks=(1024, 1024), dtype="float32")
        file["layers/dense/vars/1"] = np.zeros(3)
    with path.open("rb") as opened:
        tree = read_tree(opened)
    assert list(tree.arrays) == ["layers/dense/vars/1"]
    assert [found.path for found in tree.skipped if "far more than the file can hold" in found.reason] == [
        "layers/dense/vars/0"
    ]
