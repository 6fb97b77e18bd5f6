"""`netviz.graph`, `netviz.plot_model` and the command: what a user gets, in every format."""

from __future__ import annotations

import inspect
import json
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import click
import keras
import pytest
from click.testing import CliRunner

import netviz
from netviz.api.drawn import graph
from netviz.cli import cli
from netviz.cli.graph import graph as command
from netviz.errors import NetvizError, UsageError
from netviz.render.diagram import Theme
from netviz.render.drawing import CHOICES
from netviz.render.layout.engine import Engine
from netviz.render.layout.geometry import Direction, Splines
from netviz.views import CARD_FIELDS
from tests.conftest import EXAMPLES, ROOT

LENET = EXAMPLES / "lenet.keras"
RESIDUAL = EXAMPLES / "residual.keras"
TYPES = {"theme": Theme, "direction": Direction, "splines": Splines, "engine": Engine}
SVG = "{http://www.w3.org/2000/svg}"
BEGINNINGS = {"svg": b"<svg", "png": b"\x89PNG\r\n", "pdf": b"%PDF", "html": b"<!DOCTYPE html>", "dot": b"digraph"}


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(cli, ["graph", *map(str, arguments)])


@pytest.mark.parametrize("suffix", BEGINNINGS)
def test_every_format_is_written_by_its_suffix(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"lenet.{suffix}"
    done = run(LENET, "-o", target)
    assert done.exit_code == 0 and not done.output
    assert target.read_bytes().startswith(BEGINNINGS[suffix])
    again = netviz.graph(LENET).to(suffix)
    if suffix == "pdf":  # svg2pdf numbers the fonts of a page in any order
        assert len(target.read_bytes()) == len(again)
    else:
        assert target.read_bytes() == (again if isinstance(again, bytes) else again.encode())


def test_the_command_prints_the_graph_as_a_table() -> None:
    done = run(RESIDUAL, "--fold")
    assert done.exit_code == 0
    assert "×2" in done.output and "fc_add" in done.output


def test_data_is_the_json_and_names_every_layer() -> None:
    drawn = netviz.graph(RESIDUAL)
    document = json.loads(str(drawn.to("json")))
    assert document == json.loads(json.dumps(drawn.data))
    assert document["schema"] == 1
    ids = {child["id"] for child in document["children"]}
    assert all({edge["tail"], edge["head"]} <= ids for edge in document["edges"])
    layers = {layer for child in document["children"] for layer in child["layers"]}
    assert layers == {layer.path for layer in netviz.inspect(RESIDUAL).walk()}


def test_a_live_model_is_drawn_as_its_file(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((9,)), keras.layers.Dense(8), keras.layers.Dense(3)], name="small")
    model.save(tmp_path / "small.keras")
    drawn = netviz.graph(model).to("svg")
    assert drawn == netviz.graph(tmp_path / "small.keras").to("svg")
    assert drawn == netviz.inspect(model).graph().to("svg")


class Pair(keras.Model):  # type: ignore[misc]
    """A subclassed model: what it computes stands in `call` alone."""

    def __init__(self) -> None:
        super().__init__(name="pair")
        self.left = keras.layers.Dense(4, name="left")
        self.right = keras.layers.Dense(4, name="right")
        self.sum = keras.layers.Add(name="sum")

    def call(self, x: Any) -> Any:
        return self.sum([self.left(x), self.right(x)])


def test_subclassed_models_are_drawn_from_traced_calls() -> None:
    model = Pair()
    model.build((None, 3))
    edges = {(edge["tail"], edge["head"]) for edge in netviz.graph(model).data["edges"]}  # type: ignore[index]
    assert {("left", "sum"), ("right", "sum")} <= edges


def test_pydot_and_graphviz_read_what_is_written() -> None:
    drawn = netviz.graph(RESIDUAL, fold=True)
    boxes = sum(1 for one in _walk(drawn.data) if one["kind"] != "group")
    parsed = drawn.pydot()
    (top,) = parsed.get_subgraphs()
    inside = [node for node in (*parsed.get_nodes(), *top.get_nodes()) if re.fullmatch(r"n\d+", node.get_name())]
    assert len(inside) == boxes
    assert drawn.graphviz().source.rstrip() == str(drawn.to("dot")).rstrip()


def _walk(data: Any) -> Any:
    for child in data["children"]:
        yield child
        if child["kind"] == "group":
            yield from _walk(child)


def test_notebooks_get_the_picture_and_the_table() -> None:
    bundle = netviz.graph(LENET)._repr_mimebundle_()
    assert bundle.keys() == {"text/html", "image/png", "text/plain"}


def test_plot_model_has_the_signature_of_keras() -> None:
    ours, theirs = (inspect.signature(one).parameters for one in (netviz.plot_model, keras.utils.plot_model))
    assert list(ours) == list(theirs)
    for name, parameter in theirs.items():
        assert (ours[name].default, ours[name].kind) == (parameter.default, parameter.kind)


@pytest.mark.parametrize("options", [{}, {"show_shapes": True, "show_dtype": True, "show_layer_names": True},
                                     {"rankdir": "LR", "expand_nested": True, "splines": "spline", "dpi": 96},
                                     {"show_trainable": True, "show_layer_activations": True}])  # fmt: skip
def test_plot_model_writes_what_keras_would(options: dict[str, Any], tmp_path: Path) -> None:
    model = keras.models.load_model(RESIDUAL)
    target = tmp_path / "model.png"
    drawn = netviz.plot_model(model, target, **options)
    assert target.read_bytes().startswith(BEGINNINGS["png"])
    root = ElementTree.fromstring(str(drawn.to("svg")))
    text = "".join(root.itertext())
    titles = {one["names"][0] for one in drawn.data["children"]}  # type: ignore[index]
    assert titles == {layer.name for layer in model.layers}
    assert "Conv2D" in text
    said = {"show_dtype": "float32", "show_shapes": "4×8×12", "show_layer_names": "upper_stem"}
    cards = "\n".join(
        text for box in root.iter(f"{SVG}g") if "box" in (box.get("class") or "") for text in texts_of(box)
    )
    for option, word in said.items():
        assert (word in cards) == options.get(option, False)
    width, height = (float(root.get(side, "")) for side in ("width", "height"))
    assert (width > height) == (options.get("rankdir") == "LR")
    pixels = struct.unpack(">I", target.read_bytes()[16:20])[0]
    assert abs(pixels - width * options.get("dpi", 200) / 96) <= 1


def texts_of(box: ElementTree.Element) -> list[str]:
    """What is written on a card, without what stands in its title."""
    return [text.text or "" for text in box.iter(f"{SVG}text")]


def test_plot_model_refuses_what_keras_refuses() -> None:
    for wrong in ({"layer_range": ["a", "b"]}, {"colour": 1}):
        for plot in (netviz.plot_model, keras.utils.plot_model):
            with pytest.raises(ValueError):
                plot(keras.Sequential(), **wrong)


def test_plot_model_writes_where_keras_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    netviz.plot_model(LENET)
    assert (tmp_path / "model.png").exists()


def test_the_command_has_every_argument_of_the_function_and_the_same_defaults() -> None:
    function = inspect.signature(graph).parameters
    method = inspect.signature(netviz.InspectedModel.graph).parameters
    options = {option.name: option for option in command.params}
    reading = {"load", "trust", "architecture", "max_bytes"}
    assert function.keys() - {"source"} - reading == method.keys() - {"self"}
    assert options.keys() - {"format_", "output", "fold_level", "strip"} == function.keys()
    for name, parameter in function.items():
        if name != "source" and name not in reading:
            assert method[name].default == parameter.default
        if isinstance(parameter.default, bool | int | float | str) and name not in ("aspect", "fold"):
            assert options[name].get_default(click.Context(command)) == parameter.default
    for name, choices in CHOICES.items():
        kind = options[name].type
        assert isinstance(kind, click.Choice) and tuple(kind.choices) == choices == get_args(TYPES[name])
    listed = next(option.help or "" for option in command.params if option.name == "show")
    assert all(field in listed for field in CARD_FIELDS if field != "config")


@pytest.mark.parametrize(
    "options",
    [{"theme": "neon"}, {"direction": "up"}, {"splines": "wavy"}, {"engine": "neato"}, {"aspect": -1}, {"aspect": "A4"},
     {"scale": 0}, {"scale": 1000}, {"show": "colour"}, {"color": "rainbow"}],
)  # fmt: skip
def test_choices_that_there_are_not_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as raised:
        netviz.graph(LENET, **options)
    assert raised.value.hint and "\n" not in raised.value.message


@pytest.mark.parametrize(
    "arguments",
    [["--select", "nobody"], ["--around", "nobody"], ["--select", "("], ["-o", "x.bmp"], ["--fold-level", "9"]],
)
def test_wrong_questions_are_one_line_and_exit_code_2(arguments: list[str], tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["graph", str(LENET), *arguments])
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_a_failed_layout_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "lenet.svg"
    target.write_text("before")

    def fails(*args: object, **kwargs: object) -> None:
        raise NetvizError("no layout")

    monkeypatch.setattr("netviz.render.diagram.picture.lay_out", fails)
    assert run(LENET, "-o", target).exit_code == 1
    assert target.read_text() == "before" and list(tmp_path.iterdir()) == [target]


def test_drawing_a_file_loads_neither_keras_nor_what_it_does_not_need() -> None:
    script = (
        f"import netviz, sys; netviz.graph({str(LENET)!r}).to('svg'); "
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT)
    loaded = set(done.stdout.split())
    assert not loaded & {
        "keras",
        "tensorflow",
        "matplotlib",
        "pydot",
        "graphviz",
        "pygraphviz",
        "vl_convert",
        "IPython",
    }
