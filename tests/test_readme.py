"""The README is true: its commands and its Python run, its reference is what the commands say of themselves, its JSON
has the keys that are written; NETVIZ_UPDATE_GOLDENS=1 writes the reference anew."""

from __future__ import annotations

import html
import importlib
import json
import os
import re
import shlex
import shutil
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import click
import cmarkgfm
import pytest
from click.testing import CliRunner

import netviz
from netviz.analysis.advice import ADVICE
from netviz.analysis.columns import COLUMNS
from netviz.cli import cli
from netviz.cli.options import CHECK_FORMATS, FORMATS, SEVERITIES
from tests.conftest import EXAMPLES, ROOT
from tests.reference import command_reference

PATH = ROOT / "README.md"
README = PATH.read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
MARKED = re.compile(r"(<!-- commands: [^\n]* -->\n)(.*?)(<!-- /commands -->)", re.DOTALL)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


LINES = [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
COMMANDS = [line.removeprefix(".venv/bin/") for line in LINES if re.match(r"(\.venv/bin/)?netviz ", line)]

OTHERS = {
    "make demo": "\ndemo: $(VENV)/.base\n\t$(BIN)/netviz inspect examples/models/lenet.keras\n",
    "make test": "\ntest: setup\n\t$(BIN)/python -m pytest",
    "python -m venv .venv": "\n\t$(PYTHON) -m venv $(VENV)\n",
    ".venv/bin/python -m pip install .": "\n\t$(BIN)/python -m pip install -q -e .\n",
}
"""Lines that make environments and download packages, for which a test has no time, and what the Makefile, which CI
runs in a clean checkout, has of each."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file for every name that the README's commands read."""
    here = tmp_path_factory.mktemp("readme")
    inputs = EXAMPLES.parent / "inputs"
    (here / "examples").symlink_to(ROOT / "examples")
    (here / "images").mkdir()
    (here / "models").mkdir()
    for name, source in {
        "model.keras": EXAMPLES / "lenet.keras",
        "before.keras": EXAMPLES / "lenet.keras",
        "after.keras": EXAMPLES / "lenet-tuned.keras",
        "mlp.keras": EXAMPLES / "mlp.keras",
        "line.keras": EXAMPLES / "line.keras",
        "xor.keras": EXAMPLES / "xor.keras",
        "models/first.keras": EXAMPLES / "lenet.keras",
        "models/second.keras": EXAMPLES / "line.keras",
        "cat.png": inputs / "three.png",
        "images/cat1.png": inputs / "three.png",
        "images/cat2.png": inputs / "three.png",
        "log.csv": EXAMPLES.parent / "logs" / "lenet.csv",
    }.items():
        shutil.copy(source, here / name)
    with zipfile.ZipFile(EXAMPLES / "lenet.keras") as archive:
        (here / "m.weights.h5").write_bytes(archive.read("model.weights.h5"))
        (here / "model.json").write_bytes(archive.read("config.json"))
    return here


def words_of(line: str) -> list[str]:
    """The words of a command as a shell would give them: without its comment, with files for a pattern."""
    _, *words = shlex.split(line, comments=True)
    found = [sorted(map(str, Path().glob(word))) if "*." in word and "/" in word else [word] for word in words]
    return [word for several in found for word in several]


@pytest.mark.parametrize("line", COMMANDS, ids=[re.sub(r"\W+", "-", line)[:60] for line in COMMANDS])
def test_a_command_runs(line: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    words = words_of(line)
    done = CliRunner().invoke(cli, words)
    stated = re.search(r"# exit code (\d)$", line)
    assert done.exit_code == (int(stated[1]) if stated else 0), done.output
    if "-o" in words:
        made = Path(words[words.index("-o") + 1])
        assert list(made.iterdir()) if made.is_dir() else made.stat().st_size
    else:
        assert done.stdout


def test_every_line_of_a_console_runs_or_is_accounted_for() -> None:
    assert all(line.startswith("$ ") for block in blocks("console") for line in block.splitlines())
    others = {line.partition("#")[0].strip() for line in LINES} - {line.partition("#")[0].strip() for line in COMMANDS}
    assert others - {f".venv/bin/{line}" for line in COMMANDS} == set(OTHERS)
    for found in OTHERS.values():
        assert found in MAKEFILE
    assert {"make check", "make test"} <= set((ROOT / ".ci" / "run").read_text().splitlines())
    for target in re.findall(r"(?<![\w-])make ([a-z-]+)`", README):
        assert f"\n{target}:" in MAKEFILE
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(re.findall(r"'\.\[(\w+)\]'", README)) == set(extras)


def test_pictures_are_those_that_the_commands_above_them_write() -> None:
    pictures = importlib.import_module("gallery.commands").ALL
    tour = README[README.index("## A tour") : README.index("## Install")]
    picture = r"(?:!\[[^\]]+\]\(|<img src=\")gallery/([\w-]+)\.(?:svg|png)"
    pairs = re.findall(rf"\$ netviz ([^\n]+)\n```\n\n{picture}", tour)
    assert len(pairs) == tour.count("```console") == len(re.findall(picture, tour))
    for line, name in pairs:
        command = re.sub(r" -o \S+$", "", line.partition("#")[0].strip())
        assert command == pictures[name].command


def test_links_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in re.findall(r"^#+ (.*)$", README, re.M)
    }
    for link in re.findall(r"\]\(([^)]+)\)|<img src=\"([^\"]+)", README):
        path, _, anchor = "".join(link).partition("#")
        assert (ROOT / path).exists() if path else anchor in headings, link


def test_the_reference_is_what_the_commands_say_of_themselves() -> None:
    written = MARKED.sub(lambda found: f"{found[1]}\n{command_reference(cli)}\n\n{found[3]}", README)
    assert len(MARKED.findall(README)) == 1
    if os.environ.get("NETVIZ_UPDATE_GOLDENS"):
        PATH.write_text(written)
    assert PATH.read_text() == written


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


def test_the_reference_has_every_option_at_its_command_and_reads_as_tables() -> None:
    _, *sections = re.split(r"<h3>(.*?)</h3>", cmarkgfm.github_flavored_markdown_to_html(command_reference(cli)))
    by_title = dict(zip(sections[::2], sections[1::2], strict=True))
    shared = by_title.pop("Shared options")
    assert list(by_title) == [f"netviz {name}" for name in cli.commands]
    for name, command in cli.commands.items():
        section = by_title[f"netviz {name}"]
        shown = only_words(html.unescape(re.sub(r"<[^>]+>", "", section + shared)))
        for option in (parameter for parameter in command.params if isinstance(parameter, click.Option)):
            for written in (*option.opts, *option.secondary_opts):
                assert not written.startswith("-") or f"<code>{written}</code>" in section
            assert only_words(option.help or "") in shown


def only_words(text: str) -> str:
    return re.sub(r"\W", "", text)


def test_columns_and_formats_are_listed() -> None:
    for column in COLUMNS:
        assert f"`{column}`" in README
    for values in (FORMATS, CHECK_FORMATS, SEVERITIES):
        assert ", ".join(f"`{value}`" for value in values) in README


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
