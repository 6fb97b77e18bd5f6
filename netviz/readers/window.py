"""A stretch of a file as a file object of its own.

The members of a .keras file are stored uncompressed, so the weights inside are read where they lie:
nothing is unpacked. Plain reads, not a memory map: the pages of a map count as memory of the process, and
the metadata of HDF5 is scattered over the whole file.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

BUFFER = 8192
"""Bytes read at a time: HDF5 readers ask for a few dozen at once, and what belongs together lies together."""


class Window(io.RawIOBase):
    """Raw file object over `length` bytes of `file` from `start`; owns the file and closes it with itself."""

    def __init__(self, file: io.FileIO, start: int, length: int) -> None:
        super().__init__()
        self._file = file
        self._start = start
        self._length = length
        self._position = 0

    @property
    def start(self) -> int:
        """Where in the file the stretch begins."""
        return self._start

    def close(self) -> None:
        self._file.close()
        super().close()

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

    def readinto(self, target: Buffer) -> int:
        view = memoryview(target).cast("B")
        size = min(len(view), max(0, self._length - self._position))
        self._file.seek(self._start + self._position)
        read = self._file.readinto(view[:size])
        self._position += read
        return read


def window(file: io.FileIO, start: int, length: int) -> io.BufferedReader:
    """The stretch as a buffered file object, which owns the file."""
    return io.BufferedReader(Window(file, start, length), BUFFER)


def start_of(file: io.BufferedReader) -> int | None:
    """Where in its file a stretch begins; None for a file object that is none."""
    return file.raw.start if isinstance(file.raw, Window) else None
