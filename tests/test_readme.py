"""The README is true: its Python runs, its options exist, its JSON has the keys that are written."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import netviz
from netviz.analysis.advice import ADVICE
from netviz.analysis.columns import COLUMNS
from netviz.cli import cli
from netviz.cli.options import CHECK_FORMATS, FORMATS, SEVERITIES
from tests.conftest import EXAMPLES, ROOT

README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in blocks("python"):
        exec(block, names)
    assert (tmp_path / "lenet.md").read_text()


def test_every_option_is_described_and_every_described_one_exists() -> None:
    parameters = [one for command in cli.commands.values() for one in command.params]
    options = {option for one in parameters for option in (*one.opts, *one.secondary_opts)}
    described = set(re.findall(r"(?<![\w-])--?[a-z]+(?:-[a-z]+)*\b", README))
    assert {option for option in options if option.startswith("-")} <= described
    assert described - options <= {"--debug", "-c", "-m"}


def test_columns_and_formats_are_listed() -> None:
    for column in COLUMNS:
        assert f"`{column}`" in README
    assert "|".join(FORMATS) in README
    assert "|".join(CHECK_FORMATS) in README
    assert "|".join(SEVERITIES) in README


def test_the_codes_of_check_are_those_that_exist() -> None:
    (table,) = re.findall(r"\| severity \| what it means.*?\n\n", README, re.DOTALL)
    assert set(re.findall(r"\(?`([a-z]+(?:-[a-z]+)+)`", table)) <= set(ADVICE)


def test_the_json_has_the_keys_of_the_document() -> None:
    (block,) = blocks("json")
    net = netviz.inspect(EXAMPLES / "lenet.keras")
    written: dict[str, Any] = json.loads(block)
    document: dict[str, Any] = json.loads(net.summary(layer="conv1").to("json"))
    assert list(written) == list(document)
    for key in ("source", "parameters"):
        assert list(written[key]) == list(document[key])
    for key in ("inputs", "outputs"):
        assert written[key] == document[key]
    (ours,), (theirs,) = document["layers"], written["layers"]
    assert list(ours) == list(theirs)
    assert list(ours["weights"][0]) == list(theirs["weights"][0])
    assert {**ours, "config": 0, "weights": 0} == {**theirs, "config": 0, "weights": 0}
    assert written["parameters"] == document["parameters"]


def test_the_notes_have_the_keys_that_are_written() -> None:
    (block,) = blocks("json")
    net = netviz.inspect(ROOT / "tests" / "fixtures" / "keras-3.15.1" / "subclassed.keras")
    document: dict[str, Any] = json.loads(net.summary().to("json"))
    assert list(document["notes"][0]) == list(json.loads(block)["notes"][0])
