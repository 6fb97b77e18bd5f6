"""Models to be run: whatever stands for one, opened with Keras."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from netviz.api.inspected import InspectedModel
from netviz.errors import NetvizError, UsageError
from netviz.model import Model
from netviz.readers import read

if TYPE_CHECKING:
    import keras

    from netviz.readers.live.outputs import Runner


def opened(
    source: str | os.PathLike[str] | keras.Model | InspectedModel, trust: bool, max_bytes: int | None
) -> tuple[Model, Runner]:
    """The model that Keras loads from a file, or a live one, and what runs it.

    A file is refused as `inspect(load=True)` refuses it. Raises NetvizError where it cannot be opened or run.
    """
    given: Any = source
    if isinstance(given, InspectedModel):
        model = given.model
        if model.source.read != "static":
            return model, _runner(model)
        if model.source.path is None:
            raise NetvizError(f"{model.name} has no file to be loaded from", "Give the path, or the live model.")
        given = model.source.path
    if not isinstance(given, str | os.PathLike):
        model = read(given, trust=trust, max_bytes=max_bytes)
        return model, _runner(model)
    try:
        model = read(given, load=True, trust=trust, max_bytes=max_bytes)
    except UsageError as error:
        if not os.fspath(given):
            raise
        raise UsageError(error.message, "Give a .keras or .h5 file: those hold a whole model.") from error
    return model, _runner(model)


def require_inputs(x: object) -> None:
    """Raises SourceError for a file of input that is not there, before Keras takes its seconds to be imported."""
    from netviz.readers.samples import require_there  # imports numpy

    require_there(x)


def import_keras(source: str | os.PathLike[str], max_bytes: int | None) -> None:
    """Imports Keras, if the source is one that will be loaded; what stands against it is said when it is opened."""
    try:
        model = read(source, max_bytes=max_bytes)
        if any(note.severity == "danger" for note in (*model.notes, *model.examine())):
            return
        from netviz.readers import live  # noqa: F401
    except (NetvizError, ImportError):
        return


def _runner(model: Model) -> Runner:
    from netviz.readers.live.outputs import Runner  # imports Keras, which is at hand by now

    return Runner(model)
