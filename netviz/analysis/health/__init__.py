"""The health of a model: what its weights' values, its graph and its settings show to be broken or in vain."""

from __future__ import annotations

from netviz.analysis.health.losses import loss_notes
from netviz.analysis.health.structure import structure_notes
from netviz.analysis.health.values import Progress, value_notes
from netviz.model import Model, Note

__all__ = ["Progress", "health_notes"]


def health_notes(model: Model, progress: Progress | None = None) -> tuple[Note, ...]:
    """A note for each thing that is sure to be broken, or of no use, in a model that was read without an error.

    Reads the values of all weights, in pieces; `progress(done, total)` is called with the bytes read of all bytes.
    Values that cannot be read make a note. Without values (a config alone) only graph and settings are looked at.
    """
    return (*structure_notes(model), *loss_notes(model), *value_notes(model, progress))
