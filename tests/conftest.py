"""What tests share: where the model files are, and the files made once for all of them."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
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
def im2deep_models(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The models inside the wheel of im2deep 1.2.0, which third parties trained and wrote with Keras 3.5."""
    folder = Path(os.environ.get("NETVIZ_WHEELS", "")) if os.environ.get("NETVIZ_WHEELS") else None
    if folder is None or not list(folder.glob("im2deep-1.2.0-*.whl")):
        folder = tmp_path_factory.mktemp("wheels")
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", str(folder), "im2deep==1.2.0"],
            check=True,
        )
    (wheel,) = folder.glob("im2deep-1.2.0-*.whl")
    target = tmp_path_factory.mktemp("im2deep")
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith("im2deep/models/") and name.endswith(".keras")]
        return [Path(archive.extract(name, target)) for name in sorted(names)]
