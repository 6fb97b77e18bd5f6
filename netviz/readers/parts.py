"""What a file was found to hold, before it is put together: a config of layers, stored variables, or both.

Each format fills in `Parts`; `assemble` makes the model of them. So any file of weights goes with any config.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netviz.model import Config, Model, Note, Source, WeightStore

if TYPE_CHECKING:  # imports the HDF5 library, which a live model does without
    from netviz.readers.join import Storage


@dataclass(frozen=True, slots=True)
class Architecture:
    """A model as Keras serialises it: `config` has class name and settings, `training` what it was compiled with.

    `legacy` is the form of the HDF5 format, in which classes have no modules; `keras_version` the one that wrote it.
    """

    config: Config
    legacy: bool = False
    training: Config | None = None
    keras_version: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What one source holds. Without `architecture` it has weights alone, without `storage` a config alone.

    `store` gives the values of the stored variables; `notes` is added to while the model is put together. `finish`
    adds to the assembled model what only this format has; `examine` becomes the model's. `serialized` are objects that
    Keras would make beside those of the architecture.
    """

    source: Source
    architecture: Architecture | None = None
    storage: Storage | None = None
    store: WeightStore | None = None
    notes: list[Note] = field(default_factory=list)
    finish: Callable[[Model], Model] = lambda model: model
    serialized: Iterable[Config] = ()
    examine: Callable[[], Iterable[Note]] = tuple


LOADABLE = ("keras-v3", "keras-h5")
"""The formats that Keras 3 can load as a model."""


def training_of(compiled: object) -> Config | None:
    """The compile config of a file under the names of `keras.Model.compile`; None where there is none.

    The HDF5 format has the optimizer under `optimizer_config`.
    """
    if not isinstance(compiled, dict) or not compiled:
        return None
    return {("optimizer" if key == "optimizer_config" else key): value for key, value in compiled.items()}
