"""The objects of HDF5 data, each read within limits: its messages, attributes and links.

pyfive parses what it finds as if it were written by HDF5: trees whose nodes name one another, heaps that overlap, lists
that lead back to themselves would keep it busy for ever. So `metered` counts what is read for one object and for all
of them, and where counting is not enough (what takes little to read and much to keep) the parsing is done here.

Source: HDF5 File Format Specification Version 3.0; the numbers in comments are its sections.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, BinaryIO, Literal, NamedTuple

import numpy as np
import pyfive
from pyfive.btree import BTreeV2AttrNames, BTreeV2GroupNames
from pyfive.dataobjects import DataObjects
from pyfive.p5t import P5OpaqueType, P5SequenceType

from netviz.readers.guards import Hdf5Limits, raise_to
from netviz.readers.hdf5.metered import Beyond, GlobalHeaps, Heap, Metered

LINK_INFO, EXTERNAL_FILES, LAYOUT, LINK, ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO = (
    0x02, 0x07, 0x08, 0x06, 0x0C, 0x10, 0x11, 0x15,
)  # fmt: skip
"""Kinds of messages (IV.A.2)."""

VIRTUAL = 3
"""The layout of a dataset that is made of others, in this file or elsewhere (IV.A.2.i)."""

UNDEFINED = (1 << 64) - 1

SHARED = 2
"""The flag of a message that stands elsewhere, and has only the place here (IV.A.1)."""

HEADER_1, MESSAGE_1 = struct.Struct("<BxHII4x"), struct.Struct("<HHB3x")  # IV.A.1.a
HEADER_2, MESSAGE_2 = struct.Struct("<4sBB"), struct.Struct("<BHB")  # IV.A.1.b
ATTRIBUTE_HEAD = struct.Struct("<BBH")  # IV.A.2.m
PLACE = struct.Struct("<QQ")
TREE_NODE, SYMBOLS, SYMBOL = (
    struct.Struct("<4sBBHQQ"),
    struct.Struct("<4sBxH"),
    struct.Struct("<QQI4x16s"),
)  # III.A.1, B, C
LOCAL_HEAP = struct.Struct("<4sB3xQQQ")  # III.D
GLOBAL_ID = struct.Struct("<QI")

LinkKind = Literal["hard", "soft", "external", "other"]


class Link(NamedTuple):
    """A member of a group: the address of an object of this file, or where else it leads to."""

    name: str
    kind: LinkKind
    address: int = 0
    target: str = ""


class Header(DataObjects):  # type: ignore[misc]
    """The header of a group or dataset: pyfive's, with messages, attributes and links read within limits."""

    unreadable: Mapping[str, str] = MappingProxyType({})
    twice: tuple[str, ...] = ()

    def __init__(self, file: Metered, address: int, heaps: GlobalHeaps, limits: Hdf5Limits) -> None:
        file.begin()
        self._limits = limits
        self._heaps = heaps
        file.seek(address)
        head = file.read(HEADER_1.size)
        if head.startswith(b"\x01"):
            self.msgs, self.msg_data = self._messages_1(file, head)
        elif head.startswith(b"OHDR"):
            file.seek(address)
            self.msgs, self.msg_data = self._messages_2(file)
        else:
            raise pyfive.core.InvalidHDF5File("has no header where its link leads")
        self.fh = file
        self.offset = address
        self.order = "C"
        self.decode_strings = False
        self._global_heaps: dict[int, object] = {}
        self._filter_pipeline = None
        self._chunk_params_set = False
        self._chunks = self._chunk_dims = self._chunk_address = None
        self._attributes: dict[str, object] | None = None

    def at(self, address: int) -> Header:
        """The header of another object of the same file."""
        return Header(self.fh, address, self._heaps, self._limits)

    def _messages_1(self, file: Metered, head: bytes) -> tuple[list[dict[str, int]], bytes]:
        _, count, _, size = HEADER_1.unpack(head)
        data = bytearray(self._piece(file, size, 0))
        messages: list[dict[str, int]] = []
        place = 0
        for _ in range(count):
            kind, length, flags = MESSAGE_1.unpack_from(data, place)
            place += MESSAGE_1.size
            if kind == CONTINUATION:
                address, size = PLACE.unpack_from(data, place)
                file.seek(address)
                data += self._piece(file, size, len(data))
            messages.append({"type": kind, "size": length, "flags": flags, "offset_to_message": place})
            place += length
        return messages, bytes(data)

    def _messages_2(self, file: Metered) -> tuple[list[dict[str, int]], bytes]:
        _, version, flags = HEADER_2.unpack(file.read(HEADER_2.size))
        if version != 2 or flags & 1 << 4:
            raise pyfive.core.InvalidHDF5File("has a header of an unknown version")
        if flags & 1 << 5:
            file.read(16)  # times
        before = 4 + (2 if flags & 1 << 2 else 0)
        data = bytearray(self._piece(file, int.from_bytes(file.read(1 << (flags & 3)), "little"), 0))
        ends = [len(data)]
        messages: list[dict[str, int]] = []
        place = 0
        for end in ends:  # grows by what the messages name
            while place + before <= end:
                kind, length, flag = MESSAGE_2.unpack_from(data, place)
                if kind == CONTINUATION:
                    address, size = PLACE.unpack_from(data, place + before)
                    file.seek(address)
                    piece = self._piece(file, size, len(data))
                    if not piece.startswith(b"OCHK"):
                        raise pyfive.core.InvalidHDF5File("has a header that goes on where none does")
                    data += piece[4:-4]
                    ends.append(len(data))
                messages.append({"type": kind, "size": length, "flags": flag, "offset_to_message": place + before})
                if len(messages) > self._limits.messages:
                    raise Beyond(f"has over {self._limits.messages:,} messages in its header")
                place += before + length
            place = end
        return messages, bytes(data)

    def _piece(self, file: Metered, size: int, before: int) -> bytes:
        if before + size > self._limits.header_bytes:
            message = f"has a header of over {self._limits.header_bytes:,} bytes"
            raise Beyond(message, raise_to(before + size))
        return file.read(size)

    @property
    def is_external(self) -> bool:
        """Whether the values lie in other files."""
        return any(message["type"] == EXTERNAL_FILES for message in self.msgs)

    @property
    def is_virtual(self) -> bool:
        """Whether the values are those of other datasets, here or in other files."""
        for message in self.msgs:
            if message["type"] == LAYOUT:
                version, layout = self.msg_data[message["offset_to_message"] :][:2]
                return bool(version >= 3 and layout == VIRTUAL)
        return False

    def get_attributes(self) -> dict[str, object]:
        """The attributes by name; raises Beyond where they take too much.

        Those that cannot be read are left out, and stand in `unreadable`, by name ("" where that cannot be read
        either) with the reason. Of two with the same name the first counts, as for libhdf5; `twice` has the names.
        """
        if self._attributes is None:
            self._attributes = {}
            seen: set[str] = set()
            try:
                for buffer, place in self._stored_attributes():
                    self._take(buffer, place, seen)
            except Beyond:
                raise
            except Exception as error:
                self.unreadable = {**self.unreadable, "": reason_of(error)}
        return self._attributes

    def _take(self, buffer: bytes, place: int, seen: set[str]) -> None:
        """Takes down one attribute, or why it cannot be read."""
        assert self._attributes is not None
        name = ""
        try:
            name = attribute_name(buffer, place)
            if name in seen:
                self.twice = (*self.twice, name)
                return
            seen.add(name)
            if buffer[place] > 1 and buffer[place + 1]:  # else pyfive takes the place of the type for the type
                raise NotImplementedError("its type stands elsewhere in the file")
            _, value = self._parse_attribute_msg(buffer, place)
            if value is None:
                raise NotImplementedError("its type is not known")
            self._attributes[name] = value
        except Beyond:
            raise
        except Exception as error:
            self.unreadable = {**self.unreadable, name: reason_of(error)}

    def _stored_attributes(self) -> Iterator[tuple[bytes, int]]:
        """Where each attribute stands: in a heap where there are many or large ones, else in the header.

        Of one that stands where it cannot be found there is b"".
        """
        for message in self.msgs:
            place = message["offset_to_message"]
            if message["type"] == ATTRIBUTE_INFO:  # before the others: libhdf5 takes these, if there are any
                place += 4 if self.msg_data[place + 1] & 1 else 2
                heap_address, names = PLACE.unpack_from(self.msg_data, place)
                if heap_address != UNDEFINED:
                    heap = Heap(self.fh, heap_address)
                    for record in BTreeV2AttrNames(self.fh, names).iter_records():
                        yield self._in_heap(heap, record), 0
        for message in self.msgs:
            if message["type"] == ATTRIBUTE:
                yield b"" if message["flags"] & SHARED else self.msg_data, message["offset_to_message"]

    def _in_heap(self, heap: Heap, record: dict[str, Any]) -> bytes:
        try:
            return b"" if record.get("flags", 0) & SHARED else heap.get_data(record["heapid"]) or b""
        except Beyond:
            raise
        except Exception:
            return b""

    def _attr_value(self, ptype: Any, buf: bytes, count: int, offset: int) -> Any:
        if isinstance(ptype, P5SequenceType) or (
            isinstance(ptype, P5OpaqueType) and ptype.dtype_spec.startswith("NUMPY:")
        ):
            raise NotImplementedError("lists within lists, and types that numpy has to parse, are in no file of Keras")
        if count > len(buf):
            raise ValueError("claims more values than it has bytes")
        return super()._attr_value(ptype, buf, count, offset)

    def _vlen_size_and_data(self, buf: bytes, offset: int) -> tuple[int, bytes | None]:
        (size,) = struct.unpack_from("<I", buf, offset)
        address, index = GLOBAL_ID.unpack_from(buf, offset + 4)
        return size, self._heaps.get(address, index) if address else None

    def links(self) -> Iterator[Link]:
        """The members of a group, in the order in which they are listed; raises whatever damage leads to."""
        for message in self.msgs:
            place = message["offset_to_message"]
            if message["type"] == SYMBOL_TABLE:
                yield from self._of_table(*PLACE.unpack_from(self.msg_data, place))
            elif message["type"] == LINK:
                yield decoded(self.msg_data, place)
            elif message["type"] == LINK_INFO:
                place += 10 if self.msg_data[place + 1] & 1 else 2
                heap_address, names = PLACE.unpack_from(self.msg_data, place)
                if heap_address != UNDEFINED and names != UNDEFINED:
                    heap = Heap(self.fh, heap_address)
                    for record in BTreeV2GroupNames(self.fh, names).iter_records():
                        yield decoded(heap.get_data(record["heapid"]), 0)

    def _of_table(self, tree: int, heap: int) -> Iterator[Link]:
        """The members of a group in the old form: a tree of tables, each of which is read once, and a heap of names."""
        file = self.fh
        file.seek(heap)
        signature, _, size, _, address = LOCAL_HEAP.unpack(file.read(LOCAL_HEAP.size))
        if signature != b"HEAP":
            raise pyfive.core.InvalidHDF5File("has no names where they should stand")
        file.seek(address)
        names = file.read(size)
        for table in self._tables(tree):
            file.seek(table)
            signature, _, count = SYMBOLS.unpack(file.read(SYMBOLS.size))
            if signature != b"SNOD":
                raise pyfive.core.InvalidHDF5File("has no table of members where its tree leads")
            for place, address, kind, scratch in SYMBOL.iter_unpack(file.read(count * SYMBOL.size)):
                name = _text(names, place)
                if kind == 2:
                    yield Link(name, "soft", target=_text(names, int.from_bytes(scratch[:4], "little")))
                else:
                    yield Link(name, "hard", address)

    def _tables(self, tree: int) -> list[int]:
        """The addresses of the tables that a tree leads to, each node and table once."""
        nodes, seen = [tree], {tree}
        tables: list[int] = []
        while nodes:
            self.fh.seek(nodes.pop())
            signature, kind, level, used, _, _ = TREE_NODE.unpack(self.fh.read(TREE_NODE.size))
            if signature != b"TREE" or kind != 0:
                raise pyfive.core.InvalidHDF5File("has no tree of members where it should stand")
            inner = struct.unpack(f"<{2 * used}Q", self.fh.read(16 * used))[1::2]
            if not seen.isdisjoint(inner) or len(set(inner)) < len(inner):
                raise pyfive.core.InvalidHDF5File("has a tree of members that leads back to itself")
            seen.update(inner)
            if level:
                nodes.extend(reversed(inner))
            else:
                tables.extend(inner)
        return tables


def attribute_name(data: bytes, place: int) -> str:
    """The name of an attribute (IV.A.2.m), which ends with its first null; raises whatever damage leads to."""
    if len(data) < place + 8:
        raise ValueError("it does not stand where it should")
    version, _, length = ATTRIBUTE_HEAD.unpack_from(data, place)
    if version not in (1, 2, 3):
        raise NotImplementedError("it is of an unknown version")
    place += 9 if version == 3 else 8
    return str(data[place : place + length].partition(b"\0")[0], "utf-8", "backslashreplace")


def decoded(data: bytes, place: int) -> Link:
    """The link that a message states (IV.A.2.g)."""
    version, flags = data[place], data[place + 1]
    if version != 1:
        raise pyfive.core.InvalidHDF5File("has a link of an unknown version")
    place += 2
    kind = 0
    if flags & 1 << 3:
        kind, place = data[place], place + 1
    place += 8 if flags & 1 << 2 else 0
    place += 1 if flags & 1 << 4 else 0
    width = 1 << (flags & 3)
    length, place = int.from_bytes(data[place : place + width], "little"), place + width
    name, place = str(data[place : place + length], "utf-8", "backslashreplace"), place + length
    if kind == 0:
        return Link(name, "hard", int.from_bytes(data[place : place + 8], "little"))
    length = int.from_bytes(data[place : place + 2], "little")
    value = data[place + 2 : place + 2 + length]
    if kind == 1:
        return Link(name, "soft", target=str(value, "utf-8", "backslashreplace"))
    if kind == 64:
        file, _, inner = (str(part, "utf-8", "backslashreplace") for part in value[1:].partition(b"\0"))
        target = inner.rstrip("\0") + f" in {file}"
        return Link(name, "external", target=target)
    return Link(name, "other")


def _text(heap: bytes, place: int) -> str:
    return str(heap[place : heap.index(b"\0", place)], "utf-8", "backslashreplace")


def opened(file: BinaryIO, limits: Hdf5Limits) -> Header:
    """The root group of HDF5 data; raises whatever damage leads to."""
    metered = Metered(file, limits)
    superblock = pyfive.misc_low_level.SuperBlock(metered, 0)
    if superblock._contents["base_address"]:
        raise NotImplementedError("the data does not begin where the file does")
    return Header(metered, superblock.offset_to_dataobjects, GlobalHeaps(metered), limits)


def texts_of(value: object, limits: Hdf5Limits) -> tuple[str, ...]:
    """The value of an attribute as texts, a single one as a tuple of one; raises Beyond where they take too much."""
    found = np.atleast_1d(np.asarray(value, dtype=object) if isinstance(value, bytes | str) else np.asarray(value))
    size = sum(map(len, filter(None, found.flat))) if found.dtype == object else found.nbytes
    if size > limits.metadata_bytes or found.size > limits.header_bytes:
        raise Beyond(f"has an attribute of {size:,} bytes", raise_to(max(size, found.size)))
    return tuple(map(text_of, found.reshape(-1).tolist()))


def text_of(value: object) -> str:
    """A value of an attribute as a text; bytes that are no UTF-8 are written as escapes."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def reason_of(error: Exception) -> str:
    """One line that names what went wrong inside the HDF5 library."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 120 else text[:119] + "…"
