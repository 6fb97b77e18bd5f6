"""What every drawing verb returns: one view, written in whichever format is asked for.

Knows of names, formats and files; nothing of what is drawn.
"""

from __future__ import annotations

import base64
import difflib
import os
import secrets
import stat
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from netviz.errors import NetvizError, UsageError

_SUFFIXES = {
    "table": ".txt",
    "text": ".txt",
    "json": ".json",
    "markdown": ".md",
    "html": ".html",
    "csv": ".csv",
    "latex": ".tex",
    "svg": ".svg",
    "png": ".png",
    "pdf": ".pdf",
    "dot": ".dot",
    "tikz": ".tex",
    "sarif": ".sarif",
}
"""By format the suffix that asks for it; a format that is missing is not saved by suffix."""

_MIME_TYPES = {
    "table": "text/plain",
    "text": "text/plain",
    "fragment": "text/html",
    "markdown": "text/markdown",
    "svg": "image/svg+xml",
}
"""By format the type under which notebooks ask for it."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Artifact:
    """A view that can be had as text, saved, or shown in a notebook; each format is rendered when it is asked for.

    `formats` are functions without arguments by name, the text form as "table" or "text", a complete page as
    "html" and one to embed as "fragment"; `load_data` gives the same as plain data. `str()` gives the text
    form; `typeset` makes it for a terminal of a width (None: unlimited), in colour or not. `shown` has by MIME type
    what notebooks are given besides the text, each None where there is none; without it they get the formats that have
    a type.
    """

    name: str
    formats: Mapping[str, Callable[[], str | bytes]]
    load_data: Callable[[], object]
    typeset: Callable[[int | None, bool], str] | None = None
    shown: Mapping[str, Callable[[], str | bytes | None]] | None = None

    @property
    def data(self) -> object:
        """What is shown, as dicts, lists, text and numbers."""
        return self.load_data()

    def to(self, format: str) -> str | bytes:
        """The artifact in `format`; raises UsageError for one it does not have, naming those it has."""
        if format not in self.formats:
            raise UsageError(f"{self.name}: no format {format!r}", _choices("formats", format, self.formats))
        return self.formats[format]()

    def text(self, *, width: int | None = None, color: bool = False) -> str:
        """The text form for a terminal of `width` cells (None: unlimited), in colour if wanted and possible."""
        return str(self) if self.typeset is None else self.typeset(width, color)

    def save(self, path: str | os.PathLike[str], format: str | None = None) -> Path:
        """Writes the artifact to `path`, in `format` or the one that its suffix names, and returns the path.

        The file is written beside and then renamed: it is there as a whole or not at all. Raises UsageError
        for an unknown suffix, NetvizError if the file cannot be written; an existing file is then as it was.
        """
        target = Path(path)
        content = self.to(format or self._format_of(target))
        try:
            _replace(target, content if isinstance(content, bytes) else content.encode("utf-8"))
        except (OSError, ValueError) as error:
            raise NetvizError(f"{target}: cannot be written: {_reason(error, target)}", _REMEDY) from error
        return target

    def _format_of(self, target: Path) -> str:
        suffixes = {_SUFFIXES[format]: format for format in reversed(list(self.formats)) if format in _SUFFIXES}
        suffix = target.suffix.lower()
        if suffix not in suffixes:
            problem = f"no format for the suffix {target.suffix!r}" if target.suffix else "no suffix to tell the format"
            raise UsageError(f"{target}: {problem}", _choices("suffixes", suffix, suffixes))
        return suffixes[suffix]

    def __str__(self) -> str:
        for format in ("table", "text"):
            if format in self.formats:
                return str(self.to(format))
        return repr(self)

    def __repr__(self) -> str:
        return f"<Artifact {self.name!r}: {', '.join(self.formats)}>"

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> dict[str, str]:
        """What a notebook shows, by MIME type; bytes as base64, as notebooks keep them."""
        made: dict[str, str] = {}
        shown = self._shown()
        wanted = (shown.keys() if include is None else set(include)) - set(exclude or ())
        for mime, make in shown.items():
            if mime in wanted:
                content = make()
                if content is not None:
                    made[mime] = base64.b64encode(content).decode("ascii") if isinstance(content, bytes) else content
        return made

    def _shown(self) -> dict[str, Callable[[], str | bytes | None]]:
        by_type = {_MIME_TYPES[name]: name for name in reversed(list(self.formats)) if name in _MIME_TYPES}
        if self.shown is not None:
            by_type = {mime: name for mime, name in by_type.items() if mime == "text/plain"}
        return {**(self.shown or {}), **{mime: self.formats[name] for mime, name in by_type.items()}}


_REMEDY = "Choose a folder that exists and that you may write to, with room left."


def _choices(what: str, given: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(given, known, n=1)
    guess = f"Did you mean {near[0]}? " if near else ""
    return f"{guess}The {what} are {', '.join(known)}."


def _reason(error: OSError | ValueError, target: Path) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no folder {str(target.parent)!r}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)


def _replace(target: Path, content: bytes) -> None:
    """Writes `content` to `target` in one step, through symbolic links, keeping the mode of a file that is there.

    What is no regular file (a device, a pipe) is written to, not replaced.
    """
    if target.exists() and not target.is_file() and not target.is_dir():
        target.write_bytes(content)
        return
    target = Path(os.path.realpath(target))
    beside = target.with_name(f".netviz-{secrets.token_hex(6)}.tmp")
    try:
        with open(beside, "xb") as file:  # noqa: PTH123 (creates with the umask's permissions, unlike tempfile)
            file.write(content)
        if target.is_file():
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
