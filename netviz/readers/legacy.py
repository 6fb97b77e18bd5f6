"""A whole model in the HDF5 format (.h5, .hdf5), which Keras writes from 1.x to today, as a `Model`, without Keras.

The config stands in an attribute, the variables of each top-level layer in a group of its name, and the names of
these in the group's attribute `weight_names`: "conv1/kernel", with ":0" behind it in Keras 2.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from netviz.errors import SourceError
from netviz.model import Model, Note, Source
from netviz.readers.archive import open_file, parse_json, size_of
from netviz.readers.assemble import assemble
from netviz.readers.config import PlanReader
from netviz.readers.hdf5 import Hdf5Store, StoredTree, read_tree, stamp_of
from netviz.readers.named import NamedStorage


def read_hdf5(path: Path) -> Model:
    """The model in an HDF5 file; raises SourceError where it cannot be read or holds no model."""
    with open_file(path) as file:
        try:
            tree = read_tree(file)
        except SourceError as error:
            raise SourceError(f"{path}: {error.message}", "Copy or download the file again.") from error
    stated = tree.attributes.get("", {})
    if "model_config" not in stated:
        raise SourceError(
            f"{path}: this HDF5 file holds no model (no attribute model_config)",
            "A file of weights alone cannot be read yet; give the file of the whole model.",
        )
    notes = [Note("warning", "stored-object-skipped", "", f"{name} {reason}.") for name, reason in tree.skipped]
    storage = NamedStorage(tree)
    entry = PlanReader(notes, legacy=True).read_entry(parse_json(path, "model_config", stated["model_config"][0]))
    version = next(iter(stated.get("keras_version", ())), None)
    source = Source(str(path), "keras-h5", version, "static", size_of(path))
    file_path = path.absolute()
    store = Hdf5Store(file_path, stamp_of(file_path), partial(open_file, file_path))
    return assemble(entry, storage, source, notes, store)
