"""The tables and the document of a diff: nothing that differs is left out, and what is the same takes one line."""

from __future__ import annotations

import csv
import io
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import netviz
from netviz.analysis.diff import diff_models
from netviz.analysis.diff.diagram import build_diff_diagram
from netviz.analysis.diff.document import diff_document
from netviz.analysis.diff.results import Change, Kind, LayerDiff, ModelDiff
from netviz.analysis.diff.sheet import build_diff_sheet, differences_sheet
from netviz.analysis.diff.words import verdict
from netviz.readers import read
from netviz.render.csv import sheet_to_csv
from netviz.render.data import data_to_json
from netviz.render.text import sheet_to_text
from netviz.views import FATES
from tests.conftest import EXAMPLES, FIXTURES

FOLDER = FIXTURES / "keras-3.15.1"
FILES = [EXAMPLES / "lenet.keras", EXAMPLES / "lenet-tuned.keras", FOLDER / "nested.keras", FOLDER / "wrappers.keras",
         FOLDER / "subclassed.keras"]  # fmt: skip
PAIRS = [*combinations(FILES, 2), (FILES[0], FILES[0])]

every_pair = pytest.mark.parametrize("paths", PAIRS, ids=lambda paths: f"{paths[0].stem}-{paths[1].stem}")


def compared(paths: tuple[Path, Path]) -> ModelDiff:
    return diff_models(*map(read, paths))


@every_pair
def test_every_layer_that_differs_stands_in_the_tables(paths: tuple[Path, Path]) -> None:
    diff = compared(paths)
    tables = {table.name: table for table in build_diff_sheet(diff).tables}
    named = {row.cells[0] for name in ("differences", "weights") if name in tables for row in tables[name].rows}
    assert {layer.path for layer in diff.layers if not layer.same} <= named
    assert all(row.fate != "unchanged" for row in tables["differences"].rows) if "differences" in tables else True
    assert diff.same == (tables["facts"].rows[0].cells[1] == ("no differences",))
    assert [row.cells[1][0] for row in tables["notes"].rows] == list(diff.notes) if diff.notes else True  # type: ignore[index]


@every_pair
def test_every_change_is_a_row_of_the_csv(paths: tuple[Path, Path]) -> None:
    diff = compared(paths)
    rows = list(csv.DictReader(io.StringIO(sheet_to_csv(differences_sheet(diff)))))
    weights = [*diff.own_weights, *(one for layer in diff.layers for one in layer.weights)]
    changes = len(diff.changes) + sum(len(layer.changes) for layer in diff.layers)
    alone = sum(bool(layer.kinds) and None in (layer.a, layer.b) for layer in diff.layers)
    assert len(rows) == changes + alone + sum(one.verdict != "identical" for one in weights)


@every_pair
def test_the_document_is_schema_1(paths: tuple[Path, Path]) -> None:
    diff = compared(paths)
    document = diff_document(diff, netviz.__version__)
    assert document == json.loads(data_to_json(document))
    assert list(document) == [
        "netviz", "schema", "same", "verdict", "structure_only", "ignore_names", "a", "b", "counts", "changes",
        "weights", "layers", "notes",
    ]  # fmt: skip
    assert (document["schema"], document["same"], document["notes"]) == (1, diff.same, list(diff.notes))
    for side, model in (("a", diff.a), ("b", diff.b)):
        assert list(document[side]) == [
            "path", "format", "keras_version", "read", "bytes", "name", "class_name", "layers", "parameters",
        ]  # fmt: skip
        assert document[side]["parameters"] == model.parameters.total
    assert list(document["counts"]) == list(FATES)
    assert sum(document["counts"].values()) == len(document["layers"]) == len(diff.layers)
    for layer, shown in zip(diff.layers, document["layers"], strict=True):
        assert list(shown) == ["path", "a", "b", "class_name", "kinds", "changes", "weights"]
        assert (shown["path"], shown["kinds"]) == (layer.path, list(layer.kinds))
        assert [shown["a"], shown["b"]] == [side and side.path for side in (layer.a, layer.b)]
        assert len(shown["changes"]) == len(layer.changes)
        for change in shown["changes"]:
            assert {"aspect", "item"} < change.keys() <= {"aspect", "item", "a", "b"}
        for one in shown["weights"]:
            assert list(one) == [
                "name", "a", "b", "verdict", "values", "differing", "nonfinite", "maximum", "relative", "cosine",
                "zeros", "initial", "detail", "reason",
            ]  # fmt: skip


@every_pair
def test_the_tables_fit_a_terminal(paths: tuple[Path, Path]) -> None:
    text = sheet_to_text(build_diff_sheet(compared(paths)), width=120)
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ([("changed",), ("changed",), ("added",), ("renamed",), ()], "1 layer added, 2 changed, 1 renamed; 1 the same"),
        ([("renamed", "changed")], "1 layer changed, 1 renamed"),
        ([(), ()], "no differences"),
    ],
    ids=["several", "several of one", "none"],
)
def test_the_verdict_counts_each_kind(kinds: list[tuple[Kind, ...]], words: str) -> None:
    model: Any = read(FILES[0])
    layer = model.graph.layers[0]
    diffs = tuple(LayerDiff(layer, layer, own) for own in kinds)
    assert verdict(ModelDiff(model, model, diffs)) == words


def test_what_only_one_side_can_tell_of_is_not_called_the_same() -> None:
    model: Any = read(FILES[0])
    layer = model.graph.layers[0]
    diffs = (LayerDiff(layer, layer), LayerDiff(layer, None), LayerDiff(layer, None, ("removed",)))
    assert verdict(ModelDiff(model, model, diffs)) == "1 layer removed; 1 the same, 1 not compared"


def test_a_setting_that_is_null_is_none_and_not_unknown() -> None:
    model: Any = read(FILES[0])
    layer = model.graph.layers[2]
    change = Change("config", "kernel_regularizer", None, "l2")
    diff = ModelDiff(model, model, (LayerDiff(layer, layer, ("changed",), (change,)),))
    text = sheet_to_text(build_diff_sheet(diff))
    assert "none" in text and "unknown" not in text


def test_the_picture_says_what_differs_of_the_models_themselves() -> None:
    diff = compared((FILES[0], FILES[1]))
    (change,) = diff.changes
    assert any(change.item in fact for fact in build_diff_diagram(diff).facts)
