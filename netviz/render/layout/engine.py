"""DOT in, Graphviz's JSON out, by a process that may crash, hang or eat memory without harm to this one.

The only module that knows where Graphviz is: in pygraphviz's wheel ("embedded") or on the PATH ("dot").
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from netviz.errors import MissingDependency, NetvizError, UsageError

Engine = Literal["embedded", "dot"]

MEMORY = 4 << 30
"""Bytes of address space a worker may have, where the system can bound it. NASNetLarge in full takes a tenth."""

_EASIER = "Draw less at once: fold repeated blocks, close groups (outline), or select a part."

_ORTHO = 'Use splines="spline": Graphviz fails on some graphs with "ortho", and takes longer.'


def run(graphs: Sequence[str], *, engine: Engine, timeout: float) -> list[dict[str, Any]]:
    """Graphviz's JSON of each graph, laid out by one process.

    Raises MissingDependency where the engine is not installed, NetvizError where it fails or takes more than
    `timeout` seconds. However it ends, the process is gone.
    """
    found, error = _run(graphs, engine, timeout)
    if error:
        raise error
    return found


def run_each(graphs: Sequence[str], *, engine: Engine, timeout: float) -> list[dict[str, Any] | NetvizError]:
    """Graphviz's JSON of each graph, or why there is none: one that fails does not take the others along.

    They are laid out by one process, and by another behind each failure, the shortest first; once all have taken
    `timeout` seconds, what is left has failed. Raises MissingDependency where the engine is not installed.
    """
    order = sorted(range(len(graphs)), key=lambda place: len(graphs[place]))
    results: list[dict[str, Any] | NetvizError] = []
    end = time.monotonic() + timeout
    while len(results) < len(graphs):
        found, error = _run([graphs[place] for place in order[len(results) :]], engine, end - time.monotonic())
        results += found
        if error:
            late = time.monotonic() >= end
            results += [_late(timeout)] * (len(graphs) - len(results)) if late else [error]
    return [result for _, result in sorted(zip(order, results, strict=True), key=lambda pair: pair[0])]


def _run(graphs: Sequence[str], engine: Engine, timeout: float) -> tuple[list[dict[str, Any]], NetvizError | None]:
    """The JSON of the graphs that one process laid out, from the first, and why there are not all of them."""
    if not graphs:
        return [], None
    if engine not in _COMMANDS:
        raise UsageError(f"unknown engine {engine!r}", f"Engines are: {', '.join(_COMMANDS)}.")
    command, separator = _COMMANDS[engine]()
    text = separator.join(graphs)
    hint = _ORTHO if "splines=ortho" in text else _EASIER
    output, error = _output(command, text.encode(), timeout, hint)
    found = list(_documents(output.decode(errors="replace")))[: len(graphs)]
    if len(found) < len(graphs):
        return found, error or NetvizError("the layout engine gave no layout that can be read", hint)
    return found, error


def _embedded() -> tuple[list[str], str]:
    from importlib.util import find_spec

    try:
        spec = find_spec("pygraphviz")
    except ValueError:  # a module of that name which has no spec
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise MissingDependency(
            "laying out a graph takes Graphviz, which comes with pygraphviz, and that is not installed",
            'pip install pygraphviz, or engine="dot" for the system\'s Graphviz.',
        )
    worker = Path(__file__).with_name("worker.py")
    folder = next(iter(spec.submodule_search_locations))
    return [sys.executable, "-I", "-S", str(worker), folder, str(MEMORY)], "\0"


def _system() -> tuple[list[str], str]:
    from shutil import which

    dot = which("dot")
    if dot is None:
        raise MissingDependency(
            "there is no executable `dot` on the PATH",
            'Install Graphviz (https://graphviz.org/download), or leave out engine="dot": pygraphviz brings its own.',
        )
    return [dot, "-Kdot", "-Tjson"], "\n"


_COMMANDS = {"embedded": _embedded, "dot": _system}
"""What each engine is started as, and what stands between two graphs on its stdin."""


def _output(command: list[str], data: bytes, timeout: float, hint: str) -> tuple[bytes, NetvizError | None]:
    """What the process writes, and what went wrong; it is killed where it takes too long or this one is interrupted."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as error:
        return b"", NetvizError(f"the layout engine cannot be started: {error.strerror or error}")
    with process:
        try:
            output, messages = process.communicate(data, max(timeout, 0))
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0], _late(timeout, hint)
        finally:
            process.kill()  # does nothing to a process that has ended
            process.wait()  # `with` does not where it is left by Ctrl-C
    if process.returncode:
        return output, NetvizError(f"the layout engine failed ({_reason(process.returncode, messages)})", hint)
    return output, None


def _late(timeout: float, hint: str = _EASIER) -> NetvizError:
    return NetvizError(f"the layout took more than {timeout:g} s and was stopped", hint)


def _reason(code: int, messages: bytes) -> str:
    """The last line the process wrote about its end, or how it ended."""
    lines = [line for line in messages.decode(errors="replace").split("\n") if line.strip()]
    ended = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"{ended}: {lines[-1].strip()[:200]}" if lines else ended


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that stand one after another in `text`, as far as it can be read."""
    decoder = json.JSONDecoder()
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        try:
            document, position = decoder.raw_decode(text, position)
        except ValueError:
            return
        if not isinstance(document, dict):
            return
        yield document
