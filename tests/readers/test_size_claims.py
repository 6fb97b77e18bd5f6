"""Layers whose settings ask for far more than is stored: Keras would make it before it finds out."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

import netviz
from tests.conftest import EXAMPLES


@pytest.mark.parametrize(("units", "code"), [(50_000_000, "size-claim"), (11, "weight-conflict")])
def test_a_layer_that_is_far_larger_than_what_is_stored(units: int, code: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(EXAMPLES / "lenet.keras") as source, zipfile.ZipFile(tmp_path / "m.keras", "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "config.json":
                config = json.loads(data)
                config["config"]["layers"][-1]["config"]["units"] = units
                data = json.dumps(config).encode()
            target.writestr(name, data)
    notes = netviz.inspect(tmp_path / "m.keras").notes
    assert code in {note.code for note in notes if note.path == "predictions"}
    assert any(note.severity == "danger" for note in notes) is (code == "size-claim")
