"""What a process does while a file is read: a Python audit hook that takes down whatever reading must not do.

An audit hook stays for as long as the process; it looks only while a `Watch` is armed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FORBIDDEN = (
    "import", "exec", "compile", "marshal.loads", "marshal.load", "pickle.find_class", "code.__new__",
    "function.__new__", "socket.", "subprocess.", "ctypes.", "shutil.", "urllib.", "http.", "ftplib.", "smtplib.",
    "sqlite3.", "webbrowser.",
    "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.putenv", "pty.",
    "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate", "os.chmod", "os.chown",
    "os.utime", "os.setxattr", "os.kill", "os.listxattr", "mmap.", "winreg.", "tempfile.", "builtins.input",
)  # fmt: skip
"""Events, and beginnings of events that end in a dot. Source: docs.python.org/3/library/audit_events.html."""

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """Takes down what is done that must not be: opening anything but the allowed, importing, running, writing.

    `allowed` is a file, or a folder with all in it. The one exception is a temporary file without a name, or one whose
    name is removed at once: compressed weights are unpacked to it.
    """

    def __init__(self, allowed: Path) -> None:
        self._real = os.path.realpath(str(allowed).replace("\0", "?"))
        self.done: list[str] = []
        self._named: set[str] = set()
        self._last = ""

    def see(self, event: str, args: tuple[object, ...]) -> None:
        if event == "open":
            self._opened(*args[:3])
        elif event == "os.remove" and str(args[0]) in self._named:
            self._named.discard(str(args[0]))
        elif event == "tempfile.mkstemp" and str(args[0]).startswith(tempfile.gettempdir()):
            pass
        elif any(event == word or (word.endswith(".") and event.startswith(word)) for word in FORBIDDEN):
            self.done.append(f"{event} {args!r:.200}")

    def _opened(self, path: object, mode: object, flags: object) -> None:
        if isinstance(path, int):  # opened before
            return
        name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else repr(path)
        asked = flags if isinstance(flags, int) else 0
        if name == tempfile.gettempdir():  # a file without a name in it: nothing else opens a folder for writing
            return
        if str(Path(name).parent) == tempfile.gettempdir() and asked & os.O_EXCL:
            self._named.add(name)
            return
        place = os.path.realpath(name)
        if not (place == self._real or place.startswith(self._real + os.sep)) or asked & WRITES:
            self.done.append(f"open {name!r} {mode} {asked:#o}")

    def result(self) -> list[str]:
        return self.done + [f"left a file {name}" for name in self._named]


_armed: list[Watch] = []


def _hook(event: str, args: tuple[object, ...]) -> None:
    if _armed:
        watch = _armed.pop()  # what the hook does itself is not looked at
        try:
            watch.see(event, args)
        finally:
            _armed.append(watch)


def install() -> None:
    """Adds the hook, and asks for the folder of temporary files, which Python tries out the first time."""
    tempfile.gettempdir()
    sys.addaudithook(_hook)


@contextmanager
def watching(allowed: Path) -> Iterator[Watch]:
    """Looks at all that is done in the block."""
    watch = Watch(allowed)
    _armed.append(watch)
    try:
        yield watch
    finally:
        _armed.clear()
