"""What a weights file holds, by its paths; knows neither the library that reads it nor which layer owns what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.model import Note, Severity, Tensor

MAX_NOTES = 20
"""Objects with the same problem that get a note of their own."""

MAX_PATH = 200
"""Characters of a path that a note shows."""


class Skipped(NamedTuple):
    """An object that could not be read: its path, why, how bad that is, its code and what to do."""

    path: str
    reason: str
    severity: Severity = "warning"
    code: str = "stored-object-skipped"
    hint: str = ""

    @property
    def sentence(self) -> str:
        """The path, elided where it is long, the reason and the hint."""
        path = (
            self.path if len(self.path) <= MAX_PATH else f"{self.path[: MAX_PATH // 2]}…{self.path[-MAX_PATH // 2 :]}"
        )
        return f"{path or 'The root'} in the weights file {self.reason}." + (f" {self.hint}" if self.hint else "")


@dataclass(frozen=True, slots=True)
class StoredTree:
    """What a weights file holds: arrays by their path in it, and the name each `vars` group states.

    `arrays["layers/dense/vars/0"]` is a tensor, in the order in which they were written; `names["layers/dense"]` the
    layer's own name there (stored since Keras 3.6). `attributes` are those of the groups that the HDF5 format of
    models uses, by the group's path and the attribute's name, as texts. `skipped` lists what could not be read, with
    the reason; `cut` is how a file is shorter than it says, "" for one that is not.
    `unreadable` has the attributes of the root that cannot be read, by name ("" for an unknown one), with the reason.
    """

    arrays: Mapping[str, Tensor] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    cut: str = ""
    unreadable: Mapping[str, str] = field(default_factory=dict)

    def notes(self) -> list[Note]:
        """A note for each object that could not be read, and one for a file that is cut off.

        Of many objects with the same problem the first are named, and the others counted.
        """
        notes = [Note("warning", "file-cut-off", "", f"The HDF5 data is cut off: {self.cut}.")] if self.cut else []
        by_code: dict[str, list[Skipped]] = {}
        for skipped in self.skipped:
            by_code.setdefault(skipped.code, []).append(skipped)
        for code, found in by_code.items():
            notes += [Note(one.severity, code, "", one.sentence) for one in found[:MAX_NOTES]]
            if len(found) > MAX_NOTES:
                message = f"{len(found):,} objects of the weights file have problems alike; {MAX_NOTES} are named."
                notes.append(Note(found[0].severity, code, "", message))
        return notes
