"""SavedModel folders of four kinds, against what TensorFlow and Keras said of them when they were written.

`tests/fixtures/make_saved_models.py` writes folders and JSON; this file imports neither.
"""

from __future__ import annotations

import json
import pickle
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netviz.errors import NetvizError, SourceError
from netviz.model import Endpoint, Model, Weight
from netviz.readers import read
from tests.conftest import FIXTURES

KINDS = ("keras-2.21", "keras-2.4", "export", "module", "tf1")


def fixture(kind: str) -> Path:
    return FIXTURES / f"savedmodel-{kind}"


def said_of(kind: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((FIXTURES / f"savedmodel-{kind}.json").read_text())
    return said


def weights_of(model: Model) -> tuple[Weight, ...]:
    return (*model.root.all_weights, *model.optimizer)


def expected_values(said: dict[str, Any]) -> np.ndarray[Any, Any]:
    values = said["values"]
    array = np.array([complex(*value) for value in values] if said["dtype"].startswith("complex") else values)
    return array.reshape(said["shape"])


@pytest.mark.parametrize("kind", KINDS)
def test_values_are_those_of_the_checkpoint(kind: str) -> None:
    model, said = read(fixture(kind)), said_of(kind)["tensors"]
    assert model.store is not None
    for weight in weights_of(model):
        expected = said[weight.path]
        assert (list(weight.tensor.shape or ()), weight.tensor.dtype) == (expected["shape"], expected["dtype"])
        array = model.store.read(weight)
        np.testing.assert_array_equal(array, expected_values(expected))
        blocks = [np.atleast_1d(block) for block in model.store.blocks(weight)]
        np.testing.assert_array_equal(np.concatenate(blocks).ravel(), array.ravel())


@pytest.mark.parametrize("kind", KINDS)
def test_each_tensor_of_the_checkpoint_is_shown_once(kind: str) -> None:
    """But for the state of metrics, and the second copy of each variable that an export of Keras 3 has."""
    paths = [weight.path for weight in weights_of(read(fixture(kind)))]
    aside = ("keras_api/metrics/", "_all_variables/")
    assert sorted(paths) == [path for path in said_of(kind)["tensors"] if not path.startswith(aside)]


@pytest.mark.parametrize("kind", KINDS)
def test_signatures_are_those_that_tensorflow_lists(kind: str) -> None:
    def plain(ends: tuple[Endpoint, ...]) -> dict[str, Any]:
        return {end.name: {"shape": None if end.shape is None else list(end.shape), "dtype": end.dtype} for end in ends}

    found = {
        signature.name: {
            "method": signature.method,
            "inputs": plain(signature.inputs),
            "outputs": plain(signature.outputs),
        }
        for signature in read(fixture(kind)).signatures
    }
    assert found == said_of(kind)["signatures"]


@pytest.mark.parametrize("kind", ["keras-2.21", "keras-2.4"])
def test_layers_are_those_of_keras_2(kind: str) -> None:
    model, said = read(fixture(kind)), said_of(kind)["keras"]
    calls = {call.layer: call for call in model.graph.calls}
    found = [
        {
            "name": layer.name,
            "class_name": layer.class_name,
            "output_shape": list(calls[layer.name].output_shapes[0] or ["?"]),
            "total": layer.parameters.total,
            "trainable": layer.parameters.trainable,
        }
        for layer in model.root.layers
    ]
    assert (model.name, model.parameters.total, found) == (said["name"], said["total"], said["layers"])
    assert (model.training or {})["loss"] == "mse"
    assert model.notes == ()


def test_an_export_has_the_weights_of_the_model() -> None:
    model, said = read(fixture("export")), said_of("export")["keras"]
    names = {f"{layer.path}/{weight.name}": weight for layer in model.root.walk() for weight in layer.weights}
    assert said["weights"] == sorted(name for name in names if not name.startswith("seed_generator"))
    assert model.parameters.total == said["total"] + 2  # the state of the dropout, which Keras does not count
    assert [note.code for note in model.notes] == ["layers-unknown"]


def test_a_graph_of_tensorflow_1_knows_what_is_trained() -> None:
    model = read(fixture("tf1"))
    names = {f"{layer.path}/{weight.name}": weight.trainable for layer in model.root.walk() for weight in layer.weights}
    assert sorted(name for name, trainable in names.items() if trainable) == said_of("tf1")["keras"]["trainable"]
    assert {"several-graphs", "layers-unknown"} == {note.code for note in model.notes}


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_inside_reads_as_the_folder_does(kind: str) -> None:
    assert read(fixture(kind) / "saved_model.pb") == read(fixture(kind))


def test_values_are_read_in_threads_after_pickling_and_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FIXTURES)
    model = read(Path("savedmodel-keras-2.21"))
    monkeypatch.chdir("/")
    weights = weights_of(model) * 8
    store = pickle.loads(pickle.dumps(model.store))
    with ThreadPoolExecutor(8) as pool:
        arrays = list(pool.map(store.read, weights))
    assert all(array.shape == weight.tensor.shape for array, weight in zip(arrays, weights, strict=True))


def test_a_folder_that_has_changed_since_gives_no_values(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    shutil.copytree(fixture("tf1"), folder)
    model = read(folder)
    with (folder / "variables" / "variables.data-00000-of-00002").open("ab") as file:
        file.write(b"\0")
    assert model.store is not None
    with pytest.raises(SourceError, match="changed"):
        model.store.read(next(weight for weight in weights_of(model) if weight.name == "w"))


def test_a_piece_of_a_variable_that_has_changed_since_gives_no_values(tmp_path: Path) -> None:
    """The pieces of one lie in several files."""
    for file in ("variables.data-00000-of-00002", "variables.data-00001-of-00002"):
        folder = tmp_path / file
        shutil.copytree(fixture("tf1"), folder)
        model = read(folder)
        with (folder / "variables" / file).open("ab") as opened:
            opened.write(b"\0")
        assert model.store is not None
        refused = 0
        for weight in weights_of(model):
            try:
                model.store.read(weight)
            except SourceError as error:
                assert "changed" in error.message
                refused += 1
        assert refused


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_files_of_a_saved_model_count(kind: str, tmp_path: Path) -> None:
    """What else lies in the folder, as a whole data set may, does not."""
    folder = tmp_path / "m"
    shutil.copytree(fixture(kind), folder)
    (folder / "variables" / "inside").mkdir()
    (folder / "data").mkdir()
    (folder / "data" / "train.csv").write_bytes(b"0" * 1_000)
    files = ("saved_model.pb", "keras_metadata.pb", "variables/*", "assets/*")
    known = [path for pattern in files for path in fixture(kind).glob(pattern)]
    assert read(folder).source.bytes == read(fixture(kind)).source.bytes == sum(path.stat().st_size for path in known)


def test_an_export_says_that_a_config_can_be_joined() -> None:
    assert ["--architecture" in note.message for note in read(fixture("export")).notes] == [True]
    assert not any("--architecture" in note.message for note in read(fixture("module")).notes)


def test_without_the_values_the_variables_are_shown(tmp_path: Path) -> None:
    """But not of TensorFlow 1, where only they tell what there is."""
    for kind in ("keras-2.21", "export", "module"):
        folder = tmp_path / kind
        shutil.copytree(fixture(kind), folder)
        (folder / "variables" / "variables.index").unlink()
        model = read(folder)
        assert model.parameters.total == read(fixture(kind)).parameters.total
        assert "weights-unreadable" in {note.code for note in model.notes}
        assert model.store is not None
        with pytest.raises(NetvizError):
            model.store.read(weights_of(model)[0])


def test_what_is_no_saved_model_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"")
    for path in (tmp_path, tmp_path / "saved_model.pb", tmp_path / "missing" / "saved_model.pb"):
        with pytest.raises(SourceError, match=r"no such|no graph|empty") as raised:
            read(path)
        assert str(path) in raised.value.message and "\n" not in raised.value.message


FILES = [
    path.relative_to(FIXTURES)
    for kind in KINDS
    for path in sorted(fixture(kind).rglob("*"))
    if path.is_file() and path.name != "fingerprint.pb"
]


@pytest.mark.parametrize("file", FILES, ids=str)
def test_damage_ends_in_a_model_or_in_one_line(file: Path, tmp_path: Path) -> None:
    """Bytes changed, cut off, doubled or moved: whatever is made of it, it is no other exception."""
    kind, inside = file.parts[0], Path(*file.parts[1:])
    folder = tmp_path / kind
    shutil.copytree(FIXTURES / kind, folder)
    original = (folder / inside).read_bytes()
    chance = random.Random(str(file))
    for _ in range(120):
        (folder / inside).write_bytes(damaged(original, chance))
        try:
            model = read(folder)
        except NetvizError as error:
            assert "\n" not in error.message
            continue
        assert model.store is not None
        for weight in weights_of(model)[:20]:
            try:
                model.store.read(weight)
            except NetvizError as error:
                assert "\n" not in error.message


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The data with one thing wrong."""
    place = chance.randrange(len(data))
    way = chance.randrange(5)
    if way == 0:
        return data[:place]
    if way == 1:
        return data[:place] + bytes(chance.randrange(256) for _ in range(chance.randint(1, 9))) + data[place:]
    if way == 2:
        return data[:place] + data[place + chance.randint(1, 40) :]
    changed = bytearray(data)
    for _ in range(1 if way == 3 else 8):
        changed[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(changed)
