"""What lies in examples/ is what its scripts make and what its README says."""

from __future__ import annotations

import csv
import importlib
import json
import re
import runpy
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

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


def tex(path: Path) -> None:
    """Every environment that is begun ends, in the right order."""
    begun: list[str] = []
    for verb, name in re.findall(r"\\(begin|end)\{(\w+\*?)\}", path.read_text()):
        if verb == "begin":
            begun.append(name)
        else:
            assert begun.pop() == name
    assert not begun and "\\" in path.read_text()


def picture(path: Path) -> None:
    with Image.open(path) as image:
        assert image.getextrema() != tuple((255, 255) for _ in image.getbands())


def page(path: Path) -> None:
    tags: list[str] = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]
    reader.feed(path.read_text())
    assert "table" in tags


def pdf(path: Path) -> None:
    data = path.read_bytes()
    assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")


def markdown(path: Path) -> None:
    rows = [line for line in path.read_text().splitlines() if line.startswith("|")]
    assert len(rows) > 2 and len({len(re.findall(r"(?<!\\)\|", row)) for row in rows[:3]}) == 1


def spreadsheet(path: Path) -> None:
    head, *rows = csv.reader(path.read_text().splitlines())
    assert rows and all(len(row) == len(head) for row in rows)


PARSED: dict[str, Callable[[Path], object]] = {
    ".svg": lambda path: ElementTree.parse(path),
    ".sarif": lambda path: json.loads(path.read_text())["runs"],
    ".npy": lambda path: np.load(path),
    ".png": picture,
    ".pdf": pdf,
    ".tex": tex,
    ".html": page,
    ".md": markdown,
    ".csv": spreadsheet,
}

SCRIPTS: dict[str, tuple[str, ...]] = {
    "summary_as_markdown": ("lenet.md", "lenet.html", "lenet.tex"),
    "draw_a_graph": ("resnet50.svg", "resnet50-outline.pdf", "resnet50-part.svg"),
    "figure_for_a_paper": ("vgg16.pdf", "u-net.svg", "lenet-5.tex", "encoder.pdf"),
    "first_network_by_hand": ("line.svg", "line-trace.svg"),
    "compare_activations": ("activations.svg", "activations.md", "of-my-own.svg"),
    "watch_the_outputs": ("health.csv", "conv1.svg"),
    "plot_training": ("training.svg", "training.pdf"),
    "check_before_loading": ("found.sarif",),
    "compare_two_models": ("changes.md", "changes.html"),
    "what_it_costs": ("cost.svg", "cost.csv"),
    "shapes_and_kernels": ("conv1.npy", "conv1.png"),
}
"""What each script writes, and nothing else."""


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_writes_what_it_promises(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = FOLDER / f"{name}.py", tmp_path / "here"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(path), str(out)])
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out.strip()
    assert sorted(each.name for each in out.iterdir()) == sorted(SCRIPTS[name])
    for each in out.iterdir():
        PARSED[each.suffix](each)
        assert each.name in path.read_text()
    assert list(tmp_path.iterdir()) == [out]


def test_every_script_is_run_and_named_in_the_readme() -> None:
    scripts = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("make_")}
    assert scripts == set(SCRIPTS)
    readme = (ROOT / "README.md").read_text()
    for name in scripts:
        assert f"(examples/{name}.py)" in readme
