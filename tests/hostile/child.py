"""Reads sources in a process of its own and says of each what came of it, how much memory and time it took.

    python -m tests.hostile.child [--bad]

The paths come on the standard input as a list in JSON; a line of JSON for each goes out, in order. With `--bad` a
reader is used that does what a reader must not.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.hostile.watch import install, watching

MOST_VALUES = 1 << 30
"""Bytes of values looked at in one source."""


def preload() -> None:
    """Imports all that reading may import, so that an import while a file is read is one that the file asked for."""
    import encodings

    import netviz

    for package in (netviz, encodings):
        root = Path(next(iter(package.__path__)))
        for file in sorted(root.rglob("*.py")):
            name = ".".join((package.__name__, *file.relative_to(root).with_suffix("").parts)).removesuffix(".__init__")
            if ".live" not in name and not name.endswith(("__main__", "mbcs", "oem", "cp65001")):
                importlib.import_module(name)
    for name in ("numpy", "pyfive", "zlib", "bz2", "lzma", "click.testing", "numpy.lib", "numpy.lib.format"):
        importlib.import_module(name)


def warm_up() -> None:
    """Reads good files of every kind, for what Python and numpy import only when it is used."""
    root = Path(__file__).parent.parent / "fixtures"
    for name in ("keras-3.5.0/mlp.keras", "keras-2.3.1/mlp.h5", "savedmodel-keras-2.21", "savedmodel-module"):
        look(root / name)


def look(path: Path) -> dict[str, Any]:
    """What a user sees of a source: a summary as text and JSON, the findings, and all values."""
    import netviz

    start = time.process_time()
    net = netviz.inspect(path)
    notes = list(net.notes)
    summary = net.summary()
    text, document = str(summary), summary.to("json")
    assert isinstance(document, str)
    json.loads(document, parse_constant=_refuse)
    text.encode()
    document.encode()
    inspected = time.process_time() - start
    notes += net.model.examine()
    unreadable, values = [], 0
    for weight in (*net.model.root.all_weights, *net.model.optimizer):
        try:
            for block in net.model.store.blocks(weight) if net.model.store else ():
                values += block.nbytes
                if values > MOST_VALUES:
                    break
        except netviz.NetvizError as error:
            unreadable.append(error.message)
    checked = netviz.check(path)
    str(checked).encode()
    return {
        "outcome": "W",
        "notes": [_row(note) for note in notes] + [_row(finding) for finding in checked.findings],
        "verbs": [inspected, time.process_time() - start - inspected],
        "layers": len(list(net.walk())),
        "unreadable": unreadable,
        "text": text[:20_000],
    }


def _row(note: Any) -> list[str]:
    return [note.severity, note.code, note.path, note.message]


def _refuse(constant: str) -> None:
    raise AssertionError(f"JSON with {constant}")


def seen(path: Path, reader: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """The outcome of one source, with what it took and what was done that must not be."""
    from netviz import NetvizError

    before = _listing(path)
    reset_peak()
    start = time.process_time()
    with watching(path.parent if path.name.endswith(".json") else path) as watch:
        try:
            result = reader(path)
        except NetvizError as error:
            result = {"outcome": "E", "message": error.message, "hint": error.hint, "notes": []}
        except BaseException:
            result = {"outcome": "crash", "message": traceback.format_exc()[-3000:], "notes": []}
    took = time.process_time() - start
    return {
        **result,
        "seconds": max(result.get("verbs", [took])),  # of the process: what else the machine does counts not
        "mib": peak_mib(),
        "done": watch.result(),
        "written": _listing(path) != before,
    }


def _listing(path: Path) -> list[tuple[str, int, int]]:
    folder = path.parent
    try:
        entries = [*os.scandir(folder)]
    except OSError:
        return []
    return sorted((entry.name, *entry.stat(follow_symlinks=False)[6:9:2]) for entry in entries)


def command(verb: str, path: Path) -> dict[str, Any]:
    """What a command does with a source: its exit code, and what it prints to whom."""
    from click.testing import CliRunner

    from netviz.cli import cli

    result = CliRunner().invoke(cli, [verb, str(path)])
    return {"exit": result.exit_code, "stdout": result.stdout[:2000], "stderr": result.stderr[:20_000]}


def reset_peak() -> None:
    """Makes VmHWM begin anew at what is in memory now; ru_maxrss would be that of the parent, too."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mib() -> float:
    """The most memory that the process had since `reset_peak`."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmHWM in /proc/self/status")


def bad(path: Path) -> dict[str, Any]:
    """A reader that does what no reader must: each in turn, whatever comes of it."""
    import pickle

    def attempts() -> list[Callable[[], object]]:
        return [
            lambda: Path("/etc/hostname").open("rb").close(),
            lambda: path.open("ab").close(),
            lambda: (path.parent / "beside").open("wb").close(),
            lambda: __import__("this_module_is_not_there"),
            lambda: __import__("antigravity_" + path.stem),
            lambda: exec("pass"),
            lambda: eval("1"),
            lambda: pickle.loads(b"cbuiltins\nlen\n."),
            lambda: __import__("marshal").loads(b"N"),
            lambda: __import__("os").system("true"),
            lambda: __import__("subprocess").run(["true"]),
            lambda: __import__("socket").socket().close(),
            (path.parent / "made").mkdir,
            lambda: __import__("ctypes").CDLL(None),
        ]

    for attempt in attempts():
        with suppress(ImportError, OSError):
            attempt()
    return {"outcome": "W", "notes": []}


def main() -> None:
    reader = bad if sys.argv[1:] == ["--bad"] else look
    paths = [Path(path) for path in json.load(sys.stdin)]
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))  # a machine that swaps tells nothing
    preload()
    if reader is bad:
        import ctypes  # noqa: F401
    install()
    warm_up()
    for path in paths:
        result = seen(path, reader)
        if result["seconds"] < 0.5 and "\0" not in str(path):  # which no argument can have
            result["commands"] = {verb: command(verb, path) for verb in ("inspect", "check")}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
