"""What a hostile case is: an input made by code, and what netviz has to make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """One bad input.

    `make` writes it to an empty folder and gives the path to read. `outcome` is "E" (refused: one line that begins with
    the path and has the words in `says`), "W" (read, with notes of the codes in `codes` and none of those in `never`),
    or "E or W" where either will do. Every case is bound to `seconds` and `mib` of memory; one that is `heavy` is read
    by a process of its own.
    """

    name: str
    make: Callable[[Path], Path]
    outcome: str
    says: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    seconds: float = 10
    mib: int = 512
    heavy: bool = False


def by_name(*cases: Case) -> Mapping[str, Case]:
    """The cases by their names, no two of which are the same."""
    named = {case.name: case for case in cases}
    assert len(named) == len(cases)
    return named
