"""Random models as the installed Keras writes them, in both of its formats, against Keras and h5py.

`make test` compares at least 40 models, `make test-all` at least 500: 13 chunks, each with a seed of its own, so that
every run draws the same. For others: `NETVIZ_SEED=1000 make test-all`. A failing chunk shows the smallest model that
fails and how it was made. This file imports Keras.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings

import netviz
from netviz.model import Graph, Layer
from tests.models.compare import differences
from tests.models.oracle import describe
from tests.models.random_models import SMALLEST, RandomModel, random_models

FIRST = int(os.environ.get("NETVIZ_SEED", "0"))
CHUNKS = [pytest.param(FIRST + n, marks=[pytest.mark.all_models] if n else []) for n in range(13)]
CHUNK, DRAWS = 40, 80
"""Different models in each chunk at least, and how many are drawn: hypothesis repeats some with few changes."""

SIMPLEST = 1
"""Models that hypothesis draws in every chunk."""


def test_there_are_500_models() -> None:
    assert len(CHUNKS) * (CHUNK - SIMPLEST) >= 500


@pytest.mark.parametrize("number", CHUNKS)
@pytest.mark.filterwarnings("ignore::UserWarning")  # Keras on names of inputs
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")  # Keras draws seeds
def test_files_are_read_as_keras_and_h5py_read_them(
    number: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("ERROR", logger="absl")  # Keras warns of each HDF5 file that it writes
    compared: set[tuple[str, ...]] = set()
    in_hdf5 = 0

    @seed(number)
    @settings(max_examples=DRAWS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(random_models())
    def check(drawn: RandomModel) -> None:
        nonlocal in_hdf5
        if drawn.recipe in compared:
            return
        assert drawn.size >= SMALLEST
        drawn.model.save(tmp_path / "m.keras")
        assert problems(tmp_path / "m.keras", drawn.model) == []
        if hdf5_can_hold(drawn.model):
            drawn.model.save(tmp_path / "m.h5")
            assert problems(tmp_path / "m.h5", drawn.model) == []
            in_hdf5 += 1
        compared.add(drawn.recipe)

    check()
    assert len(compared) >= CHUNK
    assert in_hdf5 >= CHUNK // 2


def hdf5_can_hold(model: Any) -> bool:
    """Whether Keras can write the model as HDF5: there a variable stands under its path.

    Two variables of one layer (of one nested model, that is), or two of the optimizer, must not have the same. They can
    where layers of nested models have the same name: names need be unique within each model only.
    """
    groups = [layer.weights for layer in model.layers]
    groups.append(model.optimizer.variables if model.compiled else [])
    return not tied(model) and all(len({variable.path for variable in group}) == len(group) for group in groups)


def tied(model: Any) -> bool:
    """Whether a layer is called in the model and in one inside: its weights are then written twice, as if of two."""
    models = [model, *(layer for layer in model._flatten_layers() if isinstance(layer, keras.Model))]
    found = [id(layer) for one in {id(one): one for one in models}.values() for layer in one.layers]
    return len(set(found)) < len(found)


def problems(path: Path, model: Any) -> list[str]:
    """Where netviz's reading of a file is not what Keras says of the model and what h5py reads in the file."""
    net, live = netviz.inspect(path), netviz.inspect(model)
    said, root = describe(model), live.model.root
    if path.suffix == ".h5":
        said, root = as_hdf5_names_it(said), as_hdf5_tells(root)
    found = differences(net, said)
    found += disagreements(net.model.root, root)
    found += wrong_values(net.layers, model)
    found += wrong_in_the_file(net, path)
    found += [str(note) for note in net.notes]
    if path.suffix == ".keras" and not found and net != live:
        found.append("not equal to the live model")
    return found


def as_hdf5_names_it(said: Any) -> Any:
    """What Keras says, with the name that the HDF5 format has for a class which Keras exports under another."""
    if isinstance(said, list):
        return [as_hdf5_names_it(item) for item in said]
    if isinstance(said, dict):
        return {key: as_hdf5_names_it(value) for key, value in said.items()}
    return "GroupedQueryAttention" if said == "GroupQueryAttention" else said


def as_hdf5_tells(layer: Layer) -> Layer:
    """The live layer as the HDF5 format can tell of it.

    It names no modules: of functions it is `keras.ops`. The layers of a model inside a wrapper lack theirs, too.
    """
    module = "keras.ops" if (layer.module or "").startswith("keras.src.ops.") else layer.module
    graph = layer.graph and replace(layer.graph, layers=tuple(map(as_hdf5_tells, layer.graph.layers)))
    config = {key: plain(value) if key == "layer" else value for key, value in layer.config.items()}
    return replace(layer, module=module, class_name=as_hdf5_names_it(layer.class_name), config=config, graph=graph)


def plain(written: Any) -> Any:
    """A layer inside a wrapper; if it is a model, its layers without module, registered name and shapes."""
    config = written.get("config", {}) if isinstance(written, dict) else {}
    if "layers" not in config:
        return written
    inner = [
        {key: value for key, value in layer.items() if key not in ("module", "registered_name", "build_config")}
        for layer in config["layers"]
    ]
    return {**written, "config": {**config, "layers": inner}}


def disagreements(static: Layer, live: Layer) -> Iterator[str]:
    """Where two readings of a model are not the same."""
    for field in fields(Layer):
        ours, theirs = getattr(static, field.name), getattr(live, field.name)
        if isinstance(ours, Graph) and isinstance(theirs, Graph):
            for part in ("calls", "inputs", "outputs"):
                pairs = zip_longest(getattr(ours, part), getattr(theirs, part))
                yield from (f"{static.path}: {part}: {a} where the live model has {b}" for a, b in pairs if a != b)
            for inner, other in zip_longest(ours.layers, theirs.layers):
                if inner is None or other is None:
                    yield f"{static.path}: {inner} where the live model has {other}"
                else:
                    yield from disagreements(inner, other)
        elif ours != theirs:
            yield f"{static.path}: {field.name}: {ours} where the live model has {theirs}"


def wrong_values(found: Iterable[netviz.InspectedLayer], parent: Any) -> Iterator[str]:
    """Weights that are not, value by value, the variable of the same name in Keras's layer of the same name."""
    known = {layer.name: layer for layer in parent._flatten_layers(include_self=False, recursive=False)}
    for layer in found:
        if not layer.weights and not layer.layers:
            continue
        if layer.name not in known:
            yield f"{layer.path}: Keras has no such layer there"
            continue
        variables = known[layer.name].weights
        for weight in layer.weights:
            matching = [v for v in variables if f"/{v.path}".endswith(f"/{weight.name}")]
            if len(matching) != 1:
                yield f"{layer.path}: {len(matching)} variables of Keras are called {weight.name}"
            elif not np.array_equal(weight.numpy(), as_floats(keras.ops.convert_to_numpy(matching[0]))):
                yield f"{layer.path}: {weight.name} has other values"
        yield from wrong_values(layer.layers, known[layer.name])


def wrong_in_the_file(net: netviz.InspectedModel, path: Path) -> Iterator[str]:
    """Weights that are not what h5py reads at their path, and arrays in the file that are nobody's."""
    arrays = stored_arrays(path)
    layers = list(net.walk())
    for weight in (weight for layer in layers for weight in layer.weights):
        values = arrays.get(weight.path)
        if values is None:
            yield f"{weight.path} is not in the file"
        elif not np.array_equal(weight.numpy(), values):
            yield f"{weight.path} has other values in the file"
    owned = {weight.path for layer in layers for weight in layer.weights}
    owned |= {weight.path for weight in net.model.optimizer}
    owned |= {
        copy for copy, first in copies(net, arrays) if first in arrays and np.array_equal(arrays[copy], arrays[first])
    }
    yield from (f"{name} belongs to no layer" for name in sorted(arrays.keys() - owned))


def copies(net: netviz.InspectedModel, arrays: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Arrays that Keras writes a second time, each with the first.

    The kernel inside a SpectralNormalization, and the variables of an optimizer inside a LossScaleOptimizer, which come
    behind that one's own.
    """
    for layer in net.walk():
        if layer.class_name == "SpectralNormalization":
            for weight in layer.weights:
                copy = weight.path.replace("vars/1", "vars/0")
                kernel = next(inner.weights[0].path for inner in layer.layers)
                yield from [(copy, kernel)] if copy in arrays else []
    inside = [name for name in arrays if name.startswith("optimizer/inner_optimizer/")]
    own = sum(name.startswith("optimizer/vars/") for name in arrays) - len(inside)
    for name in inside:
        yield name, f"optimizer/vars/{own + int(name.rpartition('/')[2])}"


def stored_arrays(path: Path) -> dict[str, Any]:
    """Every array in a file by its path, as h5py reads it."""
    found: dict[str, Any] = {}

    def take(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = as_floats(item[()])

    source: Any = path
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            source = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(source) as file:
        file.visititems(take)
    return found


def as_floats(values: Any) -> Any:
    """The values, those of bfloat16 as float32: it is the upper half of one. HDF5 holds it as two bytes of no kind."""
    if values.dtype.name == "bfloat16" or values.dtype.str == "|V2":
        return (values.view("uint16").astype("uint32") << 16).view("float32")
    return values
