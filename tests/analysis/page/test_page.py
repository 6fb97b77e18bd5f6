"""What a page says of a model as a whole: findings each once, activation functions as Keras computes them, facts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

import netviz
from netviz.analysis.advice import ADVICE
from netviz.analysis.page import build_page
from netviz.errors import NetvizError
from netviz.model import Model
from netviz.pages import Activation, Page
from netviz.readers import read
from tests.conftest import EXAMPLES, FIXTURES, ROOT
from tests.models.zoo import SUBCLASSED

SEVERITIES = ("danger", "warning", "info")


def page_of(source: Any, weights: bool | None = None) -> Page:
    return build_page(netviz.inspect(source).model, weights=weights, version="1")


@cache
def fixtures() -> tuple[tuple[Path, Model, Page], ...]:
    """Every file of the fixtures that can be read, with its model, and its page without values."""
    found = []
    for path in sorted(FIXTURES.rglob("*")):
        if path.suffix in (".keras", ".h5", ".hdf5", ".json") or (path / "saved_model.pb").exists():
            try:
                model = read(path)
            except NetvizError:
                continue
            found.append((path, model, build_page(model, weights=False, version="1")))
    return tuple(found)


def test_findings_are_those_of_a_check_and_the_notes_each_once() -> None:
    several = 0
    for path, model, _ in fixtures():
        page = build_page(model, version="1")
        found = [(one.severity, one.code, one.message, one.remedy) for one in page.findings if not one.note]
        assert found == [(one.severity, one.code, one.message, one.remedy) for one in netviz.check(path)]
        noted = {(note.severity, note.code, note.message) for note in model.notes}
        others = [(one.severity, one.code, one.message) for one in page.findings if one.note]
        assert {one[:3] for one in found} | noted == {one[:3] for one in found} | set(others)
        assert len(set(page.findings)) == len(page.findings) == len(found) + len(others)
        assert [one.note for one in page.findings] == [False] * len(found) + [True] * len(others)
        ranks = [SEVERITIES.index(one[0]) for one in others]
        assert ranks == sorted(ranks)
        several += len(page.findings) > 1
    assert several > 10


def test_layers_and_findings_name_each_other() -> None:
    for path, _, page in fixtures():
        for number, finding in enumerate(page.findings):
            if finding.where.layer is not None:
                assert number in page.details[finding.where.layer].findings
                assert page.details[finding.where.layer].path == finding.where.words
            else:
                assert finding.where.words not in {layer.path for layer in page.details}, path
        for index, layer in enumerate(page.details):
            assert all(page.findings[number].where.layer == index for number in layer.findings)


def test_without_values_the_notes_have_advice() -> None:
    for _, model, page in fixtures():
        known = {(finding.code, finding.message): finding for finding in page.findings}
        assert {(note.code, note.message) for note in model.notes} <= set(known)
        for note in model.notes:
            remedy = ADVICE[note.code].remedy if note.code in ADVICE else ""
            assert known[note.code, note.message].remedy == remedy


ACTIVATIONS = [
    name
    for name in sorted(set(dir(keras.activations)))
    if name not in ("deserialize", "get", "serialize", "sparsemax", "threshold") and not name.startswith("_")
]


def curves_of(*names: str) -> list[tuple[str, Activation]]:
    """The functions of a model that has a layer for each of these names."""
    model = keras.Sequential([keras.Input((4,)), *(layers.Dense(4, activation=name, name=name) for name in names)])
    return [(link.words, one) for one in page_of(model).activations for link in one.layers]


def test_curves_are_those_of_keras() -> None:
    drawn = 0
    for name, one in curves_of(*ACTIVATIONS):
        function = keras.activations.get(name)
        x, y = np.array(one.curve, np.float64).T
        assert len(x) == 97 and np.allclose(np.diff(x), np.diff(x)[0])
        if name in ("softmax", "log_softmax"):
            assert "[x, 0, 1]" in one.about
            vectors = np.stack([x, np.zeros_like(x), np.ones_like(x)], 1)
            expected = np.asarray(function(keras.ops.convert_to_tensor(vectors)))[:, 0]
        elif "Drawn" in one.about:
            continue  # of other vectors, as it says
        else:
            expected = np.asarray(function(keras.ops.convert_to_tensor(x)))
            _assert_slopes(one, function)
        assert y == pytest.approx(expected, abs=1e-5), name
        drawn += 1
    assert drawn > 20


def _assert_slopes(one: Activation, function: Callable[[Any], Any]) -> None:
    """That the derivative is the slope on both sides, wherever these are the same: at no kink."""
    x, slopes = np.array(one.derivative, np.float64).T
    here, step = np.asarray(function(keras.ops.convert_to_tensor(x))), 1e-4
    left = (here - np.asarray(function(keras.ops.convert_to_tensor(x - step)))) / step
    right = (np.asarray(function(keras.ops.convert_to_tensor(x + step))) - here) / step
    smooth = np.abs(left - right) < 1e-3 * (1 + np.abs(here))
    assert smooth.sum() > 80
    assert slopes[smooth] == pytest.approx(((left + right) / 2)[smooth], rel=1e-3, abs=1e-3)


def test_a_layer_stands_with_each_of_its_functions() -> None:
    page = page_of(EXAMPLES / "lstm.keras")
    by_layer = {
        (page.details[link.layer].path, one.title) for one in page.activations for link in one.layers if link.layer
    }
    for layer in page.details:
        settings = dict(layer.settings)
        for key in ("activation", "recurrent_activation"):
            if key in settings:
                assert (layer.path, settings[key]) in by_layer


def test_a_function_of_ones_own_says_why_it_has_no_curve() -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4, activation=lambda x: x * 2), layers.Dense(2)])
    own = [one for one in page_of(model).activations if not one.curve]
    assert len(own) == 1 and own[0].problem and own[0].layers[0].layer == 0


@pytest.mark.parametrize(("weights", "drawn"), [(None, True), (False, False)])
def test_learned_slopes_are_values(weights: bool | None, drawn: bool) -> None:
    model = keras.Sequential([keras.Input((4,)), layers.PReLU(alpha_initializer=keras.initializers.Constant(0.5))])
    (one,) = page_of(model, weights).activations
    assert bool(one.curve) == drawn and ("--weights" in one.problem) != drawn
    if drawn:
        assert dict(one.curve)[-6.0] == pytest.approx(-3.0)


def test_facts_are_those_of_keras() -> None:
    model = keras.Sequential([keras.Input((28, 30, 3)), layers.Conv2D(4, 3), layers.BatchNormalization()], name="facts")
    facts = dict(page_of(model).facts)
    assert facts["Layers"] == "2" and facts["Input"] == "28×30×3" and facts["Output"] == "26×28×4"
    assert facts["Parameters"] == f"{model.count_params():,}" and facts["Trainable"] == f"{112 + 8:,}"
    assert facts["Weights"] == f"{model.count_params() * 4} B"
    assert keras.__version__ in facts["Format"]


def test_what_is_not_built_has_unknown_facts() -> None:
    facts = dict(page_of(keras.Sequential([layers.Dense(2)])).facts)
    assert facts["Parameters"] == facts["Input"] == facts["Output"] == "?"


@pytest.mark.parametrize("kind", ["weights alone", "subclassed", "unbuilt", "empty"])
def test_what_a_file_does_not_tell_is_not_guessed(kind: str, tmp_path: Path, saved_zoo: Any) -> None:
    """Facts, the tables and the drawings say of the same counts the same, and why nothing is connected."""
    path = tmp_path / "m.keras"
    if kind == "weights alone":
        path = tmp_path / "m.weights.h5"
        keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization()]).save_weights(path)
    elif kind == "subclassed":
        model = SUBCLASSED["plain"].build()
        model(np.zeros((1, 3)))
        model.save(path)
    elif kind == "unbuilt":
        keras.Sequential([layers.Dense(3), layers.Dense(2)]).save(path)
    else:
        keras.Sequential([keras.Input((4,))]).save(path)
    page = page_of(path)
    facts = dict(page.facts)
    (table,) = [table for table in page.summary.tables if table.name == "parameters"]
    total, trainable, _ = (row.cells for row in table.rows[:3])
    guessed = kind in ("weights alone", "subclassed")
    assert trainable[0] == (
        "Trainable, at most" if guessed else "Trainable" if kind == "empty" else "Trainable, at least"
    )
    assert total[0] == ("Total, at least" if kind == "unbuilt" else "Total")
    assert facts["Parameters"] == ("at least " if kind == "unbuilt" else "") + f"{total[1]:,}"
    bound = "at most" if guessed else "at least"
    assert facts.get("Trainable", "") == ("" if kind == "empty" else f"{bound} {trainable[1]:,}")
    if kind == "empty":
        assert not page.drawings and "nothing to draw" in page.problem
    else:
        assert page.drawings[0].remark.startswith("How the layers are connected is not known: ")


def test_what_is_connected_has_no_remark() -> None:
    for path, _, page in fixtures():
        for one in page.drawings:
            assert not (one.remark and one.diagram.edges), path
        called = any(layer.calls for layer in page.details)
        assert not (called and page.drawings and page.drawings[0].remark), path
        loose = page.drawings and len(page.drawings[0].diagram.boxes) > 1 and not page.drawings[0].diagram.edges
        assert called or bool(loose) == bool(page.drawings and page.drawings[0].remark), path


def test_what_no_model_can_have_is_said_in_few_words() -> None:
    page = page_of(ROOT / "tests" / "fuzz" / "findings" / "units-of-4000-digits" / "m.json")
    facts = dict(page.facts)
    assert facts["Parameters"].startswith("2^") and len(facts["Parameters"]) < 12
    assert len(facts["Weights"]) < 12
    assert page.details and page.drawings


def test_what_every_file_says_fits_together() -> None:
    for path, _, page in fixtures():
        assert len(page.layers.rows) - page.totals == len(page.details), path
        assert all(len(row.cells) == len(page.layers.columns) for row in page.layers.rows)
        assert page.drawings or page.problem
        assert {table.name for table in page.summary.tables} >= {"parameters", "source"}
        assert "notes" not in {table.name for table in page.summary.tables}


def test_a_page_needs_neither_keras_nor_matplotlib() -> None:
    script = (
        "import sys; from netviz.readers import read; from netviz.analysis.page import build_page\n"
        "build_page(read('examples/models/lenet.keras'), version='1'); print(' '.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT)
    assert not set(done.stdout.split()) & {"keras", "tensorflow", "matplotlib", "h5py", "jinja2"}
