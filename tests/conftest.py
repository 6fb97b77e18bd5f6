"""What tests share: where the model files are, and the files made once for all of them."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
EXAMPLES = ROOT / "examples" / "models"

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(scope="session")
def saved_zoo(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Any]]:
    """By the name of a model of the zoo: its file, written by the installed Keras, and the live model."""
    from tests.models.zoo import ZOO

    folder = tmp_path_factory.mktemp("zoo")
    made: dict[str, tuple[Path, Any]] = {}

    def get(name: str) -> tuple[Path, Any]:
        if name not in made:
            model = ZOO[name]()
            path = folder / f"{name}.keras"
            model.save(path)
            made[name] = path, model
        return made[name]

    return get


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """By the name of an architecture of keras.applications: a file with its config."""
    folder = tmp_path_factory.mktemp("applications")

    def get(name: str) -> Path:
        path = folder / f"{name}.json"
        if not path.exists():
            import keras

            path.write_text(getattr(keras.applications, name)(weights=None).to_json())
            keras.utils.clear_session()
        return path

    return get


@pytest.fixture(scope="session")
def saved_by_keras_2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the models of tests/models/keras_2.py, saved by a process of its own."""
    target = tmp_path_factory.mktemp("keras_2")
    command = [sys.executable, str(ROOT / "tests" / "models" / "keras_2.py"), str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return target


WHEELS = ROOT / ".cache" / "wheels"
"""Where `make setup` puts the wheels whose models are read; nothing of them is copied into the project."""


@pytest.fixture(scope="session")
def wheel_models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], list[Path]]:
    """By package and version: the model files inside its wheel, which third parties trained and published."""
    downloads = tmp_path_factory.mktemp("wheels")

    def get(package: str, version: str) -> list[Path]:
        pattern = f"{package}-{version}-*.whl"
        folder = WHEELS if list(WHEELS.glob(pattern)) else downloads
        if not list(folder.glob(pattern)):
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", str(folder)]
            subprocess.run([*command, f"{package}=={version}"], check=True)
        (wheel,) = folder.glob(pattern)
        target = tmp_path_factory.mktemp(package)
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if Path(name).suffix in (".keras", ".h5", ".hdf5")]
            return [Path(archive.extract(name, target)) for name in sorted(names)]

    return get


@pytest.fixture(scope="session")
def im2deep_models(wheel_models: Callable[[str, str], list[Path]]) -> list[Path]:
    """The models inside the wheel of im2deep 1.2.0, written with Keras 3.5."""
    return wheel_models("im2deep", "1.2.0")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium that all tests share; without Chromium the tests that ask for it are skipped."""
    from playwright.sync_api import sync_playwright

    from tests.render.diagram.measuring import CHROMIUM

    if CHROMIUM is None:
        pytest.skip("no Chromium on the PATH to measure with")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def page(browser: Any) -> Any:
    """A page of the Chromium that all tests share."""
    return browser.new_page()
