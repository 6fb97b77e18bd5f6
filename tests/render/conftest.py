"""Sheets to render: three realistic ones, and a strategy for hostile ones (st.from_type(Sheet))."""

from __future__ import annotations

import string

import pytest
from hypothesis import strategies as st

from netviz.views import FAMILIES, Column, Family, Kind, Row, Sheet, Table
from tests.render.names import HOSTILE

NAMES = st.one_of(
    st.integers(0, len(HOSTILE) - 1).map(lambda index: HOSTILE[index]),
    st.text(st.sampled_from(string.printable), max_size=40),
    st.text(st.characters(), max_size=20),
)
AXES = st.none() | st.integers(0, 10**6) | st.just(1 << 5000)
SHAPES = st.lists(st.none() | st.lists(AXES, max_size=5).map(tuple), max_size=3).map(tuple)
VALUES: dict[Kind, st.SearchStrategy[object]] = {
    "text": NAMES,
    "class": NAMES,
    "count": st.integers(-(10**12), 10**12) | st.just(1 << 20_000),
    "share": st.floats(),
    "number": st.floats(),
    "numbers": st.lists(st.floats(), max_size=4).map(tuple),
    "lengths": st.lists(AXES | st.floats(0.001, 0.999), max_size=4).map(tuple) | st.just("whole"),
    "shapes": SHAPES,
    "bytes": st.integers(0, 1 << 70),
    "flag": st.booleans(),
    "items": st.lists(NAMES, max_size=3).map(tuple),
    "formula": st.sampled_from(["9·8 + 8", "-3 + 1", "3·3·64·64·(2 + 1)"]) | NAMES,
    "severity": st.sampled_from(["info", "warning", "danger"]),
}


@st.composite
def tables(draw: st.DrawFn) -> Table:
    kinds = draw(st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=5))
    columns = tuple(Column(f"key{number}", draw(NAMES), kind) for number, kind in enumerate(kinds))
    cells = st.tuples(*(st.none() | st.just("") | VALUES[kind] for kind in kinds))
    rows = st.builds(Row, cells, st.integers(0, 40), st.sampled_from(FAMILIES), st.booleans())
    return Table("a table", columns, tuple(draw(st.lists(rows, max_size=5))), draw(st.booleans()))


st.register_type_strategy(Sheet, st.builds(Sheet, NAMES, st.lists(tables(), min_size=1, max_size=3).map(tuple)))


@pytest.fixture
def hostile() -> Sheet:
    """Every hostile string once, as a name that may not be folded and as one of several items that may."""
    rows = tuple(Row((name, (name, "layer"))) for name in HOSTILE)
    return Sheet("% }", (Table("names", (Column("name", "Na_me"), Column("items", "It&ems", "items")), rows),))


LAYERS = (
    Column("name", "Name"),
    Column("class", "Class", "class"),
    Column("output", "Output", "shapes"),
    Column("params", "Parameters", "count"),
    Column("how", "How", "formula"),
    Column("inputs", "Connected to", "items"),
)


def layer(
    name: str, class_name: str, family: Family, output: tuple[int | None, ...] | None, params: int | None,
    how: str | None = "", inputs: tuple[str, ...] = (),
) -> Row:  # fmt: skip
    return Row((name, class_name, (output,), params, how, inputs), family=family)


@pytest.fixture
def lenet() -> Sheet:
    """A chain with a custom class, a total, facts and notes."""
    layers = (
        layer("image", "InputLayer", "input-output", (None, 28, 28, 1), 0),
        layer("c1", "Conv2D", "convolution", (None, 28, 28, 6), 156, "5·5·1·6 + 6", ("image",)),
        layer("s2", "AveragePooling2D", "pooling", (None, 14, 14, 6), 0, "", ("c1",)),
        layer("c3", "Conv2D", "convolution", (None, 10, 10, 16), 2_416, "5·5·6·16 + 16", ("s2",)),
        layer("s4", "AveragePooling2D", "pooling", (None, 5, 5, 16), 0, "", ("c3",)),
        layer("flatten", "Flatten", "reshaping", (None, 400), 0, "", ("s4",)),
        layer("c5", "Dense", "dense", (None, 120), 48_120, "400·120 + 120", ("flatten",)),
        layer("f6", "Dense", "dense", (None, 84), 10_164, "120·84 + 84", ("c5",)),
        layer("scale", "MyScale", "unknown", None, None, None, ("f6",)),
        layer("output", "Dense", "dense", (None, 10), 850, "84·10 + 10", ("scale",)),
        Row(("Total", "", (), 61_706, "", ()), strong=True),
    )
    facts = (
        Row(("Parameters", "61,706 (241.0 KB)")),
        Row(("Trainable", 61_706)),
        Row(("Not trainable", 0)),
        Row(("Inputs", "image (None, 28, 28, 1) float32")),
        Row(("Outputs", "output (None, 10) float32")),
        Row(("File", "lenet.keras, 263.5 KB, Keras 3.15.1")),
    )
    notes = (
        Row(("info", "custom-class", "scale", "No built-in class of this name: its output shape is not known.")),
        Row(("warning", "unknown-version", "", "The file names no Keras version; it is read as Keras 3.")),
        Row(("danger", "lambda-code", "post/\u202eevil", "Holds Python code that Keras would run. netviz did not.")),
    )
    return Sheet(
        "lenet5",
        (
            Table("layers", LAYERS, layers),
            Table("facts", (Column("fact", "Fact"), Column("value", "Value")), facts, heading=False),
            Table(
                "notes",
                (
                    Column("severity", "Severity", "severity"),
                    Column("code", "Code"),
                    Column("path", "Layer"),
                    Column("message", "Message"),
                ),
                notes,
            ),
        ),
    )


@pytest.fixture
def siamese() -> Sheet:
    """A nested model, with shares, flags and bytes."""

    def row(
        depth: int, name: str, class_name: str, family: Family, params: int, *output: tuple[int | None, ...]
    ) -> Row:
        cells = (name, class_name, output, params, params / 4_000_000, class_name != "BatchNormalization", 4 * params)
        return Row(cells, depth=depth, family=family)

    rows = (
        row(0, "left", "InputLayer", "input-output", 0, (None, 105, 105, 1)),
        row(0, "right", "InputLayer", "input-output", 0, (None, 105, 105, 1)),
        row(0, "encoder", "Functional", "model", 3_890_000, (None, 4096)),
        row(1, "block_1", "Sequential", "model", 6_464, (None, 48, 48, 64)),
        row(2, "conv2d", "Conv2D", "convolution", 6_464, (None, 96, 96, 64)),
        row(2, "pool", "MaxPooling2D", "pooling", 0, (None, 48, 48, 64)),
        row(1, "attend", "MultiHeadAttention", "attention", 66_368, (None, 48, 48, 64)),
        row(1, "norm", "BatchNormalization", "normalisation", 256, (None, 48, 48, 64)),
        row(1, "gru", "Bidirectional", "recurrent", 1_234_567, (None, 4096), (None, 2048), (None, 2048)),
        row(1, "act", "ReLU", "activation", 0, (None, 4096)),
        row(1, "drop", "Dropout", "regularisation", 0, (None, 4096)),
        row(0, "distance", "Subtract", "merging", 0, (None, 4096)),
        row(0, "rescale", "Rescaling", "preprocessing", 0, (None, 4096)),
        row(0, "same", "Dense", "dense", 4_097, (None, 1)),
    )
    extra = (
        Column("share", "Share", "share"),
        Column("trainable", "Trainable", "flag"),
        Column("size", "Memory", "bytes"),
    )
    return Sheet("siamese", (Table("layers", (*LAYERS[:4], *extra), rows),))


@pytest.fixture
def resnet() -> Sheet:
    """Long names, and rows that need several lines on a common terminal; more than 40 of them."""
    rows = [layer("input_layer", "InputLayer", "input-output", (None, 224, 224, 3), 0)]
    before = "input_layer"
    for number in range(1, 13):
        base = f"resnet_backbone/stage_1_block_{number}"
        params = 3 * 3 * 256 * 64 + 256
        rows += [
            layer(f"{base}_preact_bn", "BatchNormalization", "normalisation", (None, 56, 56, 256), 1024, "", (before,)),
            layer(f"{base}_pad", "ZeroPadding2D", "reshaping", (None, 58, 58, 256), 0, "", (f"{base}_preact_bn",)),
            layer(
                f"{base}_conv", "DepthwiseConv2D", "convolution", (None, 56, 56, 256), params, "3·3·256·64 + 256",
                (f"{base}_pad",),
            ),
            layer(f"{base}_out", "Add", "merging", (None, 56, 56, 256), 0, "", (before, f"{base}_conv")),
        ]  # fmt: skip
        before = f"{base}_out"
    return Sheet("resnet_with_a_long_name", (Table("layers", LAYERS, tuple(rows)),))
