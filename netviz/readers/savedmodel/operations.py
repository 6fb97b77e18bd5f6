"""The operations of a SavedModel that reach beyond tensors: files, Python, other machines.

Read only when a model is examined: a graph has thousands of nodes. Of each its kind is read and nothing else; a
constant of hundreds of MB is skipped by its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from netviz.catalog.hazards.tensorflow import REACHING, SAVING
from netviz.model import Note
from netviz.readers.guards import ProtobufLimits
from netviz.readers.savedmodel.messages import META_GRAPHS, TABLES
from netviz.readers.savedmodel.wire import MessageReader, WireError

GRAPH, NODES, LIBRARY, FUNCTIONS = 2, 1, 2, 1
"""Fields of MetaGraphDef, GraphDef (two) and FunctionDefLibrary."""

SIGNATURE, FUNCTION_NODES = 1, 3
"""Fields of FunctionDef."""

KIND = 2
"""The field of NodeDef that names the operation."""

SMALL = 4096
"""Nodes up to this size are read at once; larger ones are constants."""

NAME = 1
"""The field of NodeDef with its own name."""

SAVERS = re.compile(r"__inference__traced_(?:save|restore)_\d+")
SAVER_NODES = re.compile(r"save(?:_\d+)?/")
"""The functions, and in the graph of TensorFlow 1 the nodes, by which an export saves and loads itself."""

TO_A_FILE = b"file://"
"""What the address of a file begins with, to which an operation that prints may write."""

MOST = 10
"""Operations that get a note of their own."""


def examine_graphs(path: Path, limits: ProtobufLimits) -> Iterator[Note]:
    """A note for each kind of operation in a function that reaches beyond tensors."""
    reader = MessageReader(TABLES, limits)
    found: dict[tuple[str, str], int] = {}
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            for node in _operations(reader, file, size, limits.nodes):
                if _reaches(node):
                    place = node.kind, node.function
                    found[place] = found.get(place, 0) + 1
    except (OSError, WireError) as error:
        message = f"Not all operations of the graph were looked at, so nothing is known of the others: {error}."
        yield Note("danger", "not-examined", "", message)
    for (kind, function), count in list(found.items())[:MOST]:
        times = f" ({count} times)" if count > 1 else ""
        where = f"in the function {function[:100]!r}" if function else "in the graph"
        yield Note(
            "danger", "graph-op", "", f"The operation {kind} {where}{times} {REACHING.get(kind) or SAVING[kind]}."
        )
    if len(found) > MOST:
        message = f"There are such operations in {len(found) - MOST} more places of the graph."
        yield Note("danger", "graph-op", "", message)


class Node(NamedTuple):
    """An operation of a graph: its kind and name, the function it is of ("" for the graph itself), its first bytes."""

    kind: str
    name: str
    function: str
    head: bytes


def _reaches(node: Node) -> bool:
    """Whether an operation touches more than tensors; what an export saves and loads itself by does not count."""
    if node.kind in REACHING:
        return True
    if node.kind not in SAVING:
        return False
    if node.kind == "PrintV2":
        return TO_A_FILE in node.head
    return not (SAVERS.fullmatch(node.function) or (not node.function and SAVER_NODES.match(node.name)))


def _operations(reader: MessageReader, file: BinaryIO, size: int, most: int) -> Iterator[Node]:
    """Every node of the graph and its functions."""
    left = most
    for nodes, function in _rows(reader, file, size):
        for begin, end in nodes:
            left -= 1
            if left < 0:
                raise WireError(f"it has over {most:,} of them")
            yield _node(reader, file, begin, end, function)


def _rows(reader: MessageReader, file: BinaryIO, size: int) -> Iterator[tuple[Iterator[tuple[int, int]], str]]:
    """The places of the nodes of each graph and function, with the function's name."""
    for meta in _fields(reader, file, 0, size, META_GRAPHS):
        for graph in _fields(reader, file, *meta, GRAPH):
            yield _fields(reader, file, *graph, NODES), ""
            for library in _fields(reader, file, *graph, LIBRARY):
                for function in _fields(reader, file, *library, FUNCTIONS):
                    name = ""
                    for signature in _fields(reader, file, *function, SIGNATURE):
                        for begin, end in _fields(reader, file, *signature, 1):
                            file.seek(begin)
                            name = file.read(min(end - begin, SMALL)).decode("utf-8", "backslashreplace")
                    yield _fields(reader, file, *function, FUNCTION_NODES), name


def _fields(reader: MessageReader, file: BinaryIO, begin: int, end: int, number: int) -> Iterator[tuple[int, int]]:
    return ((start, stop) for found, start, stop in reader.skim(file, begin, end) if found == number)


def _node(reader: MessageReader, file: BinaryIO, begin: int, end: int, function: str) -> Node:
    """One node; where a field stands several times, the last counts, as in protobuf."""
    file.seek(begin)
    head = file.read(min(end - begin, SMALL))
    if end - begin <= SMALL:
        record = reader.read("NodeDef", head)
        return Node(str(record.get("kind", "")), str(record.get("name", "")), function, head)
    texts = {KIND: "", NAME: ""}
    for number, start, stop in reader.skim(file, begin, end):
        if number in texts:
            file.seek(start)
            texts[number] = file.read(min(stop - start, SMALL)).decode("utf-8", "backslashreplace")
    return Node(texts[KIND], texts[NAME], function, head)
