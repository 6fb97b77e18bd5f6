"""What a model was compiled with (optimizer, loss, metrics), as a table that reads like the call of `compile`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netviz.model import Config
from netviz.views import Column, Row, Table

LABELS = {
    "optimizer": "Optimizer",
    "loss": "Loss",
    "loss_weights": "Loss weights",
    "metrics": "Metrics",
    "weighted_metrics": "Weighted metrics",
    "sample_weight_mode": "Sample weights",
    "steps_per_execution": "Steps per execution",
    "run_eagerly": "Run eagerly",
    "jit_compile": "JIT compiled",
    "auto_scale_loss": "Loss scaled",
}
"""The arguments of `keras.Model.compile` in their order, those of Keras 1 and 2 included."""

DEFAULTS: Mapping[str, object] = {
    "steps_per_execution": 1, "run_eagerly": False, "auto_scale_loss": True, "jit_compile": False,
}  # fmt: skip
"""Not worth a row: what `compile` does when it is not told."""

MAX_DEPTH = 20
"""Settings within settings that are written out; what Keras writes is a few levels deep."""

UNSPOKEN = ("name", "dtype", "is_legacy_optimizer", "registered_name", "fn")
"""Settings of a loss, metric or optimizer that say nothing of what it computes."""


def training_table(training: Config | None) -> Table:
    """A row per argument that `compile` was given; without rows where the model was not compiled."""
    columns = (Column("argument", "Training"), Column("value", "Value"))
    told = {key: value for key, value in (training or {}).items() if value not in (None, [], {}, DEFAULTS.get(key))}
    rows = tuple(Row((LABELS.get(key, key), spelled(told[key]))) for key in sorted(told, key=_place))
    return Table("training", columns, rows)


def spelled(value: object, depth: int = 0) -> str:
    """A setting as one would write it in Python: `Adam(learning_rate=0.001)`, `mae, accuracy`, `a: mse, b: mae`.

    Settings that are off (null, false) are left out of a call; what is nested deeper than `MAX_DEPTH` is "…".
    """
    inner = depth + 1
    if isinstance(value, Mapping | list) and depth > MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        if isinstance(value.get("class_name"), str):
            return _call(value, inner)
        return ", ".join(f"{key}: {spelled(item, inner)}" for key, item in value.items())
    if isinstance(value, list):
        items = [(spelled(item, inner), isinstance(item, list)) for item in value]
        return ", ".join(f"[{text}]" if is_list else text for text, is_list in items)
    if isinstance(value, float):
        return f"{value:.6g}"  # Keras keeps float32 settings, such as 0.0010000000474974513
    return "none" if value is None else str(value)


def _call(serialized: Config, depth: int) -> str:
    """A serialised object as the call that makes it; a function is its bare name.

    A class that was registered is written "package>Class"; the package is left out.
    """
    name, config = str(serialized["class_name"]).rpartition(">")[2], serialized.get("config")
    if name == "function" and isinstance(config, str):
        return config
    if name == "__lambda__":  # its config is machine code
        return "lambda"
    if not isinstance(config, Mapping):
        return name
    if isinstance(config.get("fn"), str | Mapping):  # MeanMetricWrapper and the like: what is wrapped says more
        name = f"{name} of {spelled(config['fn'], depth)}"
    return f"{name}({', '.join(_settings(config, depth))})".removesuffix("()")


def _settings(config: Config, depth: int) -> Iterator[str]:
    for key, value in config.items():
        off = value is None or value is False or (key == "ema_momentum" and not config.get("use_ema"))
        if key not in UNSPOKEN and not off:
            text = spelled(value, depth)
            yield f"{key}=[{text}]" if isinstance(value, list) else f"{key}={text}"


def _place(argument: str) -> int:
    return list(LABELS).index(argument) if argument in LABELS else len(LABELS)
