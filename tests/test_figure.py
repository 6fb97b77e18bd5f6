"""`netviz.figure` and its command: what a user gets in every style and format, and what is said where none fits."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner

import netviz
from netviz.cli import cli
from netviz.cli.figure import figure as command
from netviz.errors import LayerNotFound, NetvizError, UsageError
from netviz.figures import FIELDS, STYLES
from netviz.render.figure.look import MEASURES
from netviz.render.figure.paints import THEMES, paints
from netviz.render.illustration import DIRECTIONS
from netviz.theme import PALETTES
from tests.conftest import EXAMPLES, ROOT
from tests.render.figure.measure import check

LINE, LENET, MLP = EXAMPLES / "line.keras", EXAMPLES / "lenet.keras", EXAMPLES / "mlp.keras"
ARCHITECTURES = ROOT / "examples" / "architectures"
SVG = "{http://www.w3.org/2000/svg}"
BEGINNINGS = {
    "svg": b"<svg",
    "png": b"\x89PNG\r\n",
    "pdf": b"%PDF",
    "tex": b"%",
    "html": b"<!DOCTYPE html>",
    "json": b"{",
}

FITTING = {
    "neurons": ("line.keras", "xor.keras", "mlp.keras", "perceptron.keras", "vgg16.json", "lenet-5.json"),
    "volumes": (
        "lenet-5.json", "alexnet.json", "vgg16.json", "resnet50.json", "u-net.json", "autoencoder.json",
        "two-inputs.json",
    ),
    "lenet": ("lenet-5.json", "alexnet.json", "vgg16.json", "autoencoder.json", "lenet.keras"),
    "blocks": (
        "lenet-5.json", "resnet50.json", "u-net.json", "autoencoder.json", "two-inputs.json", "encoder.json",
        "mlp.keras", "perceptron.keras", "attention.keras", "lstm.keras",
    ),
}  # fmt: skip
"""By style some files of examples/ that it fits."""

PAIRS = [(style, name) for style, names in FITTING.items() for name in names]
UNFITTING = [
    ("neurons", "u-net.json"), ("volumes", "mlp.keras"), ("volumes", "encoder.json"),
    ("lenet", "resnet50.json"), ("lenet", "u-net.json"), ("lenet", "mlp.keras"), ("lenet", "encoder.json"),
]  # fmt: skip


def file(name: str) -> Path:
    return (ARCHITECTURES if name.endswith(".json") else EXAMPLES) / name


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli, ["figure", *map(str, arguments)])


def words(svg: object) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(str(svg)).iter(f"{SVG}text")]


def test_the_command_has_every_argument_and_the_same_defaults() -> None:
    options = {option.name: option for option in command.params}
    parameters = inspect.signature(netviz.figure).parameters
    assert options.keys() - {"format_", "output"} == parameters.keys()
    for name, parameter in parameters.items():
        if isinstance(parameter.default, bool | int | float | str):
            assert options[name].get_default(click.Context(command)) == parameter.default, name


def test_the_choices_of_the_command_are_those_that_there_are() -> None:
    known = {"style": STYLES, "direction": DIRECTIONS, "size_scale": MEASURES, "channel_scale": MEASURES}
    choices = {option.name: option.type.choices for option in command.params if isinstance(option.type, click.Choice)}
    assert {name: tuple(choices[name]) for name in known} == known
    said = {option.name: getattr(option, "help", "") for option in command.params}
    assert all(field in said["show"] for field in FIELDS) and all(name in said["palette"] for name in PALETTES)


@pytest.mark.parametrize(("style", "name"), PAIRS, ids=lambda value: str(value))
def test_every_format(style: str, name: str, tmp_path: Path) -> None:
    made = netviz.figure(file(name), style=style)
    for suffix, beginning in BEGINNINGS.items():
        assert made.save(tmp_path / f"figure.{suffix}").read_bytes().startswith(beginning), suffix
    assert str(made).strip() and json.loads(str(made.to("json"))) == json.loads(json.dumps(made.data))
    data: Any = made.data
    assert data["schema"] == 1 and data["netviz"] == netviz.__version__
    root = ElementTree.fromstring(str(made.to("svg")))
    assert not {element.tag.removeprefix(SVG) for element in root.iter()} & {"script", "image", "foreignObject"}


@pytest.mark.parametrize(("style", "name"), PAIRS, ids=lambda value: str(value))
def test_same_input_same_bytes(style: str, name: str) -> None:
    one, two = (netviz.figure(file(name), style=style, theme="dark") for _ in range(2))
    for format_ in ("svg", "tikz", "json"):
        assert one.to(format_) == two.to(format_)


@pytest.mark.parametrize(("style", "name"), PAIRS, ids=lambda value: str(value))
def test_every_direction_shows_the_same_layers(style: str, name: str) -> None:
    net = netviz.inspect(file(name))
    figures = {one: str(netviz.figure(net, style=style, direction=one).to("svg")) for one in DIRECTIONS}
    assert len(set(figures.values())) == len(DIRECTIONS)
    shown = [
        sorted(path for element in ElementTree.fromstring(svg).iter() if (path := element.get("data-path")))
        for svg in figures.values()
    ]
    assert shown[0] and all(paths == shown[0] for paths in shown)


@pytest.mark.parametrize("style", STYLES)
def test_every_theme_shows_the_same_in_its_own_colours(style: str) -> None:
    net = netviz.inspect(file(FITTING[style][-1]))
    figures = {theme: str(netviz.figure(net, style=style, theme=theme).to("svg")) for theme in THEMES}
    papers = {theme: re.findall(r"\.f-paper\{fill:(#\w+)\}", svg) for theme, svg in figures.items()}
    assert papers["light"] != papers["dark"] and papers["auto"] == papers["light"] + papers["dark"]
    for theme, svg in figures.items():
        known = paints("light" if theme == "auto" else theme, "netviz")
        assert papers[theme][0] == known["paper"] and words(svg) == words(figures["light"])


@pytest.mark.parametrize(("style", "name"), PAIRS, ids=lambda value: str(value))
def test_a_column_is_as_wide_as_asked_or_says_what_it_needs(style: str, name: str) -> None:
    try:
        svg = str(netviz.figure(file(name), style=style, width="8.5cm").to("svg"))
    except UsageError as error:
        assert re.search(r"\d (cm|mm|px|in)|\dcm", f"{error.message} {error.hint}") and error.hint
        assert style in ("neurons", "lenet")  # volumes go into rows, blocks into a column
        return
    root = ElementTree.fromstring(svg)
    assert abs(float(root.attrib["width"]) - 8.5 / 2.54 * 96) < 0.5
    sizes = [float(element.attrib["font-size"]) for element in root.iter(f"{SVG}text")]
    assert min(sizes) >= 8.0 - 1e-6  # 6 points


@pytest.mark.parametrize(("style", "name"), UNFITTING, ids=lambda value: str(value))
def test_a_style_that_does_not_fit_says_so_and_names_one_that_does(style: str, name: str) -> None:
    done = run(file(name), "--style", style)
    assert done.exit_code == 2 and len(done.stderr.strip().splitlines()) == 2
    (other,) = [one for one in STYLES if re.search(rf"\b{one}\b", done.stderr.splitlines()[1])]
    assert other != style
    netviz.figure(file(name), style=other).to("svg")


@pytest.mark.parametrize("name", sorted({name for _, name in PAIRS}))
def test_without_a_style_one_that_fits_is_taken(name: str) -> None:
    data: Any = netviz.figure(file(name)).data
    assert data["style"] in STYLES
    assert netviz.figure(file(name), style=data["style"]).data == data


def test_values_flow_through_y_2x_1() -> None:
    svg = netviz.figure(LINE, x=4, show="weights,biases").to("svg")
    shown = " ".join(words(svg))
    assert re.search(r"\b4\b", shown) and re.search(r"\b9\b", shown) and "2" in shown and "1" in shown
    done = run(LINE, "--input", 4)
    assert done.exit_code == 0 and "9" in done.output


def test_only_neurons_take_an_input() -> None:
    with pytest.raises(UsageError, match="takes no input"):
        netviz.figure(file("encoder.json"), style="blocks", x=[1])
    done = run(EXAMPLES / "xor.keras", "--input", "1,2,3")
    assert done.exit_code == 2 and len(done.stderr.strip().splitlines()) <= 2
    done = run(LINE, "--input", "1", "--sample", "3")
    assert done.exit_code == 2 and "sample 3" in done.stderr


WRONG: list[Callable[[], object]] = [
    lambda: netviz.figure(LENET, style="cubes"),
    lambda: netviz.figure(LENET, palette="neon"),
    lambda: netviz.figure(LENET, palette={"conv": "#ff0000"}),
    lambda: netviz.figure(LENET, palette={"convolution": "red"}),
    lambda: netviz.figure(LENET, palette=7),  # type: ignore[arg-type]
    lambda: netviz.figure(LENET, font="a;b{}"),
    lambda: netviz.figure(LENET, font_size=3),
    lambda: netviz.figure(LENET, width="wide"),
    lambda: netviz.figure(LENET, width="1mm"),
    lambda: netviz.figure(LENET, width=float("nan")),
    lambda: netviz.figure(LENET, spacing=-1),
    lambda: netviz.figure(LENET, scale=0),
    lambda: netviz.figure(LENET, direction="up"),
    lambda: netviz.figure(LENET, size_scale="cubic"),
    lambda: netviz.figure(LENET, theme="sepia"),
    lambda: netviz.figure(LENET, show="colour"),
    lambda: netviz.figure(LENET, style="lenet", show="weights"),
    lambda: netviz.figure(LENET, show=[1]),  # type: ignore[list-item]
    lambda: netviz.figure(LENET, annotate="conv1"),  # type: ignore[arg-type]
    lambda: netviz.figure(LENET, annotate={"conv1": " "}),
    lambda: netviz.figure(LENET, sample=2),
    lambda: netviz.figure(LENET, style="blocks", size_scale="log"),
    lambda: netviz.figure(MLP, style="neurons", fold=True),
    lambda: netviz.figure(LENET, palette="convolution=red"),
    lambda: netviz.figure(LENET, omit=".*"),
    lambda: netviz.figure(LENET, omit="("),
    lambda: netviz.figure(EXAMPLES / "xor.keras", x=[1, 2, 3]),
]


@pytest.mark.parametrize("place", range(len(WRONG)))
def test_a_wrong_choice_is_one_line_with_a_remedy(place: int) -> None:
    with pytest.raises(NetvizError) as caught:
        WRONG[place]()
    assert "\n" not in caught.value.message and caught.value.hint


@pytest.mark.parametrize("style", ["volumes", "lenet", "blocks"])
def test_an_unknown_layer_names_near_ones(style: str) -> None:
    for options in ({"omit": "conv9"}, {"annotate": {"conv9": "here"}}):
        with pytest.raises(LayerNotFound, match="conv9") as caught:
            netviz.figure(LENET, style=style, **options)
        assert "conv1" in caught.value.hint


@pytest.mark.parametrize(("style", "name"), PAIRS, ids=lambda value: str(value))
def test_words_of_the_users_are_drawn(style: str, name: str) -> None:
    net = netviz.inspect(file(name))
    layer = next(one.name for one in reversed(net.layers) if one.class_name == "Dense" or "Conv" in str(one.class_name))
    svg = netviz.figure(net, style=style, annotate={layer: "look here"}).to("svg")
    assert "look here" in " ".join(words(svg))


def caption(svg: object) -> str:
    """The words above the figure, on one line; "" where there are none."""
    parts = [part for part in ElementTree.fromstring(str(svg)).iter(f"{SVG}g") if part.get("class") == "caption"]
    return " ".join(text.text or "" for part in parts for text in part.iter(f"{SVG}text"))


@pytest.mark.parametrize(("style", "name"), PAIRS, ids=lambda value: str(value))
def test_legend_and_caption(style: str, name: str) -> None:
    net = netviz.inspect(file(name))
    with_both = netviz.figure(net, style=style, caption=True, legend=True).to("svg")
    without = netviz.figure(net, style=style, caption=False, legend=False).to("svg")
    layers, parameters = len([*net.walk()]), net.parameters.total
    said = f"{layers:,} layer{'s' * (layers != 1)}, {parameters:,} parameter{'s' * (parameters != 1)}"
    assert caption(with_both) == f"{net.name}: {said}"
    assert caption(without) == "" and 'class="legend"' not in str(without)


def test_one_is_singular() -> None:
    assert caption(netviz.figure(LINE, caption=True).to("svg")) == "line: 1 layer, 2 parameters"


def test_palettes_and_fonts_reach_the_picture() -> None:
    red = str(netviz.figure(LENET, style="lenet", palette={"convolution": "#ff0000"}).to("svg"))
    plain = str(netviz.figure(LENET, style="lenet").to("svg"))
    red_rules, rules = (re.findall(r"\.(f-convolution-\w+)\{fill:(#\w+)\}", svg) for svg in (red, plain))
    assert rules and [name for name, _ in red_rules] == [name for name, _ in rules]
    for (_, color), (_, usual) in zip(red_rules, rules, strict=True):
        r, g, b = (int(color[place : place + 2], 16) for place in (1, 3, 5))
        assert color != usual and r > max(g, b)
    serif = str(netviz.figure(LENET, style="lenet", font="serif").to("svg"))
    assert "font-family:'Times New Roman'" in serif
    own = str(netviz.figure(LENET, style="lenet", font="Fira Sans").to("svg"))
    assert "font-family:'Fira Sans'," in own


ON_PURPOSE = {"volumes": {"collision"}}
"""What a style may draw: boxes in space hide a part of those behind them."""


@pytest.mark.parametrize("font", ["mono", "serif", "DejaVu Sans Mono"])
@pytest.mark.parametrize("style", STYLES)
def test_words_have_room_in_any_font(page: Any, style: str, font: str) -> None:
    svg = str(netviz.figure(file(FITTING[style][-1]), style=style, font=font).to("svg"))
    check(page, svg, without=ON_PURPOSE.get(style, ()))


def test_what_is_left_out_is_not_drawn() -> None:
    whole, fewer = (str(netviz.figure(LENET, style="blocks", omit=omit).to("svg")) for omit in ((), ("pool.*",)))
    assert 'data-path="pool1"' in whole and 'data-path="pool1"' not in fewer
    done = run(LENET, "--style", "blocks", "--omit", "pool1", "--omit", "pool2", "--format", "json")
    assert {"pool1", "pool2"} <= set(json.loads(done.output)["omitted"])


def test_nothing_heavy_is_imported_for_a_figure(tmp_path: Path) -> None:
    code = (
        "import sys, netviz; netviz.figure('examples/architectures/vgg16.json', style='volumes').save(sys.argv[1]);"
        "print(*sys.modules)"
    )
    target = tmp_path / "v.svg"
    done = subprocess.run(
        [sys.executable, "-c", code, str(target)], check=True, capture_output=True, text=True, cwd=ROOT
    )
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert target.exists() and not loaded & {"keras", "tensorflow", "matplotlib", "vl_convert", "numpy", "pygraphviz"}


def test_a_notebook_shows_the_picture() -> None:
    bundle = netviz.figure(LENET)._repr_mimebundle_()
    assert bundle.keys() == {"text/html", "image/png", "text/plain"}


def test_an_input_is_never_overwritten(tmp_path: Path) -> None:
    data = tmp_path / "x.svg"
    data.write_text("4")
    done = run(LINE, "--input", data, "-o", data)
    assert done.exit_code == 2 and data.read_text() == "4"


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_words_at_a_layer_that_shares_its_column(direction: str) -> None:
    """They stand among the layer's own words, so that none stand beside the figure."""
    figure = netviz.figure(
        file("two-inputs.json"), style="neurons", direction=direction, annotate={"facts2": "look here"}
    )
    assert "look here" in " ".join(words(figure.to("svg")))
