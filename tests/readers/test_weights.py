"""Files of weights alone, in one file or several, and configs in JSON: each for itself, and joined.

The oracles are h5py for what is stored where, and what Keras says of the live models.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import netviz
from netviz.errors import SourceError, UsageError
from netviz.model import Layer, Tensor
from tests.conftest import FIXTURES
from tests.models.compare import differences
from tests.models.oracle import describe
from tests.models.zoo import MEMORY_ONLY, ZOO

Saved = Callable[[str], tuple[Path, Any]]

FILES = sorted(FIXTURES.glob("keras-3*/*.keras"))

NOT_JOINED = {
    "attentions",  # Keras says a wrong shape, see test_static_equals_keras.py
    "tied_embedding",  # the second call of a custom layer is the output
    "tied_across",  # to_json() does not state that the layer is the same in both models, save() does
    "tied_inside",  # the same
}
WITH_UNKNOWN = {
    "custom_layer", "dict_calls", "setting_called_layers", "quantized_int4", "quantized_int8",
    "normalizations",  # the vector of a SpectralNormalization
}  # fmt: skip
"""Models of which a config alone does not tell all weights: classes of one's own, scales of quantised kernels."""

SUBCLASSED = {"subclassed", "subclassed_nested"}


def stored(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """Every array in an HDF5 file by its path, as h5py reads it."""
    found: dict[str, np.ndarray[Any, Any]] = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


def members(path: Path, folder: Path) -> tuple[Path, Path]:
    """The weights and the config inside a .keras file, as files of their own."""
    with zipfile.ZipFile(path) as archive:
        return Path(archive.extract("model.weights.h5", folder)), Path(archive.extract("config.json", folder))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_stored_array_is_shown_once_and_a_config_makes_the_model_whole(path: Path, tmp_path: Path) -> None:
    weights, config = members(path, tmp_path)
    alone = netviz.inspect(weights)
    assert (alone.source.format, alone.source.keras_version) == ("weights-v3", None)
    assert [note.code for note in alone.notes] == ["weights-only"]
    shown = [weight.path for weight in (*alone.weights, *(w for layer in alone.walk() for w in layer.weights))]
    optimizer = [weight.path for weight in alone.model.optimizer]
    arrays = stored(weights)
    assert sorted(shown + optimizer) == sorted(arrays)
    assert alone.parameters.total == sum(arrays[name].size for name in shown)
    paths = [layer.path for layer in alone.walk()]
    assert len(paths) == len(set(paths))
    joined = netviz.inspect(weights, architecture=config)
    assert joined == netviz.inspect(weights, architecture=path) == netviz.inspect(path)
    assert joined.parameters == netviz.inspect(path).parameters


def test_values_and_names_of_weights_alone(tmp_path: Path) -> None:
    weights, _ = members(FIXTURES / "keras-3.15.1" / "cnn_residual.keras", tmp_path)
    arrays = stored(weights)
    net = netviz.inspect(weights)
    said = json.loads((FIXTURES / "keras-3.15.1" / "cnn_residual.json").read_text())
    owners = [layer["name"] for layer in said["layers"] if layer["weights"]]
    assert [layer.name for layer in net.layers if layer.weights] == owners  # in the order of the model
    for layer in net.walk():
        for weight in layer.weights:
            np.testing.assert_array_equal(weight.numpy(), arrays[weight.path])


@pytest.mark.parametrize("name", sorted(set(ZOO) - MEMORY_ONLY - NOT_JOINED - SUBCLASSED))
def test_weights_and_json_of_the_installed_keras(name: str, saved_zoo: Saved, tmp_path: Path) -> None:
    path, model = saved_zoo(name)
    model.save_weights(tmp_path / "m.weights.h5")
    (tmp_path / "m.json").write_text(model.to_json())
    net = netviz.inspect(tmp_path / "m.weights.h5", architecture=tmp_path / "m.json")
    assert differences(net, describe(model)) == []
    assert net == netviz.inspect(path)


@pytest.mark.parametrize("name", ["cnn_residual", "nested", "wrappers", "attention_mask", "subclassed"])
def test_weights_in_several_files(name: str, saved_zoo: Saved, tmp_path: Path) -> None:
    path, model = saved_zoo(name)
    save_in_shards(model, tmp_path / "m.weights.json")
    shards = sorted(tmp_path.glob("m_*.weights.h5"))
    assert len(shards) > 1
    net = netviz.inspect(tmp_path / "m.weights.json")
    whole = netviz.inspect(path)
    assert net.source.format == "weights-shards"
    assert net.parameters.total == whole.parameters.total == model.count_params()
    arrays = {key: values for shard in shards for key, values in stored(shard).items()}
    for layer in net.walk():
        for weight in layer.weights:
            np.testing.assert_array_equal(weight.numpy(), arrays[weight.path])
            np.testing.assert_array_equal(np.concatenate([np.ravel(b) for b in blocks(weight)]), weight.numpy().ravel())
    assert netviz.inspect(tmp_path / "m.weights.json", architecture=path) == whole
    part = netviz.inspect(shards[-1])
    assert part.notes[0].code == "one-shard"


def save_in_shards(model: Any, path: Path) -> None:
    """Writes files as small as Keras makes them: none smaller than the largest variable."""
    largest = max(int(np.prod(variable.shape)) * 4 for variable in model.variables)
    model.save_weights(path, max_shard_size=(largest + 1) / 1024**3)


def blocks(weight: netviz.InspectedWeight) -> list[Any]:
    assert weight.store is not None
    return list(weight.store.blocks(weight.weight))


def test_weights_without_any_of_the_model_are_derived_from_the_config(saved_zoo: Saved, tmp_path: Path) -> None:
    """As where only the shard with the optimizer's state is there."""
    path, model = saved_zoo("mlp")
    model.save_weights(tmp_path / "m.weights.h5")
    with h5py.File(tmp_path / "m.weights.h5", "r+") as file:
        del file["layers"]
    net = netviz.inspect(tmp_path / "m.weights.h5", architecture=path)
    assert net.parameters.total == model.count_params()
    assert "weights-derived" in {note.code for note in net.notes}


def test_what_may_not_be_read_is_named(saved_zoo: Saved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = saved_zoo("mlp")

    def refuse(*arguments: Any, **options: Any) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("netviz.readers.keras_v3.read_zip", refuse)
    with pytest.raises(SourceError, match="Permission denied"):
        netviz.inspect(path)
    with pytest.raises(UsageError, match="a path is needed"):
        netviz.inspect(path, architecture=5)  # type: ignore[arg-type]


def test_shards_that_are_missing_or_lead_elsewhere(saved_zoo: Saved, tmp_path: Path) -> None:
    _, model = saved_zoo("cnn_residual")
    folder = tmp_path / "in"
    folder.mkdir()
    save_in_shards(model, folder / "m.weights.json")
    shards = sorted(folder.glob("m_*.weights.h5"))
    total = netviz.inspect(folder / "m.weights.json").parameters.total
    shards[0].rename(tmp_path / "secret.h5")
    net = netviz.inspect(folder / "m.weights.json")
    assert 0 < net.parameters.total < total
    assert any(shards[0].name in note.message for note in net.notes)
    mapped = json.loads((folder / "m.weights.json").read_text())
    for name in ("../secret.h5", str(tmp_path / "secret.h5"), "..\\secret.h5", "", "..", 7, None):
        mapped["weight_map"] = {"/layers/dense/vars": [name]}
        (folder / "m.weights.json").write_text(json.dumps(mapped))
        with pytest.raises(SourceError, match="none of the weights"):
            netviz.inspect(folder / "m.weights.json")


@pytest.mark.parametrize("name", sorted(set(ZOO) - MEMORY_ONLY - NOT_JOINED - SUBCLASSED - WITH_UNKNOWN))
def test_a_config_alone_gives_every_shape(name: str, saved_zoo: Saved, tmp_path: Path) -> None:
    path, model = saved_zoo(name)
    (tmp_path / "m.json").write_text(model.to_json())
    net = netviz.inspect(tmp_path / "m.json")
    whole = netviz.inspect(path)
    assert net.source.format == "keras-json"
    if name == "normalization_adapted":  # the dtype of its count is the backend's affair
        net, whole = (without_dtype_of(one, "count") for one in (net, whole))
    assert net == whole  # layers, calls, and the names, shapes and trainability of weights
    if whole.parameters.total:
        assert "weights-derived" in {note.code for note in net.notes}
        owner = next(layer for layer in net.walk() if layer.weights)
        with pytest.raises(netviz.NetvizError, match="holds no values"):
            owner.weights[0].numpy()
        assert owner.name in str(owner.summary())


def without_dtype_of(net: netviz.InspectedModel, name: str) -> netviz.InspectedModel:
    """The model with the dtype of each weight of that name left open."""

    def opened(layer: Layer) -> Layer:
        weights = tuple(
            replace(weight, tensor=Tensor(weight.tensor.shape)) if weight.name == name else weight
            for weight in layer.weights
        )
        graph = layer.graph and replace(layer.graph, layers=tuple(map(opened, layer.graph.layers)))
        return replace(layer, weights=weights, graph=graph)

    return netviz.InspectedModel(replace(net.model, root=opened(net.model.root)))


def test_a_config_alone_says_what_it_does_not_tell(saved_zoo: Saved, tmp_path: Path) -> None:
    for name in sorted(WITH_UNKNOWN):
        path, model = saved_zoo(name)
        (tmp_path / "m.json").write_text(model.to_json())
        net = netviz.inspect(tmp_path / "m.json")
        assert "weights-unknown" in {note.code for note in net.notes}, name
        assert net.parameters.unknown > 0
        assert "Total, at least" in str(net)  # and not 0 for what is not known
        unknown = [layer for layer in net.walk() if any(weight.shape is None for weight in layer.weights)]
        assert unknown
        assert [layer.path for layer in net.layers] == [layer.path for layer in netviz.inspect(path).layers]


def test_what_cannot_be_joined_says_so(saved_zoo: Saved, tmp_path: Path) -> None:
    path, model = saved_zoo("mlp")
    weights, config = tmp_path / "m.weights.h5", tmp_path / "m.json"
    model.save_weights(weights)
    config.write_text(model.to_json())
    with pytest.raises(SourceError, match="holds no config"):
        netviz.inspect(weights, architecture=weights)
    with pytest.raises(SourceError, match="holds no weights"):
        netviz.inspect(config, architecture=path)
    with pytest.raises(UsageError, match="exclude each other"):
        netviz.inspect(weights, architecture=config, load=True)
    with pytest.raises(UsageError, match="is for files"):
        netviz.inspect(model, architecture=config)
    with pytest.raises(SourceError, match="no such file"):
        netviz.inspect(weights, architecture=tmp_path / "other.json")


def test_what_keras_cannot_load_is_not_given_to_it(saved_zoo: Saved, tmp_path: Path) -> None:
    _, model = saved_zoo("mlp")
    model.save_weights(tmp_path / "m.weights.h5")
    (tmp_path / "m.json").write_text(model.to_json())
    for path in (tmp_path / "m.weights.h5", tmp_path / "m.json", FIXTURES / "savedmodel-export"):
        with pytest.raises(UsageError, match="Keras loads whole models"):
            netviz.inspect(path, load=True)


def test_another_models_config_leaves_notes(saved_zoo: Saved, tmp_path: Path) -> None:
    _, model = saved_zoo("mlp")
    other, _ = saved_zoo("cnn_residual")
    model.save_weights(tmp_path / "m.weights.h5")
    notes = netviz.inspect(tmp_path / "m.weights.h5", architecture=other).notes
    assert {note.code for note in notes} >= {"weights-missing", "architecture-joined"}
    unclaimed = [note.message for note in notes if note.code == "weights-unclaimed"]
    assert all("another model" in message for message in unclaimed)


def test_hdf5_and_json_of_others_say_what_they_are(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "table.h5", "w") as file:
        file["measured/x"] = np.zeros(3)
    with pytest.raises(SourceError, match="neither a Keras model nor weights") as caught:
        netviz.inspect(tmp_path / "table.h5")
    assert "measured/x" in caught.value.hint
    for text in ('{"a": 1}', '{"class_name": 3, "config": {}}', "{", '{"weight_map": []}'):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(SourceError) as caught:
            netviz.inspect(tmp_path / "x.json")
        assert "\n" not in caught.value.message
