"""The published vulnerabilities of Keras that a file can make use of, by what netviz finds in the file.

Versions are those of the advisories; where these name only the version that was tried, those in whose source the mended
line is still missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Version: TypeAlias = tuple[int, ...]

KERAS_3 = (3, 0, 0)


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """A published vulnerability: `spans` are the versions that have it, each from one until before another.

    With `format` it concerns files of this format alone, with `function` the function of this name alone.
    """

    id: str
    spans: tuple[tuple[Version, Version], ...]
    format: str | None = None
    function: str = ""

    @property
    def affected(self) -> str:
        """The versions that have it: "3.0.0 until before 3.9.0"."""
        return ", ".join(
            f"{_text(begin)} until before {_text(end)}" if begin else f"before {_text(end)}"
            for begin, end in self.spans
        )

    def concerns(self, version: Version | None, format: str, message: str) -> bool:
        """Whether a finding makes use of it in this version; None is any."""
        if self.format not in (None, format) or self.function not in message:
            return False
        return version is None or any(_key(begin) <= version < _key(end) for begin, end in self.spans)


BEFORE_3_15_0 = ((KERAS_3, (3, 12, 3)), ((3, 13, 0), (3, 15, 0)))
BEFORE_3_13_2 = ((KERAS_3, (3, 12, 1)), ((3, 13, 0), (3, 13, 2)))
"""Spans that several have: the fixes were carried over to Keras 3.12, too."""

VULNERABILITIES: Mapping[str, tuple[Vulnerability, ...]] = {
    "lambda-code": (
        Vulnerability("CVE-2024-3660", (((), (2, 13)),)),
        Vulnerability("CVE-2025-9905", ((KERAS_3, (3, 11, 3)),), "keras-h5"),
        Vulnerability("CVE-2026-12481", BEFORE_3_15_0),
    ),
    "foreign-object": (Vulnerability("CVE-2025-1550", ((KERAS_3, (3, 9, 0)),)),),
    "keras-function": (
        Vulnerability("CVE-2025-1550", ((KERAS_3, (3, 9, 0)),)),
        Vulnerability("CVE-2025-8747", ((KERAS_3, (3, 11, 0)),)),
        Vulnerability("CVE-2025-12060", ((KERAS_3, (3, 12, 0)),), function="get_file"),
        Vulnerability("CVE-2025-12638", ((KERAS_3, (3, 12, 0)),), function="get_file"),
    ),
    "safe-mode-off": (Vulnerability("CVE-2025-9906", ((KERAS_3, (3, 11, 0)),)),),
    "vocabulary-outside": (Vulnerability("CVE-2025-12058", ((KERAS_3, (3, 12, 0)),)),),
    "saved-model-outside": (Vulnerability("CVE-2026-1462", BEFORE_3_13_2),),
    "pickle-inside": (Vulnerability("CVE-2025-49655", (((3, 11, 0), (3, 11, 3)),)),),
    "path-in-name": (Vulnerability("CVE-2026-12479", BEFORE_3_15_0),),
    "external-storage": (Vulnerability("CVE-2026-1669", BEFORE_3_13_2),),
    "virtual-dataset": (Vulnerability("CVE-2026-12480", ((KERAS_3, (3, 12, 2)), ((3, 13, 0), (3, 14, 1)))),),
    "size-claim": (Vulnerability("CVE-2026-0897", BEFORE_3_13_2),),
}
"""By the code of a note."""


def vulnerabilities(code: str, version: str | None, format: str, message: str = "") -> Iterator[Vulnerability]:
    """Those that a finding with this code and message makes use of in the version of Keras that a file states.

    All that concern it where the file states none.
    """
    stated = _parsed(version or "")
    return (known for known in VULNERABILITIES.get(code, ()) if known.concerns(stated, format, message))


def _parsed(version: str) -> Version | None:
    """A version as it is compared, None for what is none; one before a release ("3.9.0rc1") is before it."""
    found = re.match(r"(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?P<rest>.*)", version, re.DOTALL)
    if found is None:
        return None
    numbers = tuple(int(number or 0) for number in found.groups()[:3])
    return (*numbers, -1 if re.match(r"[.-]?(?:a|b|rc|dev)", found["rest"]) else 0)


def _key(version: Version) -> Version:
    """The version of a release as it is compared."""
    return (*version, *(0,) * (4 - len(version)))


def _text(version: Version) -> str:
    return ".".join(map(str, version))
