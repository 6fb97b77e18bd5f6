"""A live Keras model as a `Model`: what Keras itself says of layers, calls and shapes.

This package is the only importer of keras. It reads what is there: a model that is not built is not built here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import keras
import numpy as np

from netviz.catalog.hazards import hazards
from netviz.errors import NetvizError, UsageError
from netviz.model import Config, Model, Note, Source, Weight
from netviz.readers.archive import is_hdf5, size_of
from netviz.readers.live.reader import LiveReader
from netviz.readers.parts import training_of
from netviz.readers.quantized import quantization_notes
from netviz.readers.unpack import unpacked

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_REASON = 240
"""Characters of Keras's own message that are passed on; it may hold a whole config."""

HOW_TO_BUILD = (
    "The model is not built, so it has no shapes and no weights yet: call model.build((None, …)) with the shape of its "
    "input, or the model itself on a batch of data."
)


def read_live(model: object) -> Model:
    """The `Model` of a live Keras model, built or not; raises UsageError for any other object."""
    if not isinstance(model, keras.Model):
        kind = f"{type(model).__module__}.{type(model).__qualname__}"
        raise UsageError(f"a {kind} cannot be inspected", "Give a file's path, a keras.Model or an inspected model.")
    notes: list[Note] = []
    reader = LiveReader(notes)
    root = reader.layer(model, "", None)
    optimizer = reader.optimizer(model)
    if not model.built:
        notes.append(Note("warning", "unbuilt", "", HOW_TO_BUILD))
    notes += quantization_notes(root)
    source = Source(None, "live", keras.__version__, "live")
    return Model(
        root=root,
        source=source,
        notes=tuple(notes),
        optimizer=optimizer,
        training=_training(model),
        store=LiveStore(reader.variables),
        examine=LiveConfig(model, reader.objects),
    )


def _training(model: keras.Model) -> Config | None:
    """What the model was compiled with, in the form that files have; None where it was not, or cannot be written.

    Keras forgets the optimizer there when it saves the model as HDF5; the model has it still.
    """
    try:
        compiled = model.get_compile_config()
    except Exception:  # whatever a loss of the user's raises when Keras asks for its config
        return None
    if compiled and "optimizer" not in compiled and model.optimizer is not None:
        with suppress(Exception):  # an optimizer of the user's that cannot be written: loss and metrics can
            compiled = {"optimizer": keras.saving.serialize_keras_object(model.optimizer), **compiled}
    return training_of(compiled)


def load_and_read(path: Path, trust: bool = False) -> Model:
    """The model in a file as Keras loads it; raises NetvizError with Keras's own reason.

    With `trust`, code in the file is run (safe_mode off). Where Keras cannot load how the model was compiled it is
    loaded without: Keras 3 writes "mse" into .h5 files and does not know it when it reads them.
    """
    load = partial(keras.saving.load_model, path, safe_mode=not trust)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
            try:
                model = load()
            except Exception:
                model = load(compile=False)
    except Exception as error:  # whatever the code in Keras and in registered classes raises
        raise NetvizError(
            f"{path}: Keras {keras.__version__} cannot load it: {_reason(error)}",
            "Keras needs classes of your own to be imported. Without loading it netviz inspect reads the file.",
        ) from error
    live = read_live(model)
    format_ = "keras-h5" if is_hdf5(path) else "keras-v3"
    source = Source(str(path), format_, keras.__version__, "loaded", size_of(path))
    return replace(live, source=source)


@dataclass(slots=True)
class LiveStore:
    """Values of a live model's variables. They are not pickled with the model."""

    _variables: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> tuple[type[LiveStore], tuple[()]]:
        return LiveStore, ()

    def read(self, weight: Weight) -> NDArray[np.generic]:
        """The values of `weight` now; raises NetvizError where the live model is no longer at hand."""
        if weight.path not in self._variables:
            raise NetvizError(
                f"the values of {weight.path} are not at hand: they stayed with the live model",
                "Inspect the live model again, or save it and inspect the file.",
            )
        values = keras.ops.convert_to_numpy(self._variables[weight.path])
        if weight.tensor.dtype == "bfloat16":
            values = values.astype(np.float32)
        return unpacked(cast("NDArray[np.generic]", values), weight)

    def blocks(self, weight: Weight) -> Iterator[NDArray[np.generic]]:
        """All of the values at once: they are in memory already."""
        yield self.read(weight)


@dataclass(slots=True)
class LiveConfig:
    """Examines a live model as the file that it would be saved to. The live model is not pickled with it.

    `objects` are the model, its layers and its operations, by the path of the `Layer` that describes them.
    """

    model: Any = field(default=None, repr=False)
    objects: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> tuple[type[LiveConfig], tuple[()]]:
        return LiveConfig, ()

    def __call__(self) -> list[Note]:
        if self.model is None:
            return []
        try:
            config = keras.saving.serialize_keras_object(self.model)
        except Exception:  # a class that has no config: there is nothing to look at
            return []
        return list(hazards(config))


def _reason(error: BaseException) -> str:
    """What went wrong first: Keras wraps an error in others that only say that something did."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = " ".join(lines[:2] if lines and lines[0].endswith(":") else lines[:1])
    if not reason or isinstance(error, LookupError):  # whose text is but a key
        reason = f"{type(error).__name__} {reason}".rstrip()
    return reason if len(reason) <= MAX_REASON else f"{reason[:MAX_REASON]}…"
