"""Every call in the files of several Keras versions: the rules give what the file states of the next call's tensors."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netviz.catalog import find
from netviz.catalog.dtypes import compute_dtype
from netviz.catalog.kinds import Arguments
from netviz.model import Tensor

FILES = sorted((Path(__file__).parent.parent / "fixtures").glob("keras-3.*/*.keras"))
"""Files of Keras 3, which states shapes and dtypes of the tensors that a call takes; Keras 2 states neither."""


def stated(value: Any) -> Iterator[tuple[tuple[Any, ...], Tensor]]:
    """The tensors among arguments: which call made each, and what the file says of it."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        yield tuple(value["config"]["keras_history"]), as_read(value)
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from stated(item)


def as_read(value: Any) -> Any:
    """An argument with its tensors as `Tensor`."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        return Tensor(tuple(value["config"]["shape"]), value["config"]["dtype"])
    if isinstance(value, dict):
        return {key: as_read(item) for key, item in value.items()}
    return [as_read(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_calls(path: Path) -> None:
    root = json.loads(zipfile.ZipFile(path).read("config.json"))
    layers = [layer for layer in root["config"].get("layers", ()) if "inbound_nodes" in layer]
    known = dict(pair for layer in layers for pair in stated(layer["inbound_nodes"]))
    compared = 0
    for layer in layers:
        kind = find(layer["class_name"], layer["module"])
        if kind is None or kind.output is None:
            continue
        for index, node in enumerate(layer["inbound_nodes"] or [{"args": [], "kwargs": {}}]):
            arguments = Arguments(tuple(as_read(node["args"])), as_read(node["kwargs"]))
            dtype = kind.dtype(layer["config"], arguments) if kind.dtype else compute_dtype(layer["config"])
            for place, shape in enumerate(kind.output(layer["config"], arguments)):
                tensor = known.get((layer["name"], index, place))
                if tensor is None:  # an output that nothing takes
                    continue
                compared += 1
                assert tensor.shape == shape, layer["name"]
                # Keras 3.0 wrote the dtype to which the next layer casts the tensor.
                assert tensor.dtype == dtype or "keras-3.0" in str(path), layer["name"]
