"""A read-only view of a stretch of a mapped file, for readers that want a file object.

The members of a .keras file are stored uncompressed, so the weights inside are read where they lie:
nothing is unpacked, and only the pages that are looked at are ever loaded.
"""

from __future__ import annotations

import io
import mmap
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Window(io.RawIOBase):
    """File object over `buffer[start : start + length]`."""

    def __init__(self, buffer: mmap.mmap | bytes, start: int, length: int) -> None:
        super().__init__()
        self._buffer = buffer
        self._start = start
        self._length = length
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        rest = max(0, self._length - self._position)
        size = rest if size is None or size < 0 else min(size, rest)
        begin = self._start + self._position
        self._position += size
        return self._buffer[begin : begin + size]

    def readinto(self, target: Buffer) -> int:
        view = memoryview(target).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)


def map_file(path: Path) -> mmap.mmap | bytes:
    """The file's bytes, mapped read-only; an empty file gives b""."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
