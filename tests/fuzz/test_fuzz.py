"""Seeds of the fuzzer over every format, what it has found before, and that it would find what there is to find."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz import bounds, findings, pool
from tests.fuzz.__main__ import report
from tests.fuzz.corpus import FORMATS, sample
from tests.fuzz.mutate import make
from tests.fuzz.zips import members

SEEDS = 2000
FOUND = Path(__file__).parent / "findings"


def test_seeds_are_read_or_refused_within_bounds() -> None:
    counts = pool.run(range(SEEDS), 2)
    said = "\n".join(report(counts, 0))
    assert not counts.findings, said
    assert counts.seeds == SEEDS
    for format_ in FORMATS:  # neither so wild that nothing is read, nor so tame that all is
        assert counts.outcomes[format_]["read"] > 20, said
        assert counts.outcomes[format_]["refused"] > 2, said
    assert counts.largest[0] < bounds.MEMORY


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pool.Worker]:
    worker = pool.Worker(tmp_path_factory.mktemp("fuzz") / "worker")
    yield worker
    worker.close()


@pytest.mark.parametrize("case", sorted(FOUND.iterdir()), ids=lambda case: case.name)
def test_what_was_found_is_found_no_more(case: Path, worker: pool.Worker) -> None:
    assert worker.read({"folder": str(case)})["finding"] is None


def test_a_seed_is_always_the_same_case() -> None:
    for seed in range(64):
        assert make(seed).files == make(seed).files
    assert {make(seed).format for seed in range(len(FORMATS))} == set(FORMATS)


PLANTED = {
    "crash": ("exception", "KeyError in planted.py"),
    "death": ("death", "death by SIGSEGV"),
    "hang": ("hang", "hang in planted.py"),
    "deaf": ("hang", "hang that no alarm ends"),
    "hog": ("memory", "memory of keras"),
    "long_line": ("broken", "not one line"),
    "nameless": ("broken", "does not begin with the file"),
    "escape": ("broken", "'\\x1b'"),
    "warning": ("warning", "RuntimeWarning in planted.py"),
    "opens": ("forbidden", "/etc/passwd"),
    "starts": ("forbidden", "os.system"),
}
"""By the name of a fault the kind under which it is told, and something of its line."""


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "PATIENCE", 1.0)
    kind, line = PLANTED[fault]
    counts = pool.run([0], 1, looking=f"tests.fuzz.planted.{fault}")
    ((found,),) = counts.findings.values()
    assert found["finding"]["kind"] == kind
    assert line in found["finding"]["line"]


def test_a_sound_reader_has_no_findings() -> None:
    counts = pool.run(range(40), 2, looking="tests.fuzz.planted.sound")
    assert counts.seeds == 40 and not counts.findings


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pool, "MEMORY", tmp_path)
    pool.run([0, 1], 1, looking="tests.fuzz.planted.death")
    assert not list(tmp_path.iterdir())


def test_a_finding_is_kept_and_made_smaller(tmp_path: Path) -> None:
    seed = next(seed for seed in range(0, 1600, len(FORMATS)) if len(make(seed).files["m.keras"]) > 9000)
    answer = {"seed": seed, "finding": {"kind": "exception", "line": "KeyError in planted.py:1", "details": ""}}
    kept = findings.keep(answer, tmp_path)
    assert (kept / "m.keras").read_bytes() == make(seed).files["m.keras"]
    assert json.loads((kept / "finding.json").read_text())["seed"] == seed


@pytest.mark.parametrize(
    "data", [b'{"a": {"b": [1, {"evil": 2}], "c": "x"}, "d": 3}', b"x" * 5000 + b"evil" + b"y" * 70]
)
def test_smaller_keeps_what_is_needed(data: bytes) -> None:
    small = findings.smaller("m.json", data, lambda tried: b"evil" in tried)
    assert b"evil" in small and len(small) < 40


def test_zips_are_made_smaller_by_their_members() -> None:
    data = sample("keras", 0).files["m.keras"]

    def test(tried: bytes) -> bool:
        try:
            return any(b"Dense" in part.data for part in members(tried) if part.name == "config.json")
        except Exception:
            return False

    small = findings.smaller("m.keras", data, test)
    assert test(small) and len(small) < 400
