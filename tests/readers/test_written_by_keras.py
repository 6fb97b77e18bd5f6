"""Files written by Keras 3.0 to 3.15, against what that Keras said of the models while they were in memory.

The files and the JSON beside them are described in tests/fixtures/README.md. Keras is not imported here.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import netviz
from tests.conftest import FIXTURES
from tests.models.compare import differences

FILES = sorted(FIXTURES.glob("keras-3.*/*.keras"))

SAID_WRONGLY = {
    # Keras 3.0 forgot trainable=False given to a constructor when it asked the whole model.
    ("keras-3.0.5", "frozen"): ("trainable:", "non_trainable:"),
}


def version_of(path: Path) -> str:
    return path.parent.name.removeprefix("keras-")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{version_of(path)}-{path.stem}")
def test_reads_what_keras_said(path: Path) -> None:
    net = netviz.inspect(path)
    said = json.loads(path.with_suffix(".json").read_text())
    assert net.source.keras_version == version_of(path)
    if path.stem.startswith("subclassed"):
        assert_holds_the_stored_weights(net, said)
        return
    wrong = SAID_WRONGLY.get((path.parent.name, path.stem), ())
    assert [line for line in differences(net, said) if not line.startswith(wrong or ("-",))] == []
    assert {note.code for note in net.notes} <= {"class-unknown", "nested-lists-unsaved"}


def assert_holds_the_stored_weights(net: netviz.InspectedModel, said: dict[str, object]) -> None:
    """Of a subclassed model the weights are there, and a note says what is not."""
    assert net.class_name == said["class_name"]
    assert "subclassed" in {note.code for note in net.notes}
    version = tuple(int(part) for part in (net.source.keras_version or "0").split("."))
    if version >= (3, 15) or said["name"] != "subclassed_nested":
        assert net.parameters.total == said["total"]
    else:
        assert "nested-lists-unsaved" in {note.code for note in net.notes}
        assert net.parameters.total == 39  # of 75: Keras did not save the layers in a list of lists (README.md)


def test_the_unzipped_folder_is_the_same_model() -> None:
    folder = netviz.inspect(FIXTURES / "keras-3.15.1" / "shared_layer_folder")
    file = netviz.inspect(FIXTURES / "keras-3.15.1" / "shared_layer.keras")
    assert folder == file
    name = next(layer.path for layer in file.walk() if layer.kernel is not None)
    assert (folder[name].kernel == file[name].kernel).all()  # type: ignore[union-attr]


def test_third_party_models_read_without_a_gap(im2deep_models: list[Path]) -> None:
    assert len(im2deep_models) == 3
    for path in im2deep_models:
        net = netviz.inspect(path)
        assert net.source.keras_version == "3.5.0"
        assert net.notes == ()
        assert all(tensor.shape for layer in net.walk() for call in layer.calls for tensor in call.outputs)
