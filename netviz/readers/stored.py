"""What a weights file holds, by its paths; knows neither the library that reads it nor which layer owns what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netviz.model import Note, Tensor


@dataclass(frozen=True, slots=True)
class StoredTree:
    """What a weights file holds: arrays by their path in it, and the name each `vars` group states.

    `arrays["layers/dense/vars/0"]` is a tensor, in the order in which they were written; `names["layers/dense"]` the
    layer's own name there (stored since Keras 3.6). `attributes` are those of the groups that the HDF5 format of
    models uses, by the group's path and the attribute's name, as texts. `skipped` lists what could not be read, with
    the reason; `cut` is how a file is shorter than it says, "" for one that is not.
    """

    arrays: Mapping[str, Tensor] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    skipped: tuple[tuple[str, str], ...] = ()
    cut: str = ""

    def notes(self) -> list[Note]:
        """A note for each object that could not be read, and one for a file that is cut off."""
        notes = [Note("warning", "file-cut-off", "", f"The HDF5 data is cut off: {self.cut}.")] if self.cut else []
        return notes + [
            Note("warning", "stored-object-skipped", "", f"{path} in the weights file {reason}.")
            for path, reason in self.skipped
        ]
