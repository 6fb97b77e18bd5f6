"""What else a file may be taken for: netviz goes by what a file holds, Keras by its name, h5py by what it finds first.

So one file can be two models, of which a check sees one and Keras loads the other.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from netviz.errors import SourceError
from netviz.model import Note
from netviz.readers.archive import HDF5_MAGIC, ZIP_ERRORS, opened
from netviz.readers.guards import GUARDS, ZipLimits

Form = Literal["zip", "hdf5", "json"]

CALLED: dict[Form, str] = {"zip": "a zip archive", "hdf5": "HDF5 data", "json": "JSON"}

FORM_OF: dict[str, Form] = {".keras": "zip", ".h5": "hdf5", ".hdf5": "hdf5", ".json": "json"}
"""What a file is by its suffix, as Keras has it."""

USER_BLOCK = 512
"""HDF5 data begins at the start of a file, or behind so many bytes, or twice as many, and so on.

Source: HDF5 File Format Specification Version 3.0, II.A.
"""


def other_readings(
    path: Path, form: Form, ordinary: int | None = None, limits: ZipLimits = GUARDS.zip
) -> Iterator[Note]:
    """Notes on a file that is read in one form and may be taken for another, or whose name says another.

    HDF5 data at the place `ordinary` is no other reading: the weights in a zip file may happen to stand there.
    """
    others: dict[Form, bool] = {
        "zip": form != "zip" and _is_zip(path, limits),
        "hdf5": form != "hdf5" and _hdf5_at(path) not in (None, ordinary),
    }
    for other, found in others.items():
        if found:
            message = (
                f"It can be read as {CALLED[form]} and as {CALLED[other]}, and programs differ in which they take."
            )
            yield Note("danger", "two-formats", "", message)
    said = FORM_OF.get(path.suffix.lower())
    if said is not None and said != form:
        message = f"The name ends in {path.suffix}, but the file holds {CALLED[form]}; Keras goes by the name."
        yield Note("warning", "suffix-misleads", "", message)


def _is_zip(path: Path, limits: ZipLimits) -> bool:
    """Whether Python finds members in a file as a zip file; a directory that is too large to look at counts as some."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with opened(path, limits) as archive:
            return bool(archive.namelist())
    except SourceError:
        return True
    except ZIP_ERRORS:
        return False


def _hdf5_at(path: Path) -> int | None:
    """Where libhdf5 finds HDF5 data in a file; None for none."""
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        place = 0
        while place + len(HDF5_MAGIC) <= size:
            file.seek(place)
            if file.read(len(HDF5_MAGIC)) == HDF5_MAGIC:
                return place
            place = 2 * place or USER_BLOCK
    return None
