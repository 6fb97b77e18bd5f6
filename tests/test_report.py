"""`netviz.report`, `netviz.view` and their commands: what a user gets in each format, and what is said of failures."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import netviz
from netviz.cli import cli
from netviz.errors import NetvizError, UsageError
from tests.conftest import EXAMPLES, ROOT
from tests.test_architecture import loaded_by

LENET, HIDDEN = EXAMPLES / "lenet.keras", EXAMPLES / "hidden.keras"
CONFIG = ROOT / "examples" / "architectures" / "resnet50.json"


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli, [*map(str, arguments)])


@pytest.mark.parametrize("verb", ["report", "view"])
def test_the_command_has_every_argument_and_the_same_defaults(verb: str) -> None:
    command = cli.commands[verb]
    options = {option.name: option for option in command.params}
    parameters = inspect.signature(getattr(netviz, verb)).parameters
    assert options.keys() - {"format_", "output"} == parameters.keys() - {"progress"}
    for name, parameter in parameters.items():
        if isinstance(parameter.default, bool | str):
            assert options[name].get_default(click.Context(command)) == parameter.default, name


@pytest.mark.parametrize("suffix", ["html", "md", "json", "txt"])
def test_the_command_writes_what_the_function_gives(suffix: str, tmp_path: Path) -> None:
    made = tmp_path / f"report.{suffix}"
    assert run("report", LENET, "-o", made).exit_code == 0
    again = netviz.report(LENET).save(tmp_path / f"again.{suffix}")
    assert made.read_bytes() == again.read_bytes()


def test_without_a_file_the_report_is_tables() -> None:
    shown = run("report", LENET)
    assert shown.exit_code == 0 and shown.stdout == str(netviz.report(LENET))
    assert "<" not in shown.stdout.replace("<0.1", "")


def test_every_layer_is_named_in_every_format() -> None:
    made = netviz.report(EXAMPLES / "residual.keras")
    names = [layer.name for layer in netviz.inspect(EXAMPLES / "residual.keras").walk()]
    for format in ("table", "html", "markdown", "json"):
        text = str(made.to(format)).replace("\\_", "_").replace("<wbr>", "")
        assert [name for name in names if name not in text] == [], format


def test_data_hold_the_document_of_inspect_and_what_the_page_adds() -> None:
    made = netviz.report(LENET)
    data: Any = made.data
    document: Any = netviz.inspect(LENET).summary(columns="name,macs", config=True).data
    assert data["model"] == document and data["schema"] == 1 and data["netviz"] == netviz.__version__
    assert json.loads(str(made.to("json"))).keys() == data.keys()
    weights = {(layer.path, weight.name) for layer in netviz.inspect(LENET).walk() for weight in layer.weights}
    assert {(one["layer"], one["name"]) for one in data["figures"]} == weights
    stored = {weight["path"] for layer in document["layers"] for weight in layer["weights"]}
    assert {one["path"] for one in data["figures"]} == stored
    for one in data["figures"]:
        values = next(w for w in netviz.inspect(LENET)[one["layer"]].weights if w.name == one["name"]).numpy()
        assert one["size"] == values.size == sum(one["histogram"])
        assert one["minimum"] == pytest.approx(float(values.min())) and one["maximum"] == pytest.approx(values.max())
        assert one["mean"] == pytest.approx(float(values.mean(dtype=float)), abs=1e-7)


FOUND = [
    LENET,
    HIDDEN,
    CONFIG,
    ROOT / "tests" / "fixtures" / "keras-2.15.0" / "custom.keras",
    ROOT / "tests" / "fixtures" / "savedmodel-keras-2.21",
]
"""Sources with findings of each severity, without any, and with notes on what reading them did not show."""


@pytest.mark.parametrize("source", FOUND, ids=lambda path: path.name)
def test_findings_are_those_of_check(source: Path) -> None:
    """All of them and nothing else, in the same order: what is only unknown is no finding."""
    found = [(one.severity, one.code, one.path, one.message, one.remedy) for one in netviz.check(source)]
    data: Any = netviz.report(source, weights=True).data
    keys = ("severity", "code", "path", "message", "remedy")
    assert [tuple(one[key] for key in keys) for one in data["findings"]] == found
    assert run("report", source).exit_code == 0, "a report tells; check is what fails"


def test_values_are_left_alone_where_they_are_not_wanted() -> None:
    data: Any = netviz.report(LENET, weights=False).data
    assert data["figures"] == [] and "--weights" in data["looked"]


def test_a_config_has_no_values_and_says_so() -> None:
    for choice in (None, True, False):
        data: Any = netviz.report(CONFIG, weights=choice).data
        assert data["figures"] == [] and data["looked"]


@pytest.mark.parametrize("wrong", [{"theme": "print"}, {"theme": None}, {"weights": "yes"}, {"weights": 1}], ids=str)
def test_wrong_choices_are_one_line(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as raised:
        netviz.report(LENET, **wrong)
    assert raised.value.hint and "\n" not in raised.value.message


def test_a_source_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    shown = run("report", tmp_path / "none.keras", "-o", target)
    assert shown.exit_code == 1 and shown.stderr.startswith("netviz: ") and not target.exists()


def test_a_report_is_not_written_over_its_source(tmp_path: Path) -> None:
    shown = run("report", LENET, "-o", LENET)
    assert shown.exit_code == 2 and "is the source itself" in shown.stderr
    inside = tmp_path / "report.html"
    inside.write_text("kept")
    shown = run("report", tmp_path, "-o", inside)
    assert shown.exit_code == 2 and f"lies in the source {tmp_path}" in shown.stderr and inside.read_text() == "kept"


def test_notebooks_get_a_frame_that_reaches_nothing_outside() -> None:
    bundle: Any = netviz.inspect(LENET).report()._repr_mimebundle_()
    sandbox = re.search(r'<iframe[^>]* sandbox="([^"]*)"', bundle["text/html"])
    assert sandbox and "allow-same-origin" not in sandbox[1] and "allow-scripts" in sandbox[1]
    assert bundle["text/plain"]


def test_same_input_same_bytes_in_every_process(tmp_path: Path) -> None:
    """Sets are put in another order by each value of PYTHONHASHSEED."""
    pages = [tmp_path / f"{seed}.html" for seed in range(2)]
    for page in pages:
        command = [sys.executable, "-m", "netviz", "report", str(HIDDEN), "-o", str(page)]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": page.stem}, check=True, timeout=60)
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_a_report_imports_neither_keras_nor_matplotlib() -> None:
    loaded = loaded_by(f"import netviz; netviz.report({str(LENET)!r}).to('html')")
    assert not loaded & {"keras", "tensorflow", "jax", "torch", "h5py", "matplotlib", "PIL", "IPython", "vl_convert"}
    light = loaded_by(f"import netviz; str(netviz.report({str(CONFIG)!r}))")
    assert not light & {"jinja2", "pyfive"}


VIEWER = """#!/bin/sh
printf '%s' "$1" > "{told}"
"""


def viewing(tmp_path: Path, browser: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "BROWSER": browser, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "netviz", "view", str(LENET)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_view_opens_the_page_in_the_browser(tmp_path: Path) -> None:
    program, told = tmp_path / "browser", tmp_path / "told"
    program.write_text(VIEWER.format(told=told))
    program.chmod(0o755)
    done = viewing(tmp_path, f"{program} %s")
    assert done.returncode == 0, done.stderr
    page = Path(done.stdout.strip())
    assert told.read_text() == page.as_uri()
    assert page.read_text() == netviz.report(LENET).to("html")
    assert page.parent.stat().st_mode & 0o077 == 0, "others cannot read it"


def test_view_without_a_browser_says_where_the_page_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webbrowser.open", lambda address: False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(NetvizError) as raised:
        netviz.view(LENET)
    assert Path(raised.value.message.partition(".html")[0] + ".html").exists()


def test_nothing_is_left_where_the_source_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(NetvizError):
        netviz.view(tmp_path / "none.keras")
    assert list(tmp_path.iterdir()) == []
