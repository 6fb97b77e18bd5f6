"""The losses by name, in every spelling that Keras takes: "mse", "MSE", "MeanSquaredError", "huber(delta=2)"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netviz.catalog.functions.binding import settings_of, written_call
from netviz.catalog.functions.crossentropies import CROSSENTROPIES
from netviz.catalog.functions.errors import ERRORS
from netviz.catalog.functions.kinds import BoundLoss, Loss
from netviz.catalog.functions.scores import SCORES

LOSSES: tuple[Loss, ...] = (*ERRORS, *CROSSENTROPIES, *SCORES)
"""A row per function of keras.losses, those that cannot be drawn with the reason."""

BY_NAME: Mapping[str, Loss] = {name: row for row in LOSSES for name in (row.name, *row.aliases, row.class_name)}


def bind(row: Loss, args: Sequence[object] = (), kwargs: Mapping[str, object] | None = None) -> BoundLoss:
    """The loss with its settings; raises UsageError for those that Keras does not take."""
    settings, typical = settings_of(row.name, row.parameters, args, kwargs or {})
    return BoundLoss(row, settings, typical)


def parse_loss(text: str) -> BoundLoss | None:
    """What a call such as "huber(delta=2)" or a bare name stands for; None where it is no loss of Keras.

    Raises UsageError for arguments that Keras does not take.
    """
    call = written_call(text)
    row = None if call is None else BY_NAME.get(call.name)
    return None if call is None or row is None else bind(row, call.args, dict(call.kwargs))
