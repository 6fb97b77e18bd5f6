"""The operations of a SavedModel that reach beyond tensors: files, Python, other machines.

Read only when a model is examined: a graph has thousands of nodes. Of each its kind is read and nothing else; a
constant of hundreds of MB is skipped by its length.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

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

REACHING = {
    **dict.fromkeys((
        "ReadFile", "MatchingFiles", "ImmutableConst", "WholeFileReader", "WholeFileReaderV2", "TextLineReader",
        "TextLineReaderV2", "TFRecordReader", "TFRecordReaderV2", "FixedLengthRecordReader", "LMDBReader",
        "FixedLengthRecordReaderV2", "TextLineDataset", "TFRecordDataset", "TFRecordDatasetV2", "LoadDataset",
        "FixedLengthRecordDataset", "FixedLengthRecordDatasetV2", "LMDBDataset", "SqlDataset", "MatchingFilesDataset",
        "ExperimentalLMDBDataset", "ExperimentalSqlDataset", "ExperimentalMatchingFilesDataset", "Restore",
        "RestoreSlice",
    ), "reads files"),
    **dict.fromkeys((
        "WriteFile", "Save", "SaveSlices", "SaveDataset", "SaveDatasetV2", "DatasetToTFRecord", "SnapshotDataset",
        "ExperimentalDatasetToTFRecord", "CacheDataset", "CacheDatasetV2", "CreateSummaryFileWriter",
        "CreateSummaryDbWriter", "SnapshotDatasetV2", "DistributedSave",
    ), "writes files"),
    **dict.fromkeys(("PyFunc", "PyFuncStateless", "EagerPyFunc"), "calls Python code"),
    **dict.fromkeys((
        "RemoteCall", "RpcCall", "RpcClient", "DebugIdentity", "DebugIdentityV2", "DebugIdentityV3", "BigQueryReader",
        "BigtableClient", "DataServiceDataset", "DataServiceDatasetV2", "DataServiceDatasetV3", "DataServiceDatasetV4",
    ), "reaches other machines or files"),
}  # fmt: skip
"""What operations do that touch more than tensors. Source: the registered operations of TensorFlow 2.21.

SaveV2, RestoreV2, MergeV2Checkpoints and ShardedFilename are in every export: its functions to save and load itself.
"""

MOST = 10
"""Operations that get a note of their own."""


def examine_graphs(path: Path, limits: ProtobufLimits) -> Iterator[Note]:
    """A note for each kind of operation in a function that reaches beyond tensors."""
    reader = MessageReader(TABLES, limits)
    found: dict[tuple[str, str], int] = {}
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            for kind, function in _operations(reader, file, size, limits.nodes):
                if kind in REACHING:
                    found[kind, function] = found.get((kind, function), 0) + 1
    except (OSError, WireError) as error:
        message = f"Not all operations of the graph were looked at, so nothing is known of the others: {error}."
        yield Note("danger", "not-examined", "", message)
    for (kind, function), count in list(found.items())[:MOST]:
        times = f" ({count} times)" if count > 1 else ""
        where = f"in the function {function[:100]!r}" if function else "in the graph"
        yield Note("danger", "graph-op", "", f"The operation {kind} {where}{times} {REACHING[kind]}.")
    if len(found) > MOST:
        message = f"There are such operations in {len(found) - MOST} more places of the graph."
        yield Note("danger", "graph-op", "", message)


def _operations(reader: MessageReader, file: BinaryIO, size: int, most: int) -> Iterator[tuple[str, str]]:
    """The kind of every node, and the function that it is of, "" for the graph itself."""
    left = most
    for nodes, function in _rows(reader, file, size):
        for begin, end in nodes:
            left -= 1
            if left < 0:
                raise WireError(f"it has over {most:,} of them")
            yield _kind(reader, file, begin, end), function


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


def _kind(reader: MessageReader, file: BinaryIO, begin: int, end: int) -> str:
    """The operation that a node names; of several, as protobuf has it, the last."""
    if end - begin <= SMALL:
        file.seek(begin)
        return str(reader.read("NodeDef", file.read(end - begin)).get("kind", ""))
    kind = ""
    for start, stop in _fields(reader, file, begin, end, KIND):
        file.seek(start)
        kind = file.read(min(stop - start, SMALL)).decode("utf-8", "backslashreplace")
    return kind
