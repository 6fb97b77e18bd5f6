"""A process of its own that lays graphs out: DOT on stdin, JSON on stdout, through the Graphviz in pygraphviz's wheel.

Run as a script by `engine`, so that a crash inside Graphviz kills only this. It imports nothing of netviz and of
pygraphviz only the wrapper of the C library: starting takes some hundredths of a second. Its arguments are the folder
of the package pygraphviz and the most bytes of memory it may have (0: no bound).
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from types import ModuleType
from typing import Any, BinaryIO


def _graphviz(folder: str) -> Any:
    """The module pygraphviz.graphviz without pygraphviz's __init__, which takes longer than most layouts."""
    if sys.platform == "win32":  # as that __init__ does
        libraries = os.path.join(os.path.dirname(folder), "pygraphviz.libs")  # noqa: PTH118, PTH120 (pathlib is slow)
        if os.path.isdir(libraries):  # noqa: PTH112
            os.add_dll_directory(libraries)
    package = ModuleType("pygraphviz")
    package.__path__ = [folder]
    sys.modules["pygraphviz"] = package
    return importlib.import_module("pygraphviz.graphviz")


def _bound_memory(limit: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _layout(graphviz: Any, context: Any, dot: bytes) -> bytes:
    """The JSON of one graph. Graphviz reads from an open file only: this one has no name."""
    with tempfile.TemporaryFile() as file:
        file.write(dot)
        file.seek(0)
        graph = graphviz.agread(file, None)
    if graphviz.gvLayout(context, graph, b"dot"):
        raise SystemExit("the layout failed")
    code, data = graphviz.gvRenderData(context, graph, b"json")
    if code:
        raise SystemExit("the layout could not be written")
    graphviz.gvFreeLayout(context, graph)
    graphviz.agclose(graph)
    assert isinstance(data, bytes)
    return data


def work(source: BinaryIO, target: BinaryIO, folder: str, limit: int) -> None:
    """Lay out the graphs in `source`, each ended by a zero byte; their JSON goes to `target`."""
    if limit:
        _bound_memory(limit)
    graphviz = _graphviz(folder)
    context = graphviz.gvContextWithBuiltins()
    for dot in source.read().split(b"\0"):
        if dot:
            target.write(_layout(graphviz, context, dot))
            target.flush()  # what is done is not lost with what fails


if __name__ == "__main__":
    work(sys.stdin.buffer, sys.stdout.buffer, sys.argv[1], int(sys.argv[2]))
    os._exit(0)  # Graphviz frees what is left, which is a tenth of the time
