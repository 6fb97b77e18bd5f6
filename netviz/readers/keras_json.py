"""A JSON file of Keras, without Keras: a model's config (`model.to_json()`), or the map of weights in several files."""

from __future__ import annotations

from pathlib import Path

from netviz.errors import SourceError
from netviz.model import Source
from netviz.readers.archive import parse_json, read_bytes, size_of
from netviz.readers.parts import Architecture, Parts, training_of
from netviz.readers.shards import WEIGHT_MAP, read_shards


def read_json(path: Path) -> Parts:
    """What a JSON file holds; raises SourceError where it is none or holds nothing of Keras."""
    content = parse_json(path, "the file", read_bytes(path))
    if WEIGHT_MAP in content:
        return read_shards(path, content)
    if not isinstance(content.get("class_name"), str) or "config" not in content:
        raise SourceError(
            f"{path}: this JSON file is not a Keras model's config (it has no class_name and config)",
            "model.to_json() writes one.",
        )
    version = content.get("keras_version")
    source = Source(str(path), "keras-json", version if isinstance(version, str) else None, "static", size_of(path))
    training = training_of(content.get("compile_config"))
    return Parts(source, Architecture(content, legacy="module" not in content, training=training))
