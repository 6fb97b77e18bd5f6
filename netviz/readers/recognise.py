"""What a path is, by the first bytes and the members found there, and what to say where it is no model."""

from __future__ import annotations

import difflib
import zipfile
from pathlib import Path

from netviz.errors import SourceError
from netviz.readers.archive import CONFIG, HDF5_MAGIC

SAVED_MODEL = "saved_model.pb"

FOLDER_FILES = (CONFIG, SAVED_MODEL)
"""What a folder that holds a model has in it: an unzipped .keras file the first, a SavedModel the second."""

SUFFIXES = (".keras", ".h5", ".hdf5")
"""Under which models usually go; only for hints."""


def require_model_file(path: Path) -> None:
    """Raises SourceError, which says what the path is instead, unless it may be a model's file or folder."""
    try:
        if path.is_dir():
            if not any((path / name).is_file() for name in FOLDER_FILES):
                named = " or ".join(FOLDER_FILES)
                raise SourceError(f"{path}: this folder holds no model (no {named} in it)", _models_in(path))
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
    if path.name == SAVED_MODEL:
        return
    if not head.startswith((HDF5_MAGIC, b"PK")) and not _begins_json(head) and not zipfile.is_zipfile(path):
        raise SourceError(
            f"{path}: not a Keras model: {_looks_like(head)}",
            "A .keras file is a zip archive, an .h5 file begins with HDF, a config in JSON with {.",
        )


def is_saved_model(path: Path) -> bool:
    """Whether a path is a SavedModel's folder, or the file in it that describes the model."""
    return path.name == SAVED_MODEL if path.is_file() else (path / SAVED_MODEL).is_file()


def is_json(path: Path) -> bool:
    """Whether a path is a file that begins as a JSON object does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return _begins_json(file.read(64))


def _begins_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


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
    models = sorted(entry.name for entry in path.iterdir() if entry.suffix in SUFFIXES)
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
