"""Models to be run: whatever stands for one, opened with Keras."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from netviz.api.inspected import InspectedModel
from netviz.errors import NetvizError
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
    load = isinstance(given, str | os.PathLike)
    model = read(given, load=load, trust=trust, max_bytes=max_bytes)
    return model, _runner(model)


def _runner(model: Model) -> Runner:
    from netviz.readers.live.outputs import Runner  # imports Keras, which is at hand by now

    return Runner(model)
