"""The errors netviz raises: one line that says what is wrong, and a hint that says what to do.

This module stands below everything else and must not import from the package.
"""


def _line(text: str) -> str:
    """`text` on one line, whatever names of a file are in it: what is not printable as \\n, \\x1b, \\u202e."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class NetvizError(Exception):
    """Anything netviz gives up on.

    `message` is one line that names the file, the place inside it and the problem;
    `hint` is one line that says what to do, or "".
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = _line(message)
        self.hint = _line(hint)

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message

    @property
    def sentences(self) -> str:
        """Message and hint one after the other, for places that have one line for both."""
        return f"{self.message.rstrip('.')}. {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[type["NetvizError"], tuple[str, str]]:
        return type(self), (self.message, self.hint)


class SourceError(NetvizError):
    """The source cannot be read: missing, cut off, of another format, or beyond a guard."""


class DangerousSource(SourceError):
    """Loading the source with Keras is refused: it would run code, or reach beyond the file. `trust` lets it."""

    exit_code = 3


class UsageError(NetvizError, ValueError):
    """The call asks for something that does not exist: an unknown column, format or option."""

    exit_code = 2


class LayerNotFound(NetvizError, KeyError):
    """No layer of that name or path; the hint lists near ones."""

    exit_code = 2

    __str__ = NetvizError.__str__


class MissingDependency(NetvizError, ImportError):
    """An optional package is needed for this and is not installed."""
