"""Files in which everything that has a name has a hostile one, through every format of `netviz inspect` and `check`."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from click.testing import CliRunner

import netviz
from netviz.cli import cli
from netviz.cli.options import FORMATS
from netviz.render.escape import terminal
from tests.render.names import HOSTILE
from tests.render.test_names import (
    csv_texts,
    error_lines,
    github,
    html_texts,
    json_texts,
    latin,
    lines,
    page_texts,
    unlatexed,
    whole,
)

NAMES = list(HOSTILE)


def layer(name: str, class_name: str = "Dense") -> dict[str, Any]:
    module = "keras.layers" if class_name == "Dense" else name
    settings = {"name": name, "units": 2, "trainable": True, name: name, "nested": {name: [name, {name: name}]}}
    return {"module": module, "class_name": class_name, "config": settings, "registered_name": name}


def config(names: list[str]) -> dict[str, Any]:
    """A Sequential in which layers, classes, settings, optimizer, losses and metrics have the names."""
    layers = [layer(name) for name in names] + [layer(f"{name} of mine", name) for name in names if name]
    compiled = {
        "optimizer": {"module": names[0], "class_name": names[0], "config": {name: name for name in names}},
        "loss": {name: name for name in names},
        "metrics": names,
    }
    settings = {"name": names[0], "build_input_shape": [None, 3], "layers": layers}
    return {"module": "keras", "class_name": "Sequential", "config": settings, "compile_config": compiled}


def weights(names: list[str]) -> bytes:
    """The groups of the layers that are Keras's own, by class and number, each stating the layer's name."""
    target = io.BytesIO()
    with h5py.File(target, "w") as file:
        for place, name in enumerate(names):
            group = file.create_group(f"layers/dense{f'_{place}' if place else ''}/vars")
            group.attrs["name"] = np.bytes_(name.encode("utf-8", "replace")[:60_000] or b" ")
            group["0"], group["1"] = np.ones((3 if place == 0 else 2, 2), "float32"), np.ones(2, "float32")
    return target.getvalue()


def keras_file(path: Path, names: list[str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": names[0], "date_saved": names[-1]}))
        archive.writestr("config.json", json.dumps(config(names)))
        archive.writestr("model.weights.h5", weights(names))


def h5_file(path: Path, names: list[str]) -> None:
    """Weights by name: groups, layers and variables have the names that HDF5 allows."""
    allowed = [name for name in names if name.strip("./") and "\0" not in name and "/" not in name]
    allowed = [*dict.fromkeys(name.encode("utf-8", "replace").decode()[:2000] for name in allowed)]
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in allowed]
        file.attrs["keras_version"], file.attrs["backend"] = names[0].encode("utf-8", "replace")[:99], b"\x1b[31m"
        for name in allowed:
            group = file.create_group(name)
            group.attrs["weight_names"] = [f"{name}:0".encode()]
            group.create_dataset(f"{name}:0", data=np.ones((2, 2), "float32"))


FILES: dict[str, Callable[[Path, list[str]], None]] = {"m.keras": keras_file, "m.h5": h5_file}


def markdown_texts(text: str) -> list[str]:
    page = github(text)
    assert set(page.tags) <= {"h2", "h3", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "strong"}
    return page.texts


ORACLES: dict[str, Callable[[str], list[str]]] = {
    "table": lines,
    "json": json_texts,
    "html": page_texts,
    "fragment": html_texts,
    "csv": csv_texts,
    "markdown": markdown_texts,
    "latex": lambda text: [text],
    "sarif": json_texts,
}
"""The oracles of test_names, of those that know what the sheet is like without what depends on it."""


@pytest.mark.parametrize("file", FILES)
def test_every_format_of_a_hostile_file(file: str, tmp_path: Path) -> None:
    path = tmp_path / file
    FILES[file](path, NAMES)
    net = netviz.inspect(path)
    assert len(net.layers) >= len(NAMES) * 0.6
    summaries = {
        "all": net.summary(config=True, weights=True, columns="name,class,path,connected,activation,dtype,formula"),
        "one": net.layers[0].summary(),
        "check": netviz.check(path).summary(),
    }
    for summary in summaries.values():
        for format_ in summary.formats:
            text = summary.to(format_)
            assert isinstance(text, str)
            text.encode("utf-8")
            ORACLES[format_](text)


EXPECTED: dict[str, Callable[[str], str]] = {"table": terminal, "json": whole, "html": terminal, "latex": latin}


@pytest.mark.parametrize("format_", EXPECTED)
def test_the_names_are_there(format_: str, tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    keras_file(path, NAMES)
    texts = "\n".join(ORACLES[format_](str(netviz.inspect(path).summary(config=True).to(format_))))
    if format_ == "latex":
        texts = unlatexed(texts)
    for name in NAMES:
        assert EXPECTED[format_](name).strip() in texts


@pytest.mark.parametrize("format_", FORMATS)
def test_the_command_writes_what_the_verb_gives(format_: str, tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    keras_file(path, NAMES)
    done = CliRunner().invoke(cli, ["inspect", str(path), "--format", format_])
    assert done.exit_code == 0 and done.stderr == ""
    assert done.stdout == netviz.inspect(path).summary().to(format_)


@pytest.mark.parametrize("name", ["two\nlines", "\x1b[31mred", "\u202erevo", "=cmd()", "<b>", "a|b", "漢字"])
def test_a_path_is_a_name_too(name: str, tmp_path: Path) -> None:
    """The name of the file itself, where it is read and where it is not, and the name of a layer asked for."""
    path = tmp_path / f"{name}.keras"
    keras_file(path, ["a", name])
    for format_ in FORMATS:
        done = CliRunner().invoke(cli, ["inspect", str(path), "--format", format_])
        assert done.exit_code == 0
        ORACLES[format_](done.stdout)
    for arguments in (
        [str(tmp_path / f"no {name}")],
        [str(path), "--layer", f"no {name}"],
        [str(path), "--columns", name],
    ):
        done = CliRunner().invoke(cli, ["inspect", *arguments])
        assert done.exit_code in (1, 2) and not done.stdout
        error_lines(done.stderr)
    path.write_bytes(b"PK" + name.encode() * 9)
    error_lines(CliRunner().invoke(cli, ["inspect", str(path)]).stderr)
