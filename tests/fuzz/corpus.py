"""The valid files that the fuzzer starts from: small ones of every format that netviz reads, in memory."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import pyfive

HERE = Path(__file__).parent
FIXTURES = HERE.parent / "fixtures"
OWN = HERE / "files"

Files = dict[str, bytes]
"""Contents by name, in the folder in which they are written; "m/variables/variables.index" in a folder inside."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A source: its files, which of them (or which folder) is opened, and the file of its architecture, if apart."""

    files: Files
    entry: str
    architecture: str = ""


def keras(name: str) -> Sample:
    return Sample({"m.keras": (FIXTURES / name).read_bytes()}, "m.keras")


def deflated(name: str) -> Sample:
    """A .keras file as a zip program writes it again."""
    target = io.BytesIO()
    with zipfile.ZipFile(FIXTURES / name) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in source.namelist():
            archive.writestr(zipfile.ZipInfo(member), source.read(member), zipfile.ZIP_DEFLATED)
    return Sample({"m.keras": target.getvalue()}, "m.keras")


def folder(name: str) -> Sample:
    root = FIXTURES / name
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return Sample({f"m/{path.relative_to(root).as_posix()}": path.read_bytes() for path in files}, "m")


def hdf5(name: str) -> Sample:
    return Sample({"m.h5": (FIXTURES / name).read_bytes()}, "m.h5")


def by_name() -> Sample:
    return Sample({"m.h5": (OWN / "by_name.h5").read_bytes()}, "m.h5")


def member(name: str, inside: str) -> bytes:
    with zipfile.ZipFile(FIXTURES / name) as archive:
        return archive.read(inside)


def config_of(name: str) -> bytes:
    """The config of a model: out of a .keras file, or out of an HDF5 file as its Keras wrote it."""
    if name.endswith(".keras"):
        return member(name, "config.json")
    with pyfive.File(FIXTURES / name) as file:
        stated = {key: file.attrs.get(key) for key in ("model_config", "keras_version")}
    config, version = (value.decode() if isinstance(value, bytes) else value for value in stated.values())
    return json.dumps({**json.loads(config), "keras_version": version}).encode()


def config(name: str) -> Sample:
    return Sample({"m.json": config_of(name)}, "m.json")


def weights(name: str) -> Sample:
    """The weights of a .keras file alone."""
    return Sample({"m.weights.h5": member(name, "model.weights.h5")}, "m.weights.h5")


def joined(name: str) -> Sample:
    """The weights of an HDF5 file of a whole model, to be read by the config apart from them."""
    return Sample({**hdf5(name).files, **config(name).files}, "m.h5", "m.json")


def shards() -> Sample:
    return Sample({path.name: path.read_bytes() for path in sorted(OWN.glob("shards*"))}, "shards.weights.json")


def each(make: Callable[[str], Sample], *names: str) -> tuple[Callable[[], Sample], ...]:
    return tuple(partial(make, name) for name in names)


FORMATS: Mapping[str, tuple[Callable[[], Sample], ...]] = {
    "keras": each(
        keras, "keras-3.15.1/mlp.keras", "keras-3.15.1/nested.keras", "keras-3.15.1/wrappers.keras",
        "keras-3.15.1/subclassed.keras", "keras-3.15.1/shared_layer.keras", "keras-3.5.0/dict_io.keras",
        "keras-3.0.5/operators.keras", "keras-3.0.5/attention_mask.keras", "keras-3.15.1/cnn_residual.keras",
        "keras-3.15.1/masked_embedding.keras",
    ),
    "keras-deflated": each(deflated, "keras-3.15.1/mlp.keras", "keras-3.5.0/operators.keras"),
    "keras-of-2": each(
        keras, "keras-2.11.0/mlp.keras", "keras-2.12.0/stacked.keras", "keras-2.12.0/branches.keras",
        "keras-2.15.0/tied.keras", "keras-2.15.0/dynamic.keras", "keras-2.15.0/retired.keras",
    ),
    "keras-quantized": each(keras, "quantized/keras-3.13.2-int4.keras", "quantized/keras-3.13.2-gptq.keras"),
    "keras-folder": each(folder, "keras-3.15.1/shared_layer_folder"),
    "h5": each(
        hdf5, "keras-2.2.4/mlp.h5", "keras-2.2.4/retired.h5", "keras-2.3.1/stacked.h5", "tensorflow-2.4.4/ellipsis.h5",
        "tensorflow-1.15.5/operators.h5", "keras-2.9.0/steps.h5", "tensorflow-2.4.4/dynamic.h5",
    ),
    "h5-of-keras-1": each(hdf5, "keras-1.0.8/nested.h5", "keras-1.2.2/merged_models.h5", "keras-2.0.5/mlp.h5"),
    "weights-numbered": each(
        weights, "keras-3.15.1/mlp.keras", "keras-3.15.1/wrappers.keras", "keras-2.15.0/stacked.keras"
    ),
    "weights-named": (by_name,),
    "weights-joined": each(joined, "keras-2.2.4/mlp.h5", "keras-1.0.8/nested.h5", "keras-2.3.1/stacked.h5"),
    "shards": (shards,),
    "config": each(
        config, "keras-3.15.1/nested.keras", "keras-3.15.1/wrappers.keras", "keras-3.15.1/operators.keras",
        "keras-3.15.1/attention_mask.keras", "keras-3.15.1/lstm_states.keras", "keras-3.15.1/dict_io.keras",
        "quantized/keras-3.13.2-int4.keras",
    ),
    "config-of-2": each(
        config, "keras-2.12.0/operations.keras", "keras-2.15.0/operations.keras", "keras-2.13.1/more_operations.keras",
        "keras-2.15.0/mixed.h5", "tensorflow-2.1.4/more_operations.h5", "tensorflow-1.15.5/operators.h5",
        "keras-2.15.0/attention.keras", "tensorflow-2.4.4/operations.h5",
    ),
    "config-of-1": each(
        config, "keras-1.0.8/cnn.h5", "keras-1.2.2/both_ways.h5", "keras-1.2.2/branches.h5", "keras-1.2.2/sequence.h5",
        "keras-1.2.2/merged_models.h5", "keras-2.0.5/nested.h5",
    ),
    "savedmodel-keras": each(folder, "savedmodel-keras-2.21", "savedmodel-keras-2.4"),
    "savedmodel": each(folder, "savedmodel-export", "savedmodel-module", "savedmodel-tf1"),
}  # fmt: skip
"""By format what makes its samples."""


@cache
def sample(format_: str, number: int) -> Sample:
    """The `number`-th sample of a format."""
    return FORMATS[format_][number]()


def samples(format_: str) -> tuple[Sample, ...]:
    return tuple(sample(format_, number) for number in range(len(FORMATS[format_])))
