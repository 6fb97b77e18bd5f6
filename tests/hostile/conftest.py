"""Makes the sources of the cases that are asked for, and has them read by processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.hostile import contents, hdf5s, jsons, paths, saved_models, shards, zips
from tests.hostile.case import Case

CASES: Mapping[str, Case] = {
    **paths.CASES, **zips.CASES, **jsons.CASES, **contents.CASES, **hdf5s.CASES, **shards.CASES, **saved_models.CASES,
}  # fmt: skip

PATIENCE = 60
"""Seconds after which a process is ended that reads one case."""

Result = dict[str, Any]


def read_by_child(sources: Sequence[Path], *options: str, patience: float = PATIENCE) -> list[Result]:
    """What a process of its own made of each of these sources, in order; where it ended early that is the last."""
    command = [sys.executable, "-m", "tests.hostile.child", *options]
    paths = json.dumps([str(source) for source in sources])
    try:
        done = subprocess.run(command, cwd=ROOT, input=paths, capture_output=True, text=True, timeout=patience)
        output, problem = done.stdout, f"ended with {done.returncode}: {done.stderr[-3000:]}"
    except subprocess.TimeoutExpired as error:
        output, problem = (error.stdout or b"").decode(), f"was still busy after {patience} s"
    results: list[Result] = [json.loads(line) for line in output.splitlines()]
    if len(results) < len(sources):
        results.append({"outcome": "crash", "message": f"the process {problem}", "notes": [], "done": []})
    return results


@pytest.fixture(scope="session")
def results(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Result]:
    """By the name of a case: what netviz made of it, with the path it was given."""
    here = [item for item in request.session.items if item.path.is_relative_to(Path(__file__).parent)]
    parameters = [item.callspec.params for item in here if hasattr(item, "callspec")]
    asked = {found["case"] for found in parameters if "case" in found}
    folder = tmp_path_factory.mktemp("hostile")
    sources: dict[str, Path] = {}
    for name in asked:
        (folder / name).mkdir()
        sources[name] = CASES[name].make(folder / name)
    heavy = [name for name in sources if CASES[name].heavy]
    light = [name for name in sources if not CASES[name].heavy]
    batches = [light[::2], light[1::2], *([name] for name in heavy)]
    found: dict[str, Result] = {}

    def run(batch: list[str]) -> None:
        while batch:
            made = read_by_child([sources[name] for name in batch], patience=PATIENCE + len(batch))
            for name, result in zip(batch, made, strict=False):
                found[name] = {**result, "path": str(sources[name])}
            batch = batch[len(made) :]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, [batch for batch in batches if batch]))
    return found.__getitem__
