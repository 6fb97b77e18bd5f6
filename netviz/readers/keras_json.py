"""A JSON file of Keras, without Keras: a model's config (`model.to_json()`), or the map of weights in several files."""

from __future__ import annotations

from pathlib import Path

from netviz.errors import SourceError
from netviz.model import Source
from netviz.readers.ambiguous import other_readings
from netviz.readers.archive import read_bytes, size_of
from netviz.readers.guards import GUARDS, Guards
from netviz.readers.json_text import examine_json, parse_model
from netviz.readers.parts import Architecture, Parts, training_of

WEIGHT_MAP = "weight_map"
"""The key under which a map of shards has the files."""


def read_json(path: Path, limits: Guards = GUARDS) -> Parts:
    """What a JSON file holds; raises SourceError where it is none or holds nothing of Keras."""
    content = parse_model(path, "the file", read_bytes(path, limits.json), limits.json)
    if WEIGHT_MAP in content:
        from netviz.readers.shards import read_shards  # reads HDF5, which a config has no need of

        return read_shards(path, content.get(WEIGHT_MAP), limits)
    if not isinstance(content.get("class_name"), str) or "config" not in content:
        raise SourceError(
            f"{path}: this JSON file is not a Keras model's config (it has no class_name and config)",
            "model.to_json() writes one.",
        )
    version = content.get("keras_version")
    version = version if isinstance(version, str) else None
    source = Source(str(path), "keras-json", version, "static", size_of(path))
    training = training_of(content.get("compile_config"))
    legacy = "module" not in content
    architecture = Architecture(content, legacy=legacy, training=training, keras_version=version)
    notes = [*other_readings(path, "json", limits=limits.zip)]
    return Parts(
        source, architecture, notes=notes, examine=lambda: examine_json("The file", read_bytes(path, limits.json))
    )
