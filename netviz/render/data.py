"""Plain data as JSON that every parser accepts and every terminal can show."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring, encode_basestring_ascii

from netviz.render.escape import visible


def data_to_json(data: object) -> str:
    """`data` (dicts, lists, tuples, text, numbers) as indented JSON, ending in a newline.

    JSON has no NaN, which becomes null, and no infinity, which becomes "Infinity" or "-Infinity".
    """
    parts: list[str] = []
    _write(data, "\n", parts.append)
    parts.append("\n")
    return "".join(parts)


def _write(data: object, line: str, write: Callable[[str], None]) -> None:
    """Writes a value as `json.dumps` does with `indent=2`, whose time grows with depth; `line` begins its next line."""
    if isinstance(data, Mapping):
        inner, before = f"{line}  ", "{"
        for key, value in data.items():
            write(f"{before}{inner}{_quoted(str(key))}: ")
            _write(value, inner, write)
            before = ","
        write(f"{line}}}" if data else "{}")
    elif isinstance(data, list | tuple):
        inner, before = f"{line}  ", "["
        for value in data:
            write(f"{before}{inner}")
            _write(value, inner, write)
            before = ","
        write(f"{line}]" if data else "[]")
    else:
        write(_scalar(data))


def _scalar(data: object) -> str:
    if data is None or isinstance(data, bool):
        return "null" if data is None else "true" if data else "false"
    if isinstance(data, str):
        return _quoted(data)
    if isinstance(data, float):
        if math.isfinite(data):
            return float.__repr__(data)
        return "null" if math.isnan(data) else '"Infinity"' if data > 0 else '"-Infinity"'
    if isinstance(data, int):
        if data.bit_length() > 4096:  # Python refuses to write more than 4,300 digits
            return f'"{"-" if data < 0 else ""}2^{data.bit_length() - 1}"'
        return int.__repr__(data)
    raise TypeError(f"a {type(data).__name__} is no plain data")


def _quoted(text: str) -> str:
    """A text as JSON has it, with what is harmful or invisible where it is shown by its code.

    Nor is there anything that would end a script or begin a comment where the JSON is put into a page.
    """
    quoted = encode_basestring(text)
    if visible(quoted) != quoted:
        quoted = "".join(char if visible(char) == char else encode_basestring_ascii(char)[1:-1] for char in quoted)
    return quoted.replace("</", "\\u003c/").replace("<!", "\\u003c!") if "<" in quoted else quoted
