"""Anything to a `Model`: finds out what a source is, by its content, and calls the reader for it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from netviz.errors import DangerousSource, MissingDependency, SourceError, UsageError
from netviz.model import Model, Note
from netviz.readers.archive import is_hdf5
from netviz.readers.guards import GUARDS, Guards, guards
from netviz.readers.recognise import is_json, is_saved_model, require_model_file

if TYPE_CHECKING:
    from netviz.readers.parts import Parts


def read(
    source: object,
    *,
    load: bool = False,
    trust: bool = False,
    architecture: str | os.PathLike[str] | None = None,
    max_bytes: int | None = None,
) -> Model:
    """The model in a file or folder, or a live Keras model.

    A file is read without Keras and nothing of it is run; `load=True` lets Keras load it instead, if nothing in it is
    dangerous or `trust` says that it may be. `architecture` is a file whose config tells the layers for a file of
    weights. `max_bytes` raises the limits to what a file may ask for.
    Raises SourceError where the source cannot be read, DangerousSource where loading it is refused, MissingDependency
    where Keras is needed and not installed, UsageError for an object that is no model.
    """
    if trust and not load:
        raise UsageError("trust only has an effect with load", "Reading a file needs no trust: nothing in it is run.")
    if isinstance(source, str | os.PathLike):
        path = _path(source)
        if load and architecture is not None:
            raise UsageError("load and architecture exclude each other", "Keras loads whole models: leave one out.")
        if load:
            return _loaded(path, trust, guards(max_bytes))
        return _read_static(path, None if architecture is None else _path(architecture), guards(max_bytes))
    if load or architecture is not None:
        option = "load=True" if load else "architecture"
        raise UsageError(f"{option} is for files", "A live model is there already: leave it out.")
    if "keras" not in sys.modules:
        raise UsageError(
            f"a {type(source).__qualname__} cannot be inspected", "Give the path of a model's file, or a keras.Model."
        )
    live: Model = _live_reader().read_live(source)
    return live


def _path(source: object) -> Path:
    if not isinstance(source, str | os.PathLike):
        raise UsageError(f"a path is needed, not a {type(source).__qualname__}", "Give the path of a model's file.")
    if not os.fspath(source):
        raise UsageError("the path is empty", "Give the path of a model's file, or a keras.Model.")
    return Path(source)


def _loaded(path: Path, trust: bool, limits: Guards) -> Model:
    """The model in a file as Keras loads it; refused before Keras is imported where that could do harm.

    What netviz cannot read, it cannot vouch for either: its error ends the loading of such a file, too.
    """
    from netviz.readers.hdf5 import stamp_of
    from netviz.readers.parts import LOADABLE

    require_model_file(path)
    stamp = stamp_of(path)
    try:
        model = _read_static(path, None, limits)
    except SourceError as error:
        if not trust:
            hint = "netviz loads what it can vouch for: --trust (trust=True) lets Keras try, whatever is in the file."
            raise SourceError(error.message, f"{error.hint} {hint}".lstrip()) from error
    else:
        if model.source.format not in LOADABLE:
            message = f"{path}: Keras loads whole models, in .keras or .h5; this is {model.source.format}"
            raise UsageError(message, "Leave out load.")
        if not trust:
            with reading(path):
                _require_harmless(path, model)
    live = _live_reader()
    if stamp_of(path) != stamp:
        raise SourceError(f"{path}: not loaded, it has changed while it was looked at", "Try it again.")
    loaded: Model = live.load_and_read(path, trust)
    return loaded


def _require_harmless(path: Path, model: Model) -> None:
    """Raises DangerousSource where loading the model would do more than build it."""
    notes = [*model.notes, *model.examine()]
    dangers = [note for note in notes if note.severity == "danger"]
    if not dangers and _imports_any_module():
        dangers = [note for note in notes if note.code == "custom-object"]
    if dangers:
        first = f"{dangers[0].path}: {dangers[0].message}" if dangers[0].path else dangers[0].message
        more = f" (and {len(dangers) - 1} more)" if len(dangers) > 1 else ""
        raise DangerousSource(
            f"{path}: not loaded, it is dangerous: {first}{more}",
            "netviz check tells more; --trust (trust=True) loads it all the same, and lets it run its code.",
        )


def _imports_any_module() -> bool:
    """Whether the installed Keras is one before 3.9, which imports every module that a file names (CVE-2025-1550)."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return bool(re.match(r"[0-2]\.|3\.[0-8](?!\d)", version("keras")))
    except PackageNotFoundError:
        return False


@contextmanager
def reading(source: object) -> Iterator[None]:
    """Turns what reading a hostile file may end with into a SourceError of one line."""
    try:
        yield
    except RecursionError as error:
        raise SourceError(f"{source}: the config is nested deeper than any model") from error
    except MemoryError as error:
        raise SourceError(f"{source}: it takes more memory than there is") from error
    except OSError as error:
        raise SourceError(f"{error.filename or source}: {error.strerror or error}") from error


def _read_static(path: Path, architecture: Path | None, limits: Guards) -> Model:
    from netviz.readers.assemble import assemble  # imports numpy and pyfive, which a live model does without

    with reading(path):
        parts = read_parts(path, limits)
        return assemble(parts if architecture is None else _joined(parts, architecture, limits))


def read_parts(path: Path, limits: Guards = GUARDS) -> Parts:
    """What a file or folder holds, by its content; raises SourceError where it cannot be read."""
    require_model_file(path)
    if is_saved_model(path):
        from netviz.readers.savedmodel import read_saved_model

        return read_saved_model(path, limits)
    if is_hdf5(path):
        from netviz.readers.keras_h5 import read_hdf5

        return read_hdf5(path, limits)
    if is_json(path):
        from netviz.readers.keras_json import read_json

        return read_json(path, limits)
    from netviz.readers.keras_v3 import read_keras

    return read_keras(path, limits)


def _joined(parts: Parts, path: Path, limits: Guards) -> Parts:
    """The stored variables of `parts` with the config in the file at `path`; raises SourceError if one is missing."""
    if parts.storage is None:
        raise SourceError(
            f"{parts.source.path}: holds no weights that an architecture could be joined to",
            "Leave out the architecture.",
        )
    other = read_parts(path, limits)
    if other.architecture is None:
        raise SourceError(f"{path}: holds no config that tells the layers", "model.to_json() writes one.")
    parts.notes.append(
        Note(
            "info",
            "architecture-joined",
            "",
            f"Layers and calls are those of {path}; whether the weights are of that model, only their shapes tell.",
        )
    )
    return replace(parts, architecture=other.architecture)


def _live_reader() -> ModuleType:
    try:
        from netviz.readers import live
    except ImportError as error:
        raise MissingDependency(
            f"Keras is needed for this and cannot be imported: {error}",
            "Install it with one of its backends: pip install keras tensorflow (or jax, or torch).",
        ) from error
    return live
