"""What lies in examples/ is what its scripts make and what its README says."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest

import netviz
from tests.conftest import ROOT

FOLDER = ROOT / "examples"
TEXT = (FOLDER / "README.md").read_text()
ROWS = re.findall(r"^\| `([\w-]+\.(?:keras|json))` \|(.*)\|$", TEXT, re.MULTILINE)
ARCHITECTURES = importlib.import_module("examples.make_architectures")


@pytest.mark.parametrize("name", ARCHITECTURES.ARCHITECTURES)
def test_an_architecture_is_what_its_script_makes(name: str) -> None:
    assert ARCHITECTURES.config_of(name) == (FOLDER / "architectures" / f"{name}.json").read_text()


def test_every_model_is_described() -> None:
    described = [name for name, _ in ROWS]
    models = [path.name for path in (FOLDER / "models").iterdir() if path.name != "hidden.keras"]
    assert sorted(described) == sorted([*models, *(f"{name}.json" for name in ARCHITECTURES.ARCHITECTURES)])
    for path in [*FOLDER.glob("*.py"), *(FOLDER / "inputs").iterdir()]:
        assert path.name in TEXT


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[name for name, _ in ROWS])
def test_the_parameters_are_those_that_are_written(name: str, row: str) -> None:
    folder = "models" if name.endswith(".keras") else "architectures"
    counts: Any = netviz.inspect(FOLDER / folder / name).parameters
    assert f"{counts.total:,}" in [cell.strip() for cell in row.split("|")]
