"""Anything to a `Model`: finds out what a source is, by its content, and calls the reader for it."""

from __future__ import annotations

import difflib
import os
import sys
import zipfile
from pathlib import Path
from types import ModuleType

from netviz.errors import MissingDependency, SourceError, UsageError
from netviz.model import Model
from netviz.readers.archive import HDF5_MAGIC, is_hdf5


def read(source: object, *, load: bool = False) -> Model:
    """The model in a file or folder, or a live Keras model.

    A file is read without Keras and nothing of it is run; `load=True` lets Keras load it instead.
    Raises SourceError where the source cannot be read, MissingDependency where Keras is needed and not
    installed, UsageError for an object that is no model.
    """
    if isinstance(source, str | os.PathLike):
        if not os.fspath(source):
            raise UsageError("the path is empty", "Give the path of a model's file, or a keras.Model.")
        path = Path(source)
        require_model_file(path)
        if load:
            loaded: Model = _live_reader().load_and_read(path)
            return loaded
        try:
            return _read_static(path)
        except RecursionError as error:
            raise SourceError(f"{path}: the config is nested deeper than any model") from error
    if load:
        raise UsageError("load=True is for files", "A live model is there already: leave it out.")
    if "keras" not in sys.modules:
        raise UsageError(
            f"a {type(source).__qualname__} cannot be inspected", "Give the path of a model's file, or a keras.Model."
        )
    live: Model = _live_reader().read_live(source)
    return live


def _read_static(path: Path) -> Model:
    if is_hdf5(path):
        from netviz.readers.legacy import read_hdf5

        return read_hdf5(path)
    from netviz.readers.keras_v3 import read_keras

    return read_keras(path)


def require_model_file(path: Path) -> None:
    """Raises SourceError, which says what the path is instead, unless it may be a model's file or folder."""
    try:
        if path.is_dir():
            if not (path / "config.json").is_file():
                raise SourceError(f"{path}: this folder holds no model (no config.json in it)", _models_in(path))
            return
        if path.is_symlink() and not path.exists():
            raise SourceError(f"{path}: a link to {path.readlink()}, which does not exist")
        if not path.exists():
            raise SourceError(f"{path}: no such file", _near(path))
        if not path.is_file():
            raise SourceError(f"{path}: not a regular file")
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:  # a null character in the name
        raise SourceError(f"{str(path)!r}: {error}") from error
    if not head:
        raise SourceError(f"{path}: the file is empty")
    if not head.startswith(HDF5_MAGIC) and not head.startswith(b"PK") and not zipfile.is_zipfile(path):
        raise SourceError(
            f"{path}: not a Keras model: {_looks_like(head)}",
            "A .keras file is a zip archive, an .h5 file begins with HDF.",
        )


def _live_reader() -> ModuleType:
    try:
        from netviz.readers import live
    except ImportError as error:
        raise MissingDependency(
            f"Keras is needed for this and cannot be imported: {error}",
            "Install it with one of its backends: pip install keras tensorflow (or jax, or torch).",
        ) from error
    return live


def _near(path: Path) -> str:
    """A hint with files of a similar name, or the folder that is missing."""
    folder = path.parent
    if not folder.is_dir():
        return f"The folder {folder} does not exist."
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return ""
    by_lower = {name.lower(): name for name in names if name != path.name}
    near = [by_lower[name] for name in difflib.get_close_matches(path.name.lower(), by_lower, n=3, cutoff=0.6)]
    if near:
        return f"Did you mean {' or '.join(str(folder / name) for name in near)}?"
    return _models_in(folder)


def _models_in(path: Path) -> str:
    models = sorted(entry.name for entry in path.iterdir() if entry.suffix == ".keras")
    more = f" and {len(models) - 3} more" if len(models) > 3 else ""
    return f"The models in {path} are {', '.join(models[:3])}{more}." if models else ""


def _looks_like(head: bytes) -> str:
    """What a file that is no model seems to be, by its first bytes."""
    if head.startswith(b"version https://git-lfs"):
        return "a Git LFS pointer; fetch the file itself with git lfs pull"
    if head.lstrip().lower().startswith((b"<!doctype", b"<html")):
        return "an HTML page, perhaps a download that failed"
    if head.startswith(b"\x89PNG"):
        return "a PNG image"
    if all(byte >= 32 or byte in b"\t\r\n" for byte in head):
        return "a text file"
    return "a binary file of another format"
