"""Charts to draw: one for each kind of mark, with numbers as analyses give them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from netviz.charts import (
    Axis,
    Band,
    Bars,
    Chart,
    Curve,
    Equation,
    Heatmap,
    Matrix,
    Panel,
    Point,
    Ridge,
    Ridges,
    Rule,
    Scatter,
    Split,
    Tiles,
    Words,
    Zone,
)
from netviz.views import FAMILIES


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


X = np.linspace(-6, 6, 481)


def functions() -> Chart:
    sigmoid = 1 / (1 + np.exp(-X))
    curves = (
        Curve(X, np.maximum(X, 0), "relu", 0),
        Curve(X, X * sigmoid, "silu", 1),
        Curve(X, np.tanh(X), "tanh", 2),
        Curve(X, sigmoid, "sigmoid", 3),
        Curve(X, np.where(X > 0, 1.0, 0.0), "relu′", 0, "dashed", weak=True),
    )
    panel = Panel(curves, x=Axis("x"), y=Axis("f(x)", limits=(-1.5, 6.0)))
    return Chart(
        "Activation functions",
        (panel,),
        "4 functions",
        "Dashed: the derivative. Values in float32 as Keras computes them.",
    )


def function() -> Chart:
    marks = (
        Zone(-np.inf, -3.0, "saturates at 0"),
        Zone(3.0, np.inf, "saturates at 1"),
        Curve(X, 1 / (1 + np.exp(-X)), "sigmoid", 0),
        Curve(X, np.exp(-X) / (1 + np.exp(-X)) ** 2, "derivative", 1, "dashed"),
        Rule(1.0, "1", stroke="dotted"),
        Point(0.0, 0.5, "inflection, (0, 0.5)"),
        Band(X, 1 / (1 + np.exp(-X)) - 0.05, 1 / (1 + np.exp(-X)) + 0.05, tint=0),
    )
    panel = Panel(
        marks,
        "sigmoid",
        "range (0, 1)",
        r"$\sigma(x) = \frac{1}{1 + e^{-x}}$",
        "Saturates beyond ±3.",
        Axis("x"),
        Axis("f(x)"),
    )
    return Chart("sigmoid", (panel,))


def history() -> Chart:
    epochs = np.arange(1.0, 31)
    loss, val = 2.3 * np.exp(-epochs / 6) + 0.05, 2.2 * np.exp(-epochs / 7) + 0.25 + 0.004 * epochs
    best = int(np.argmin(val))

    def panel(name: str, a: np.ndarray, b: np.ndarray, at: int, **axis: object) -> Panel:
        marks = (
            Curve(epochs, a, "training", 0),
            Curve(epochs, b, "validation", 1),
            Point(epochs[at], b[at], f"best: epoch {at + 1}, {b[at]:.3f}", 1),
        )
        return Panel(marks, name, x=Axis("epoch"), y=Axis("", **axis))  # type: ignore[arg-type]

    rate = Panel((Curve(epochs, 1e-3 * 0.5 ** (epochs // 10), "", "muted"),), "learning_rate", x=Axis("epoch"))
    panels = (panel("loss", loss, val, best, scale="log"), panel("accuracy", 1 - loss / 2.5, 1 - val / 2.5, best), rate)
    return Chart("Training history", panels, "fit.csv · 30 epochs", "The best epoch is by validation.")


def bars() -> Chart:
    rng = np.random.default_rng(3)
    words = tuple(f"class_{number}" for number in range(10))
    values = rng.standard_normal(10)
    values[4] = np.nan
    return Chart(
        "Outputs",
        (
            Panel((Bars(values, words, signed=True),), "logits", "Dense", x=Axis(""), y=Axis("value"), family="dense"),
            Panel((Bars(np.abs(values), words, "dense"),), "softmax", y=Axis("probability")),
            Panel((Bars(rng.standard_normal(5000), tint="dense"),), "bias", "5,000 values", x=Axis("unit")),
        ),
    )


def heatmaps() -> Chart:
    gates = tuple(
        Split(32 * index, 32 * (index + 1), name) for index, name in enumerate(("input", "forget", "cell", "output"))
    )
    attention = np.abs(noise(12, 12, seed=5))
    attention[3, 4] = np.nan
    tokens = ("the", "cat", "sat", "on", "the", "mat", "because", "it", "was", "tired", "today", ".")
    confusion = np.abs(noise(5, 5, seed=6)).round(2)
    return Chart(
        "Matrices",
        (
            Panel(
                (Heatmap(noise(64, 128), True, column_splits=gates, key="weight"),),
                "lstm/kernel",
                "64 × 128",
                x=Axis("unit"),
                y=Axis("input"),
                family="recurrent",
            ),
            Panel(
                (Heatmap(attention, limits=(0, 1), row_labels=tokens, key="score"),),
                "head 1",
                "attention scores",
                x=Axis("key"),
                y=Axis("query"),
                family="attention",
            ),
            Panel(
                (Heatmap(confusion, row_labels=tuple("abcde")),),
                "confusion",
            ),
            Panel(
                (
                    Heatmap(
                        noise(50, 300, seed=8),
                        True,
                        extent=(20_000, 5_000),
                        row_splits=(Split(0, 25, "heads 0–3"), Split(25, 50, "heads 4–7")),
                        key="weight",
                    ),
                ),
                "embedding",
            ),
        ),
    )


def tiles() -> Chart:
    color = np.clip(noise(32, 7, 7, 3, seed=2) * 0.25 + 0.5, 0, 1)
    named = tuple(f"filter {number}" for number in range(16))
    maps = np.abs(noise(16, 28, 28, seed=4))
    maps[3, 5:9, 5:9] = np.nan
    return Chart(
        "Kernels",
        (
            Panel(
                (Tiles(color),),
                "conv1/kernel",
                "7 × 7 × 3 × 32",
                caption="As colours: the input has 3 channels.",
                family="convolution",
            ),
            Panel(
                (Tiles(noise(32, 3, 3), signed=True, key="weight"),), "conv2/kernel", "3 × 3 × 32", family="convolution"
            ),
            Panel((Tiles(maps, labels=named, key="activation"),), "conv1", "feature maps", family="convolution"),
            Panel((Tiles(np.abs(noise(5, 8, 40)), key="activation"),), "sequence"),
        ),
    )


def ridges(rows: int = 12) -> Chart:
    found = []
    edges = np.linspace(-0.4, 0.4, 65)
    for number in range(rows):
        values = noise(4000, seed=number) * (0.03 + 0.07 * ((number * 7) % 11) / 11)
        counts, _ = np.histogram(values, edges)
        name = f"block_{number // 3}" if number % 3 == 0 else f"conv2d_{number}/kernel"
        if number % 7 == 5:
            counts = counts * 0
        found.append(
            Ridge(
                name,
                edges,
                counts.astype(float),
                FAMILIES[number % 12],
                f"{values.mean():+.4f} ± {values.std():.4f}",
                float(values.mean()),
                0 if number % 3 == 0 else 1,
            )
        )
    return Chart(
        "Weights",
        (Panel((Ridges(tuple(found)),), x=Axis("weight")),),
        "resnet.keras",
        "Each row to its own highest bin.",
    )


def equation() -> Chart:
    terms = (
        Matrix("x", noise(1, 4), note="input"),
        "·",
        Matrix("kernel", noise(4, 3, seed=1), (784, 3)),
        "+",
        Matrix("bias", noise(1, 3, seed=2)),
        "→",
        "relu",
        "→",
        Matrix("y", np.maximum(noise(1, 3, seed=3), 0), (1, 10), "output"),
    )
    return Chart("dense", (Panel((Equation(terms),), "dense", "784 → 10", family="dense"),), "The first sample.")


def scatter() -> Chart:
    points = noise(60, 2)
    names = tuple(f"token {number}" for number in range(60))
    return Chart(
        "Embedding",
        (
            Panel(
                (Scatter(points[:, 0], points[:, 1], names),),
                "PCA",
                x=Axis("component 1 (32 %)"),
                y=Axis("component 2 (11 %)"),
            ),
            Panel((Scatter(points[:, 0], points[:, 1]),), "unnamed", x=Axis("component 1"), y=Axis("component 2")),
        ),
    )


def nothing() -> Chart:
    empty = np.full(5, np.nan)
    return Chart(
        "Nothing to see",
        (
            Panel((Words(("This layer gives no tensor.", "Its output is a dictionary of 3.")),), "words"),
            Panel((Curve(np.arange(5.0), empty, "loss"),), "NaN", x=Axis("epoch")),
            Panel((Heatmap(np.full((3, 3), np.nan)),), "NaN heatmap"),
        ),
    )


def poster() -> Chart:
    return Chart(
        "Every function",
        tuple(
            Panel(
                (Curve(X, np.sin(X * (1 + number / 10)), "f", 0), Curve(X, np.cos(X), "f′", 1, "dashed", True)),
                f"function_{number}",
            )
            for number in range(9)
        ),
        small=True,
    )


SAMPLES = {
    one.__name__: one
    for one in (functions, function, history, bars, heatmaps, tiles, ridges, equation, scatter, nothing, poster)
}


NAMED_FIELDS = {"title", "detail", "caption", "label", "words", "key", "name", "note"}
NAMED_TUPLES = {"labels", "row_labels", "lines"}


def renamed(value: Any, name: Callable[[], str]) -> Any:
    """A chart with every word in it replaced by what `name` gives; formulas are netviz's own and stay."""
    if isinstance(value, tuple):
        return tuple(renamed(item, name) for item in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {}
    for each in fields(value):
        old = getattr(value, each.name)
        if each.name in NAMED_FIELDS and isinstance(old, str):
            changed[each.name] = name() if old else old
        elif each.name in NAMED_TUPLES:
            changed[each.name] = tuple(name() for _ in old)
        elif each.name == "ticks" and old is not None:
            changed[each.name] = tuple((place, name()) for place, _ in old)
        elif each.name == "terms":
            changed[each.name] = tuple(name() if isinstance(term, str) else renamed(term, name) for term in old)
        elif is_dataclass(old) or isinstance(old, tuple):
            changed[each.name] = renamed(old, name)
    return replace(value, **changed)
