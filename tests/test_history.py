"""`netviz history` and `netviz.history`: the two are one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import netviz
from netviz.cli import cli
from tests.conftest import EXAMPLES
from tests.render.chart.measuring import clipped, overlapping

LOGS = sorted((EXAMPLES.parent / "logs").glob("*.csv"))


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_the_command_gives_what_the_function_gives(path: Path, tmp_path: Path) -> None:
    made = netviz.history(path)
    done = CliRunner().invoke(cli, ["history", str(path)])
    assert done.exit_code == 0 and done.stdout == str(made)
    for format in ("svg", "json", "csv"):
        target = tmp_path / f"h.{format}"
        assert CliRunner().invoke(cli, ["history", str(path), "-o", str(target)]).exit_code == 0
        assert target.read_text() == made.to(format)
    assert json.loads(str(made.to("json"))) == made.data


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_nothing_in_the_picture_overlaps(path: Path, log: bool) -> None:
    figure = netviz.history(path, log=log).figure
    assert overlapping(figure) == [] and clipped(figure) == []


def test_one_epoch_is_a_point() -> None:
    (axes,) = netviz.history({"loss": [0.5]}).figure.axes
    assert any(line.get_marker() == "o" for line in axes.lines)


def test_options(tmp_path: Path) -> None:
    path = LOGS[0]
    arguments = [
        "history",
        str(path),
        "--metrics",
        "accuracy",
        "--log",
        "--theme",
        "dark",
        "-o",
        str(tmp_path / "h.svg"),
    ]
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    made = netviz.history(path, metrics=["accuracy"], log=True, theme="dark")
    assert (tmp_path / "h.svg").read_text() == made.to("svg")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--metrics", "nope"], 2), (["-o", "x.docx"], 2), (["-o", str(LOGS[0])], 2)],
)
def test_mistakes_are_one_line(arguments: list[str], code: int) -> None:
    done = CliRunner().invoke(cli, ["history", str(LOGS[0]), *arguments])
    assert done.exit_code == code and done.stderr.startswith("netviz: ") and done.stderr.count("\n") <= 2


def test_a_model_is_no_log() -> None:
    done = CliRunner().invoke(cli, ["history", str(EXAMPLES / "lenet.keras")])
    assert done.exit_code == 1 and "this is a model" in done.stderr and "inspect" in done.stderr
