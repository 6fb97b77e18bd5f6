from __future__ import annotations

import re
from typing import Any

import keras
import pytest

from netviz.catalog.metrics import HIGHER, LOWER, SETTINGS, direction, is_setting

ARGUMENTS: tuple[dict[str, Any], ...] = (
    {}, {"num_classes": 2}, {"precision": 0.5}, {"recall": 0.5}, {"sensitivity": 0.5}, {"specificity": 0.5},
    {"num_classes": 2, "target_class_ids": [0]}, {"target_class_ids": [0]},
)  # fmt: skip


def built() -> dict[str, Any]:
    """Every metric of Keras under its own name, where one can be made without a function."""
    found = {}
    for value in vars(keras.metrics).values():
        for arguments in ARGUMENTS if isinstance(value, type) else ():
            try:
                metric = value(**arguments)
            except TypeError:
                continue
            found[metric.name] = metric
            break
    return found


METRICS = built()


def test_all_metrics_of_keras_are_looked_at() -> None:
    assert len(METRICS) >= 40 and {"auc", "f1_score", "mean_io_u", "precision_at_recall"} <= METRICS.keys()


@pytest.mark.parametrize("name", METRICS)
def test_the_direction_is_the_one_that_keras_knows(name: str) -> None:
    """Keras keeps `_direction` for its callbacks, where it is known."""
    known = getattr(METRICS[name], "_direction", None)
    if known is not None:
        assert direction(name) == {"up": "higher", "down": "lower"}[known]
        for written in (f"output_{name}", f"{name}_3", f"a_{name}_12", name.title().replace("_", "")):
            assert direction(written) == direction(name) or "IoU" in written or "IoU" in name.title().replace("_", "")


@pytest.mark.parametrize("name", ["mean", "sum", "metric", "lossy", "myaccuracy", "", "_", "loss_scale", "f2", "epoch"])
def test_what_the_name_does_not_tell_is_not_known(name: str) -> None:
    assert direction(name) is None


def test_losses_of_any_output_are_better_the_lower() -> None:
    for name in ("loss", "sign_loss", "dense_1_loss", "decoder.block_loss"):
        assert direction(name) == "lower"


def test_names_are_written_as_keras_writes_them() -> None:
    assert not set(LOWER) & set(HIGHER)
    for name in (*LOWER, *HIGHER, *SETTINGS):
        assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name)
    for name in SETTINGS:
        assert is_setting(name) and direction(name) is None
