"""What reading one file may take: time and memory, and which files and processes it may reach for."""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

SECONDS = 5.0
"""What a file may take; the parent of a worker waits `PATIENCE` more."""

PATIENCE = 10.0

MEMORY = 512 << 20
"""What a file may take at its peak, all of the process counted."""

ADDRESSES = 3 << 30
"""What the process may map: the net under the bound for memory."""

FORBIDDEN = (
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.connect", "socket.getaddrinfo",
    "urllib.Request", "pickle.find_class", "shutil.unpack_archive", "os.remove", "os.rename", "os.mkdir", "os.symlink",
    "os.link", "os.rmdir", "ctypes.dlopen",
)  # fmt: skip
"""Audit events that reading a file never gives."""


class OutOfTime(BaseException):
    """Raised by the alarm; no `except Exception` takes it."""


class Forbidden(BaseException):
    """Something was opened or started that a file may not make netviz open or start."""


def limit_addresses() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))


@contextmanager
def alarm(seconds: float = SECONDS) -> Iterator[None]:
    """Raises OutOfTime inside of the block once the seconds are over."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def forget_peak() -> None:
    """Makes the peak of memory that of now. Source: proc(5), /proc/pid/clear_refs."""
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> int:
    """The most memory that the process has taken since `forget_peak`, in bytes."""
    with open("/proc/self/status", "rb") as status:  # noqa: PTH123 (a thousand times a second)
        for line in status:
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) << 10
    return 0


class Watch:
    """Raises Forbidden for what `FORBIDDEN` names, and for files neither in `folder` nor with Python's code."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._code = tuple({sys.prefix, sys.base_prefix, str(Path(__file__).parents[2] / "netviz"), "/proc/self/"})
        self._on = threading.local()
        sys.addaudithook(self._hook)

    @contextmanager
    def watching(self) -> Iterator[None]:
        self._on.watching = True
        try:
            yield
        finally:
            self._on.watching = False

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if (event not in FORBIDDEN and event != "open") or not getattr(self._on, "watching", False):
            return
        if event == "open":
            path = arguments[0]
            if not isinstance(path, str | bytes | os.PathLike):
                return
            name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100
            if name.startswith((self._folder, *self._code)) and not name.endswith("/passwd"):
                return
            raise Forbidden(f"open {name}")
        raise Forbidden(f"{event} {arguments!r:.200}")
