"""The README's table of formats: every cell is what netviz shows of every sample of its row.

The samples are the fixtures, which the versions of Keras named in the table wrote themselves, and files that the
installed Keras 3 and tf_keras write now. That what is shown is true is for the tests of each format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import netviz
from tests.conftest import FIXTURES, ROOT

README = (ROOT / "README.md").read_text()

OWN_CLASSES = ("custom", "subclassed", "tied", "dynamic", "counted")
"""Beginnings of the names of samples with classes of one's own, of which a file tells less (the README says what)."""

WITHOUT_WEIGHTS = ("more_operations", "ellipsis")
"""Beginnings of the names of samples that have operations only."""


def model_calls(net: netviz.InspectedModel) -> bool:
    return bool(net.layers) and all(layer.calls for layer in net.layers)


def known_shapes(net: netviz.InspectedModel) -> bool:
    tensors = [tensor for layer in net.walk() for call in layer.calls for tensor in call.outputs]
    return model_calls(net) and all(tensor.shape is not None for tensor in tensors)


def named_weights(net: netviz.InspectedModel) -> bool:
    names = [weight.name for layer in net.walk() for weight in layer.weights]
    return bool(names) and not any(re.search(r"(^|/)\d+$", name) for name in names)


def has_values(net: netviz.InspectedModel) -> bool:
    weights = [weight for layer in net.walk() for weight in layer.weights]
    try:
        return bool(weights) and all(weight.numpy().shape == weight.shape for weight in weights)
    except netviz.NetvizError:
        return False


COLUMNS: dict[str, Callable[[netviz.InspectedModel], bool]] = {
    "layers": lambda net: bool(net.layers) and all(layer.name for layer in net.layers),
    "classes": lambda net: all(layer.class_name for layer in net.walk()),
    "calls": model_calls,
    "shapes": known_shapes,
    "parameters": lambda net: (
        net.parameters.total > 0 and all(weight.shape is not None for layer in net.walk() for weight in layer.weights)
    ),
    "names of weights": named_weights,
    "values": has_values,
    "compiled with": lambda net: net.training is not None,
    "optimizer's state": lambda net: net.parameters.optimizer > 0,
}

OF_TRAINED = ("compiled with", "optimizer's state")
"""Columns that only samples can bear out which were compiled and trained: those called mlp and trained."""


@dataclass(frozen=True)
class Samples:
    """Files of one row of the table, and those of them that hold a model that was trained."""

    files: tuple[Path, ...]
    trained: tuple[Path, ...]


def samples(files: Iterable[Path]) -> Samples:
    found = tuple(path for path in sorted(files) if not path.name.startswith(OWN_CLASSES + WITHOUT_WEIGHTS))
    return Samples(found, tuple(path for path in found if path.name.startswith(("mlp", "trained", "savedmodel"))))


@pytest.fixture(scope="module")
def by_keras_3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One trained model of the installed Keras 3 in each of its formats."""
    import keras
    import numpy as np

    folder = tmp_path_factory.mktemp("by_keras_3")
    x = keras.Input((8, 8, 3), name="x")
    y = keras.layers.BatchNormalization()(keras.layers.Conv2D(4, 3)(x))
    model = keras.Model(x, keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(y)), name="trained")
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(np.zeros((2, 8, 8, 3)), np.zeros((2, 2)), verbose=0)
    (folder / "trained.json").write_text(model.to_json())
    model.save_weights(folder / "trained.weights.h5")
    model.save_weights(folder / "trained.weights.json", max_shard_size=1e-6)
    model.export(folder / "trained", verbose=False)
    model.save(folder / "trained.keras")
    model.save(folder / "trained.h5")
    return folder


def rows(three: Path, two: Path) -> dict[tuple[str, str], Samples]:
    """The samples by the first two cells of each row."""

    def fixtures(*patterns: str) -> Samples:
        return samples(path for pattern in patterns for path in FIXTURES.glob(pattern) if path.suffix != ".json")

    def with_those(found: Samples, *paths: Path) -> Samples:
        return Samples(found.files + paths, found.trained + tuple(path for path in paths if "weights" not in path.name))

    return {
        ("`.keras`, or its folder", "Keras 3.0 to 3.15"): with_those(
            fixtures("keras-3*/*.keras"), three / "trained.keras"
        ),
        ("`.keras`", "Keras 2.12 to 2.15, tf_keras 2.21"): with_those(
            fixtures("keras-2.1[2-5]*/*.keras"), two / "residual.keras"
        ),
        ("`.keras`", "Keras 2.11"): fixtures("keras-2.11*/*.keras"),
        ("whole model in `.h5`", "Keras 3"): samples([three / "trained.h5"]),
        ("whole model in `.h5`", "Keras 2.0 to 2.15, tf_keras 2.21"): with_those(
            fixtures("keras-2*/*.h5", "tensorflow-*/*.h5"), two / "residual.h5"
        ),
        ("whole model in `.h5`", "Keras 1.0 to 1.2"): fixtures("keras-1*/*.h5"),
        ("SavedModel", "Keras 2 (`model.save`)"): fixtures("savedmodel-keras-2*"),
        ("SavedModel", "Keras 3 (`model.export`), TensorFlow"): samples(
            [three / "trained", FIXTURES / "savedmodel-export", FIXTURES / "savedmodel-tf1"]
        ),
        ("`.weights.h5`", "Keras 3"): samples([three / "trained.weights.h5"]),
        ("`.weights.json` and its shards", "Keras 3.10 to 3.15"): samples([three / "trained.weights.json"]),
        ("weights by name in `.h5`", "Keras 1 and 2"): Samples(
            tuple(two / f"{name}_weights.h5" for name in ("residual", "sequence")), (two / "residual_weights.h5",)
        ),
        ("config (`model.to_json()`)", "Keras 3"): samples([three / "trained.json"]),
        ("config (`model.to_json()`)", "Keras 1 and 2"): Samples(
            tuple(two / f"{name}_config.json" for name in ("residual", "sequence")), (two / "residual_config.json",)
        ),
    }


def table() -> list[list[str]]:
    """The cells of the README's table, heading first."""
    text = README.partition("## Which files")[2].partition("\n#")[0]
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines if set(line[0]) != {"-"}]


def test_every_cell_is_what_is_shown(by_keras_3: Path, saved_by_keras_2: Path) -> None:
    heading, *lines = table()
    assert heading[2:] == list(COLUMNS)
    known = rows(by_keras_3, saved_by_keras_2)
    assert [(line[0], line[1]) for line in lines] == list(known)
    wrong = []
    for line in lines:
        found = known[line[0], line[1]]
        assert found.files and found.trained
        nets = {path: netviz.inspect(path) for path in found.files}
        for column, cell in zip(heading[2:], line[2:], strict=True):
            shown = {
                path: COLUMNS[column](nets[path]) for path in (found.trained if column in OF_TRAINED else found.files)
            }
            wrong += [
                f"{line[:2]} {column}: {path} {is_shown}" for path, is_shown in shown.items() if is_shown != CELLS[cell]
            ]
    assert not wrong, "\n".join(wrong)


CELLS: dict[str, Any] = {"✓": True, "–": False}
