"""The process in which seeds are read: takes lines of JSON that say what, and answers each with what came of it.

Run by `tests.fuzz.pool`. What it finds wrong is told as a kind, a line that stands for all findings of one cause, and
a traceback.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import shutil
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, TextIO

from tests.fuzz import bounds
from tests.fuzz.corpus import FORMATS, samples
from tests.fuzz.look import Broken, look
from tests.fuzz.mutate import Case, make

Look = Callable[[Path, Path | None, Random], str]


def finding(kind: str, line: str, details: str = "") -> dict[str, Any]:
    return {"kind": kind, "line": line, "details": details[-6000:]}


def cause(error: BaseException, trace: TracebackType | None) -> str:
    """What was raised, and the line of netviz it came through last (or of this check)."""
    frames = [frame for frame in traceback.extract_tb(trace) if not frame.filename.endswith("fuzz/bounds.py")]
    inner = [frame for frame in frames if "/netviz/" in frame.filename] or frames
    where = f"{Path(inner[-1].filename).name}:{inner[-1].lineno}" if inner else "?"
    said = f": {str(error)[:60]}" if isinstance(error, Broken | bounds.Forbidden) else ""
    return f"{type(error).__name__} in {where}{said}"


class Reader:
    """Reads cases in one folder, which it fills and empties, with everything measured."""

    def __init__(self, folder: Path, look: Look = look) -> None:
        self._folder = folder
        self._look = look
        self._watch = bounds.Watch(folder)
        folder.mkdir(exist_ok=True)

    def read(self, case: Case) -> dict[str, Any]:
        """What came of a case: outcome, seconds, peak of memory, and what is wrong, if anything is."""
        path, architecture = write(case, self._folder)
        bounds.forget_peak()
        begin = time.perf_counter()
        outcome, found = "found", None
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            warnings.simplefilter("ignore", ResourceWarning)  # as Python has it for users
            try:
                with bounds.alarm(), self._watch.watching():
                    outcome = self._look(path, architecture, case.rng)
            except bounds.OutOfTime as error:
                found = finding("hang", cause(error, error.__traceback__).replace("OutOfTime", "hang"), _told(error))
            except bounds.Forbidden as error:
                found = finding("forbidden", cause(error, error.__traceback__), _told(error))
            except Broken as error:
                found = finding("broken", cause(error, error.__traceback__), _told(error))
            except BaseException as error:
                found = finding("exception", cause(error, error.__traceback__), _told(error))
        seconds, peak = time.perf_counter() - begin, bounds.peak()
        if found is None and warned:
            where = f"{Path(warned[0].filename).name}:{warned[0].lineno}"
            found = finding("warning", f"{warned[0].category.__name__} in {where}", str(warned[0].message))
        if found is None and peak > bounds.MEMORY:
            found = finding("memory", f"memory of {case.format}", f"{peak >> 20} MiB")
        if peak > bounds.MEMORY // 4:
            gc.collect()
        return {"seed": case.seed, "format": case.format, "outcome": outcome, "seconds": seconds, "peak": peak,
                "finding": found}  # fmt: skip

    def warm_up(self) -> None:
        """Reads every sample as it is, so that all that is loaded at first use is there."""
        for format_ in FORMATS:
            for sample in samples(format_):
                rng = Random(0)
                rng.random = lambda: 0.0  # type: ignore[method-assign]
                self._look(
                    *write(Case(0, format_, sample.files, sample.entry, sample.architecture, rng), self._folder), rng
                )


def write(case: Case, folder: Path) -> tuple[Path, Path | None]:
    """The case's files in an empty folder; the path that is opened, and that of the architecture."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in case.files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    folder.mkdir(exist_ok=True)
    return folder / case.entry, folder / case.architecture if case.architecture else None


def _told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error, limit=-12))


def case_of(request: dict[str, Any]) -> Case:
    """The case of a seed, or of a folder in which a finding lies."""
    if "seed" in request:
        return make(request["seed"])
    folder = Path(request["folder"])
    said = json.loads((folder / "finding.json").read_text()) if (folder / "finding.json").is_file() else {}
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "finding.json"
    }
    entry = said.get("entry") or min(files, key=len).partition("/")[0]
    architecture = said.get("architecture", "")
    return Case(-1, said.get("format", "file"), files, entry, architecture, Random(said.get("choice", 0)))


def main(folder: str, looking: str = "") -> None:
    """Answers each line until there is none."""
    answers: TextIO = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library might print is no answer
    os.environ["TMPDIR"] = folder
    looked = look
    if looking:
        module, _, name = looking.rpartition(".")
        looked = getattr(importlib.import_module(module), name)
    reader = Reader(Path(folder), looked)
    reader.warm_up() if not looking else None
    bounds.limit_addresses()
    gc.collect()
    gc.freeze()
    answers.write("ready\n")
    for line in sys.stdin:
        answers.write(json.dumps(reader.read(case_of(json.loads(line)))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
