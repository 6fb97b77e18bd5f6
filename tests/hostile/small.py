"""Small valid files of Keras's formats, made without Keras: what hostile cases are changes of."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Json = dict[str, Any]

SHAPE = [None, 4]
DTYPE = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}
METADATA = {"keras_version": "3.15.1", "date_saved": "2026-01-01@00:00:00"}


def layer(class_name: str, name: str, module: str = "keras.layers", **config: Any) -> Json:
    """A layer as Keras 3 serialises it."""
    return {
        "module": module,
        "class_name": class_name,
        "config": {"name": name, "trainable": True, "dtype": DTYPE, **config},
        "registered_name": None,
    }


def entrance(name: str = "entrance", shape: list[int | None] | None = None) -> Json:
    return layer("InputLayer", name, batch_shape=shape or SHAPE, dtype="float32", sparse=False)


def dense(name: str = "dense", units: Any = 3, **config: Any) -> Json:
    return {**layer("Dense", name, units=units, use_bias=True, **config), "build_config": {"input_shape": SHAPE}}


def sequential(*layers: Json, name: str = "tiny", **more: Any) -> Json:
    """A Sequential of an input and these layers, a Dense where there are none; `more` stands beside its config."""
    config = {"name": name, "trainable": True, "dtype": DTYPE, "layers": [entrance(), *(layers or (dense(),))]}
    config["build_input_shape"] = SHAPE
    model = {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}
    return {**model, "build_config": {"input_shape": SHAPE}, **more}


def tensor(producer: str, shape: list[int | None] | None = None) -> Json:
    config = {"shape": shape or SHAPE, "dtype": "float32", "keras_history": [producer, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def called(written: Json, *producers: str) -> Json:
    """A layer that is called on the outputs of others."""
    args = [tensor(producer) for producer in producers]
    return {
        **written,
        "name": written["config"]["name"],
        "inbound_nodes": [{"args": args if len(args) < 2 else [args], "kwargs": {}}],
    }


def functional(*layers: Json, output: str, name: str = "tiny") -> Json:
    """A functional model of an input, called "entrance", and these layers."""
    first = {**entrance(), "name": "entrance", "inbound_nodes": []}
    config = {"name": name, "trainable": True, "layers": [first, *layers]}
    config |= {"input_layers": ["entrance", 0, 0], "output_layers": [output, 0, 0]}
    return {"module": "keras", "class_name": "Functional", "config": config, "registered_name": "Functional"}


def weights() -> bytes:
    """A .weights.h5 file with the variables of one Dense layer."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        group = file.create_group("layers/dense/vars")
        group.attrs["name"] = "dense"
        group["0"] = np.arange(12, dtype="float32").reshape(4, 3)
        group["1"] = np.ones(3, "float32")
    return buffer.getvalue()


def members(config: object = None, **changed: bytes | str | None) -> dict[str, bytes | str]:
    """The members of a .keras file by name ("model.weights.h5" is `weights`), changed ones among them."""
    usual: dict[str, bytes | str | None] = {
        "metadata": json.dumps(METADATA),
        "config": json.dumps(sequential() if config is None else config),
        "weights": weights(),
    }
    names = {"metadata": "metadata.json", "config": "config.json", "weights": "model.weights.h5"}
    return {names[key]: value for key, value in {**usual, **changed}.items() if value is not None}


def zipped(contents: Mapping[str, bytes | str] | None = None, method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file of these members; of the usual ones where none are given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in (members() if contents is None else contents).items():
            archive.writestr(name, content)
    return buffer.getvalue()


def keras(config: object = None, **changed: bytes | str | None) -> bytes:
    """A .keras file."""
    return zipped(members(config, **changed))


def legacy(config: object = None, **attributes: Any) -> bytes:
    """A model in the HDF5 format, as Keras 2 wrote it."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(old_sequential() if config is None else config).encode()
        for name, value in attributes.items():
            file.attrs[name] = value
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"dense"]
        inner = group.create_group("dense")
        inner.attrs["weight_names"] = [b"dense/kernel:0", b"dense/bias:0"]
        inner["dense/kernel:0"] = np.zeros((4, 3), "float32")
        inner["dense/bias:0"] = np.zeros(3, "float32")
    return buffer.getvalue()


def old(written: Json) -> Json:
    """A serialised object in the older form: without modules, in its config as well."""
    return {
        key: _old(value) for key, value in written.items() if key not in ("module", "registered_name", "build_config")
    }


def _old(value: Any) -> Any:
    if isinstance(value, dict):
        return (
            "float32"
            if value is DTYPE
            else old(value)
            if "class_name" in value
            else {k: _old(v) for k, v in value.items()}
        )
    return [_old(item) for item in value] if isinstance(value, list) else value


def old_sequential(*layers: Json) -> Json:
    """The same as `sequential`, as Keras 2 wrote it."""
    flat = old(sequential(*layers))
    flat["config"]["layers"][0]["config"]["batch_input_shape"] = flat["config"]["layers"][0]["config"].pop(
        "batch_shape"
    )
    return flat


def put(folder: Path, name: str, data: bytes | str) -> Path:
    """The path of a file with that content."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
