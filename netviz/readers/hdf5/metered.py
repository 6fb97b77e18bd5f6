"""What HDF5 data gives to the library, counted; and the heaps in which it keeps what has no fixed length.

Source: HDF5 File Format Specification Version 3.0; the numbers in comments are its sections.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from typing import BinaryIO

import pyfive
from pyfive.misc_low_level import FractalHeap

from netviz.errors import SourceError
from netviz.readers.guards import Hdf5Limits, raise_to

READ = 128
"""What a read counts beside its bytes: time and memory go into small reads, too."""

MAX_HEAP_OBJECTS = 65_535
"""Objects in a global heap have numbers of 16 bits (III.E)."""

KEPT_HEAPS = 32 << 20
"""Bytes of global heaps that are kept, since objects beside each other share them."""

GLOBAL_HEAP, HEAP_OBJECT = struct.Struct("<4sB3xQ"), struct.Struct("<HH4xQ")  # III.E


class Beyond(SourceError):
    """What an object asks for goes beyond a limit."""


class Metered:
    """HDF5 data as a file object that gives only so many bytes for one object, and for all of them."""

    def __init__(self, file: BinaryIO, limits: Hdf5Limits) -> None:
        self.file = file
        self.seek, self.tell, self._read = file.seek, file.tell, file.read
        self._limit = limits.metadata_bytes
        self._left = self._limit
        self._total = limits.total_bytes + limits.metadata_bytes

    def begin(self) -> None:
        """From here on what is read is for another object."""
        self._total -= self._limit - self._left
        self._left = self._limit
        if self._total < 0:
            raise Beyond("the HDF5 data makes readers read the same places again and again")

    def read(self, size: int = -1) -> bytes:
        """That many bytes; raises Beyond where an object has asked for too many."""
        self._left -= size + READ
        if self._left < 0 or size < 0:
            needed = self._limit - self._left
            raise Beyond(f"asks for over {needed >> 20:,} MiB of description", raise_to(4 * needed))
        return self._read(size)


class GlobalHeaps:
    """Texts of variable length, which stand apart from the objects that have them."""

    def __init__(self, file: Metered) -> None:
        self._file = file
        self._kept: dict[int, dict[int, bytes]] = {}
        self._bytes = 0

    def get(self, address: int, index: int) -> bytes:
        """The data of an object in the heap at an address."""
        heap = self._kept.get(address)
        if heap is None:
            heap = self._kept[address] = self._parsed(address)
        return heap[index]

    def _parsed(self, address: int) -> dict[int, bytes]:
        self._file.seek(address)
        signature, version, size = GLOBAL_HEAP.unpack(self._file.read(GLOBAL_HEAP.size))
        if signature != b"GCOL" or version != 1:
            raise pyfive.core.InvalidHDF5File("names a heap where there is none")
        data = self._file.read(size - GLOBAL_HEAP.size)
        self._bytes += len(data)
        if self._bytes > KEPT_HEAPS:
            self._kept.clear()
            self._bytes = len(data)
        objects: dict[int, bytes] = {}
        place = 0
        for _ in range(MAX_HEAP_OBJECTS):
            if place + HEAP_OBJECT.size > len(data):
                break
            index, _, length = HEAP_OBJECT.unpack_from(data, place)
            if index == 0:  # the free space
                break
            place += HEAP_OBJECT.size
            objects[index] = data[place : place + length]
            place += (length + 7) // 8 * 8
        return objects


class Heap(FractalHeap):  # type: ignore[misc]  # pyfive has no types
    """A fractal heap, in which an object is found without a look at every block."""

    _starts: list[int] | None = None

    def _heapid_to_buffer_offset(self, place: int) -> int:
        if self._starts is None:
            self._starts = [start for start, _, _ in self.blocks]
        block = bisect_right(self._starts, place) - 1
        start, offset, size = self.blocks[max(block, 0)]
        if not start <= place < start + size:
            raise KeyError("names a place outside of its heap")
        return int(offset + place - start)
