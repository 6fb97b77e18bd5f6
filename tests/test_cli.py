"""The command: the same words and results as the API, one line for an error, plain text in a pipe."""

from __future__ import annotations

import csv
import inspect
import io
import json
import os
import pty
import re
import select
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import netviz
from netviz.analysis.columns import COLUMNS
from netviz.analysis.columns_cost import COST_COLUMNS
from netviz.cli import cli
from netviz.cli.options import COLUMN_NAMES, FORMATS
from tests.conftest import EXAMPLES, FIXTURES, ROOT

LENET = str(EXAMPLES / "lenet.keras")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["inspect", *arguments])


def test_a_pipe_gets_the_plain_table() -> None:
    assert run(LENET).stdout == str(netviz.inspect(LENET).summary())


@pytest.mark.parametrize("format", FORMATS)
def test_formats_are_those_of_the_api(format: str, tmp_path: Path) -> None:
    expected = netviz.inspect(LENET).summary().to(format)
    assert run(LENET, "--format", format).stdout == expected
    target = tmp_path / "out.any"
    assert run(LENET, "--format", format, "-o", str(target)).exit_code == 0
    assert target.read_text() == expected


def test_the_suffix_picks_the_format(tmp_path: Path) -> None:
    target = tmp_path / "net.json"
    assert run(LENET, "-o", str(target)).stdout == ""
    assert json.loads(target.read_text())["name"] == netviz.inspect(LENET).name
    bad = run(LENET, "-o", str(tmp_path / "net.xyz"))
    assert bad.exit_code == 2 and ".json" in bad.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["net.json"]


def test_architecture_is_passed_on_and_not_overwritten(tmp_path: Path) -> None:
    source = FIXTURES / "keras-3.15.1" / "nested.keras"
    with zipfile.ZipFile(source) as archive:
        weights, config = (archive.extract(name, tmp_path) for name in ("model.weights.h5", "config.json"))
    joined = run(weights, "--architecture", config)
    assert joined.stdout == str(netviz.inspect(weights, architecture=config).summary())
    refused = run(weights, "--architecture", config, "-o", config)
    assert refused.exit_code == 2 and "would be overwritten" in refused.stderr
    assert netviz.inspect(config).inputs == netviz.inspect(source).inputs


def test_columns_depth_layer_config_and_weights_are_passed_on() -> None:
    rows = list(csv.reader(io.StringIO(run(LENET, "--format", "csv", "--columns", "name, kernel").stdout)))
    assert rows[0] == ["name", "kernel"]
    nested = str(FIXTURES / "keras-3.15.1" / "nested.keras")
    assert run(nested, "--depth", "1").stdout == str(netviz.inspect(nested).summary(depth=1)) != run(nested).stdout
    assert run(LENET, "--layer", "conv1").stdout == str(netviz.inspect(LENET).summary(layer="conv1"))
    document = json.loads(run(LENET, "--layer", "conv.*", "--format", "json").stdout)
    assert [layer["name"] for layer in document["layers"]] == ["conv1", "conv2"]
    assert "kernel_size" in run(LENET, "--config").stdout
    assert "layers/conv2d/vars/0" in run(LENET, "--weights").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nothing.keras"], 1, "no such file"),
        ([str(EXAMPLES)], 1, "holds no model"),
        ([str(ROOT / "pyproject.toml")], 1, "a text file"),
        ([LENET, "--layer", "conv_1"], 2, "Did you mean conv1"),
        ([LENET, "--columns", "shape"], 2, "unknown column 'shape'"),
        ([LENET, "--depth", "0"], 2, "0"),
        ([LENET, "--format", "yaml"], 2, "yaml"),
        ([LENET, "-o", "/nonexistent/net.json"], 1, "no folder"),
        ([], 2, "SOURCE"),
    ],
)
def test_wrong_input_ends_in_a_clear_line(arguments: list[str], code: int, said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_cut_off_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cut.keras"
    path.write_bytes(Path(LENET).read_bytes()[:1000])
    result = run(str(path))
    assert result.exit_code == 1
    first, second = result.stderr.splitlines()
    assert first.startswith(f"netviz: {path}: the zip file is damaged or cut off")
    assert second.startswith("Copy or download the file again")


def test_the_model_itself_is_never_overwritten(tmp_path: Path) -> None:
    path, link = tmp_path / "m.keras", tmp_path / "link.json"
    path.write_bytes(Path(LENET).read_bytes())
    link.symlink_to(path)
    for output in (path, link):
        result = run(str(path), "--format", "json", "-o", str(output))
        assert result.exit_code == 2
        assert "would be overwritten" in result.stderr
    assert path.read_bytes() == Path(LENET).read_bytes()


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "net.json"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        written = pool.submit(pipe.read_text)
        assert run(LENET, "-o", str(pipe)).exit_code == 0
        assert json.loads(written.result())["name"] == "lenet"
    assert pipe.is_fifo()


def test_a_full_disk_is_one_line() -> None:
    command = [sys.executable, "-m", "netviz", "inspect", LENET]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["netviz: the output cannot be written: No space left on device"]


def test_a_closed_pipe_ends_quietly() -> None:
    done = subprocess.run(
        f"{sys.executable} -m netviz inspect {LENET} --config | head -n 1", shell=True, capture_output=True, cwd=ROOT
    )
    assert done.stderr == b""


def test_debug_shows_the_traceback() -> None:
    result = CliRunner().invoke(cli, ["--debug", "inspect", "nothing.keras"])
    assert isinstance(result.exception, netviz.SourceError)


def test_names_from_a_file_cannot_drive_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    layer = {
        "class_name": "Dense",
        "module": "keras.layers",
        "config": {"name": "\x1b[2J\u202e=cmd()\n<b>", "units": 3},
    }
    config = {"class_name": "Sequential", "module": "keras", "config": {"name": "x\x1b]0;y\x07", "layers": [layer]}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
    for format in FORMATS:
        output = run(str(path), "--format", format).stdout
        assert "\x1b" not in output and "\u202e" not in output and "\x07" not in output


def in_terminal(*arguments: str, columns: int = 100, **environment: str) -> str:
    """What the command writes to a terminal of that width."""
    leader, follower = pty.openpty()
    names = {"COLUMNS": str(columns), "TERM": "xterm-256color", **environment}
    env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | names
    command = [sys.executable, "-m", "netviz", "inspect", *arguments]
    process = subprocess.Popen(command, stdout=follower, stderr=follower, env=env, cwd=ROOT)
    os.close(follower)
    data = b""
    while select.select([leader], [], [], 60)[0]:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        data += piece
    process.wait()
    os.close(leader)
    return data.decode().replace("\r\n", "\n")


def without_color(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def test_a_terminal_gets_colour_and_its_own_width() -> None:
    residual = str(EXAMPLES / "residual.keras")
    shown = in_terminal(residual, columns=80)
    assert "\x1b[" in shown
    assert max(map(len, without_color(shown).splitlines())) <= 80
    wide = in_terminal(residual, columns=200, NO_COLOR="1")
    assert wide == str(netviz.inspect(residual).summary())


def test_every_command_has_its_twin_with_the_same_words() -> None:
    """The options of `netviz inspect` are the parameters of `inspect` and `summary`."""
    options = {parameter.name for parameter in cli.commands["inspect"].params}
    twins = set(inspect.signature(netviz.inspect).parameters) | set(
        inspect.signature(netviz.InspectedModel.summary).parameters
    )
    assert options - {"output", "format_"} == twins - {"self"}


def test_the_help_lists_the_columns() -> None:
    assert (*COLUMNS, *COST_COLUMNS) == COLUMN_NAMES


def test_fixtures_read_from_the_command_line() -> None:
    folder = str(FIXTURES / "keras-3.15.1" / "shared_layer_folder")
    table, *_ = run(folder).stdout.split("\n\nFile")
    assert table == run(folder.replace("_folder", ".keras")).stdout.split("\n\nFile")[0]
