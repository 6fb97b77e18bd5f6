"""DOT in, Graphviz's JSON out, by a process that may crash, hang or eat memory without harm to this one.

The only module that knows where Graphviz is: in pygraphviz's wheel ("embedded") or on the PATH ("dot").
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
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
    if not graphs:
        return []
    if engine not in _COMMANDS:
        raise UsageError(f"unknown engine {engine!r}", f"Engines are: {', '.join(_COMMANDS)}.")
    command, separator = _COMMANDS[engine]()
    text = separator.join(graphs)
    hint = _ORTHO if "splines=ortho" in text else _EASIER
    output = _output(command, text.encode(), timeout, hint)
    try:
        found = list(_documents(output.decode()))
    except ValueError:
        found = []
    if len(found) != len(graphs):
        raise NetvizError("the layout engine gave no layout that can be read", hint)
    return found


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


def _output(command: list[str], data: bytes, timeout: float, hint: str) -> bytes:
    """What the process writes; it is killed where it takes too long or this one is interrupted."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as error:
        raise NetvizError(f"the layout engine cannot be started: {error.strerror or error}") from error
    with process:
        try:
            output, messages = process.communicate(data, timeout)
        except subprocess.TimeoutExpired:
            raise NetvizError(f"the layout took more than {timeout:g} s and was stopped", hint) from None
        finally:
            process.kill()  # does nothing to a process that has ended
            process.wait()  # `with` does not where it is left by Ctrl-C
    if process.returncode:
        raise NetvizError(f"the layout engine failed ({_reason(process.returncode, messages)})", hint)
    return output


def _reason(code: int, messages: bytes) -> str:
    """The last line the process wrote about its end, or how it ended."""
    lines = [line for line in messages.decode(errors="replace").split("\n") if line.strip()]
    ended = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"{ended}: {lines[-1].strip()[:200]}" if lines else ended


def _documents(text: str) -> list[dict[str, Any]]:
    """The JSON objects that stand one after another in `text`."""
    decoder = json.JSONDecoder()
    found, position = [], 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        document, position = decoder.raw_decode(text, position)
        if not isinstance(document, dict):
            raise ValueError("no object")
        found.append(document)
    return found
