"""What HDF5 data holds: names, shapes and dtypes, without reading a value.

Links are never followed: what a file holds is read, what it points to is not.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from pyfive.p5t import P5OpaqueType

from netviz.errors import SourceError
from netviz.model import Severity, Tensor
from netviz.readers.guards import GUARDS, Hdf5Limits, raise_to
from netviz.readers.hdf5.metered import Beyond
from netviz.readers.hdf5.objects import Header, Link, LinkKind, opened, reason_of, texts_of
from netviz.readers.stored import Skipped, StoredTree

if TYPE_CHECKING:
    import numpy as np

LEGACY_GROUPS = (
    "model_weights", "model_weights/top_level_model_weights", "top_level_model_weights", "optimizer_weights",
)  # fmt: skip
"""The groups of a model in the HDF5 format; their attributes, and those of the layers' groups, say what is in."""

LINKS: Mapping[LinkKind, tuple[Severity, str, str]] = {
    "soft": ("warning", "soft-link", "is a link to {}, which is not followed"),
    "external": ("danger", "external-link", "is a link to {}, another file, which is not opened"),
    "other": ("danger", "external-link", "is a link of a kind that programs define themselves, which is not followed"),
}
"""What is said of links that are no members of the group themselves: severity, code and reason."""

TRAINING_CONFIG = "training_config"

ELSEWHERE = "has its values in other files, which are not opened"
VIRTUAL = "is made of other datasets, perhaps of other files, which are not opened"


def read_tree(file: BinaryIO, limits: Hdf5Limits = GUARDS.hdf5) -> StoredTree:
    """Everything stored in an HDF5 file, without reading a value.

    Raises SourceError where it is no readable HDF5 file, or makes too much of what describes it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what pyfive warns of is skipped with a reason
        return TreeReader(file, limits).read()


class TreeReader:
    """Reads what HDF5 data holds; keeps what was found, and what was skipped and why."""

    def __init__(self, file: BinaryIO, limits: Hdf5Limits) -> None:
        self._file = file
        self._limits = limits
        self._size = file.seek(0, os.SEEK_END)
        self._arrays: dict[str, Tensor] = {}
        self._places: dict[str, int] = {}
        self._claimed = 0
        self._skipped: list[Skipped] = []

    def read(self) -> StoredTree:
        """What is stored; raises SourceError where that cannot be read."""
        try:
            root = opened(self._file, self._limits)
        except Beyond as error:
            raise SourceError(f"the HDF5 data {error.message}", error.hint) from error
        except Exception as error:  # pyfive raises whatever the damage leads to
            raise SourceError(f"the HDF5 data cannot be read: {reason_of(error)}") from error
        names: dict[str, str] = {}
        try:
            attributes = {"": self._attributes(root)}
            self._odd("", root)
        except Beyond as error:
            raise SourceError(f"the HDF5 data {error.message}", error.hint) from error
        described = {*LEGACY_GROUPS, *_layer_groups("", attributes[""])}
        for path, header in self._walk(root):
            try:
                if header.is_dataset:
                    self._array(path, header)
                elif path in described:  # first, as a layer may be called "vars"
                    attributes[path] = self._attributes(header)
                    described.update(_layer_groups(f"{path}/", attributes[path]))
                elif path == "vars" or path.endswith("/vars"):
                    name = header.get_attributes().get("name")
                    if name is not None:
                        names[path.removesuffix("vars").removesuffix("/")] = texts_of(name, self._limits)[0]
            except Beyond as error:
                self._skip(path, "danger", "size-claim", error.message, error.hint)
            except Exception as error:
                self._skip(path, "warning", "stored-object-skipped", reason_of(error))
            if header.twice or header.unreadable:
                self._odd(path, header)
        arrays = {path: self._arrays[path] for path in sorted(self._arrays, key=self._places.__getitem__)}
        return StoredTree(arrays, names, attributes, tuple(self._skipped), self._cut(), root.unreadable)

    def _array(self, path: str, header: Header) -> None:
        """Takes down a dataset, or why its values are none that could be read."""
        if header.is_external:
            self._skip(path, "danger", "external-storage", ELSEWHERE)
            return
        if header.is_virtual:
            self._skip(path, "danger", "virtual-dataset", VIRTUAL)
            return
        type_ = header.ptype
        if isinstance(type_, P5OpaqueType) and type_.dtype_spec.startswith("NUMPY:"):
            self._skip(path, "warning", "dtype-unsupported", "holds values of a dtype that is no weight's")
            return
        dtype = type_.dtype
        shape = header.shape
        tensor = Tensor(None if shape is None else tuple(map(int, shape)), _dtype_name(header, dtype, self._limits))
        if (
            shape is None
            or dtype.itemsize > self._limits.element_bytes
            or dtype.names
            or dtype.hasobject
            or type_.type_id == 7
        ):
            self._skip(path, "warning", "dtype-unsupported", f"holds {_described(dtype)}, which no weight is")
            return
        claimed = (tensor.size or 0) * dtype.itemsize
        self._claimed += claimed
        if self._claimed > max(self._limits.free_bytes, self._limits.expansion * self._size):
            self._claimed -= claimed
            reason = f"claims {claimed:,} bytes, far more than the file can hold"
            self._skip(path, "danger", "size-claim", reason, raise_to(self._claimed + claimed))
            return
        self._arrays[path], self._places[path] = tensor, header.offset

    def _attributes(self, header: Header) -> dict[str, tuple[str, ...]]:
        """The attributes of an object as texts, those left out that cannot be read; raises Beyond."""
        found = {}
        for name, value in header.get_attributes().items():
            try:
                found[name] = texts_of(value, self._limits)
            except Beyond:
                raise
            except Exception as error:
                header.unreadable = {**header.unreadable, name: reason_of(error)}
        return found

    def _odd(self, path: str, header: Header) -> None:
        """Takes down which attributes stand twice or cannot be read.

        What cannot be read at the root may be what a model is compiled with, which says what else Keras runs.
        """
        for name in dict.fromkeys(header.twice):
            reason = f"has the attribute {_short(name)} more than once; the first is taken, others may take the last"
            self._skip(path, "danger", "attribute-twice", reason)
        for name, reason in header.unreadable.items():
            called = f"the attribute {_short(name)}" if name else "an attribute"
            if path == "" and name in ("", TRAINING_CONFIG):
                reason = f"has {called} that was not looked at, so nothing is known of it: {reason}"
                self._skip(path, "danger", "not-examined", reason)
            else:
                self._skip(path, "warning", "attribute-unreadable", f"has {called} that cannot be read: {reason}")

    def _walk(self, root: Header) -> Iterator[tuple[str, Header]]:
        """The object header of every group and dataset with its path, parents first.

        Goes by object headers, pyfive's lower level: they show which links lead elsewhere before one is followed, and
        take half the time of its Group and Dataset objects.
        """
        groups = {root.offset}
        stack = [("", root, 0)]
        seen = 0
        while stack:
            prefix, group, depth = stack.pop()
            for link in self._links(prefix, group):
                path = f"{prefix}/{link.name}" if prefix else link.name
                seen += 1
                if seen > self._limits.objects:
                    raise SourceError(f"the HDF5 data holds over {self._limits.objects:,} objects")
                if link.kind != "hard":
                    severity, code, reason = LINKS[link.kind]
                    self._skip(path, severity, code, reason.format(link.target))
                    continue
                try:
                    header = root.at(link.address)
                    is_dataset = header.is_dataset
                except Beyond as error:
                    self._skip(path, "danger", "size-claim", error.message, error.hint)
                    continue
                except Exception as error:
                    self._skip(path, "warning", "stored-object-skipped", reason_of(error))
                    continue
                yield path, header
                if is_dataset:
                    continue
                if header.offset in groups:
                    self._skip(path, "warning", "stored-object-skipped", "is a group that stands elsewhere, too")
                elif depth == self._limits.depth:
                    reason = f"it lies over {self._limits.depth} groups deep"
                    reason = f"was not looked at, so nothing is known of it: {reason}"
                    self._skip(path, "danger", "not-examined", reason)
                else:
                    groups.add(header.offset)
                    stack.append((path, header, depth + 1))

    def _links(self, path: str, group: Header) -> Iterator[Link]:
        """The members of a group, as many of them as can be read."""
        try:
            yield from group.links()
        except Beyond as error:
            self._skip(path, "danger", "size-claim", error.message, error.hint)
        except Exception as error:
            self._skip(path, "warning", "stored-object-skipped", reason_of(error))

    def _skip(self, path: str, severity: Severity, code: str, reason: str, hint: str = "") -> None:
        self._skipped.append(Skipped(path, reason, severity, code, hint))

    def _cut(self) -> str:
        """How HDF5 data is shorter than its superblock says, "" where it is not."""
        self._file.seek(0)
        head = self._file.read(64)
        place = END_OF_FILE.get(head[8]) if len(head) == 64 else None
        end = int.from_bytes(head[place : place + 8], "little") if place else 0
        return f"{self._size:,} of {end:,} bytes are there" if self._size < end < 1 << 62 else ""


END_OF_FILE = {0: 40, 1: 44, 2: 28, 3: 28}
"""Where the address of the end of file stands, by the version of the superblock (addresses of eight bytes).

Source: HDF5 File Format Specification, II.A.
"""


def _layer_groups(prefix: str, stated: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The groups of the layers that a group lists (in `layer_names`, `layer_names0`, …)."""
    for name, values in stated.items():
        if name.startswith("layer_names"):
            yield from (prefix + value for value in values)


def _dtype_name(header: Header, dtype: np.dtype[Any], limits: Hdf5Limits) -> str:
    """Name of the stored dtype; bfloat16, which HDF5 does not know, is stored as two raw bytes.

    An attribute says so in .keras files; in the HDF5 format nothing does, but Keras has no other dtype like it.
    """
    if dtype.kind == "V":
        stated = header.get_attributes().get("dtype")
        if stated is not None:
            return texts_of(stated, limits)[0]
        return "bfloat16" if dtype.itemsize == 2 else str(dtype)
    return str(dtype.name)


def _short(name: str) -> str:
    """The name of an attribute, elided where it is long."""
    return name if len(name) <= 60 else name[:59] + "…"


def _described(dtype: np.dtype[Any]) -> str:
    """What values of a dtype are that no weight has."""
    if dtype.names:
        return "records"
    return "texts, lists or references" if dtype.hasobject else f"values of {dtype.itemsize:,} bytes each"
