"""A loss as it is plotted: its curves and gradients over what it is a function of; and those that a model has."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from netviz.catalog.functions.configs import Unknown, loss_of
from netviz.catalog.functions.kinds import BoundLoss, Case, Formula, Over, Settings, setting_text
from netviz.errors import NetvizError, UsageError
from netviz.model import Model


@dataclass(frozen=True, slots=True, eq=False)
class PlottedLoss:
    """A loss with all that is said of it; without `cases` it cannot be drawn, for the `reason`.

    `over` is what its curves run over, from `limits[0]` to `limits[1]`. `outputs` are those of a model that it is the
    loss of. `about` stands beside its name, `shown` says what is drawn, `remark` what one has to know besides.
    `unsaved` are settings that its source does not hold.
    """

    title: str
    name: str
    class_name: str
    settings: Settings
    formula: Formula
    aliases: tuple[str, ...]
    source: str
    over: Over | None = None
    limits: tuple[float, float] = (0.0, 1.0)
    cases: tuple[Case, ...] = ()
    shown: str = ""
    about: str = ""
    remark: str = ""
    reason: str = ""
    unsaved: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """Its settings as Python writes them: ("delta=1",)."""
        return tuple(
            f"{name}={setting_text(value)}" for name, value in self.settings.items() if name not in self.unsaved
        )


@dataclass(frozen=True, slots=True)
class MissingLoss:
    """A loss of a model that cannot be known: of which output, what it is called, and why."""

    output: str
    name: str
    reason: str


def plotted_loss(
    bound: BoundLoss,
    limits: tuple[float, float] | None = None,
    outputs: tuple[str, ...] = (),
    source: str = "file",
) -> PlottedLoss:
    """A loss of the catalog as it is plotted; `source` is what its settings are from, such as "file".

    Raises UsageError where the range has nothing of what it is over.
    """
    row, settings = bound.loss, bound.settings
    over = row.over(**settings) if row.over else None
    about = ", ".join(f"{name}={setting_text(settings[name])}" for name in bound.typical)
    remarks = [
        f"{name} is not in the {source}; {setting_text(settings[name])} is Keras's default." for name in bound.unsaved
    ]
    if over is not None and limits is not None and (limits[0] < over.domain[0] or limits[1] > over.domain[1]):
        remarks.append(_ends(over))
    return PlottedLoss(
        bound.title,
        row.name,
        row.class_name,
        settings,
        row.formula(**settings),
        row.aliases,
        row.source,
        over,
        _within(row.name, over, limits),
        row.cases(**settings) if row.cases else (),
        row.shown,
        about,
        " ".join(remarks),
        row.reason,
        bound.unsaved,
        outputs,
    )


def _ends(over: Over) -> str:
    """What is said where a range goes beyond all that there is."""
    ends = [f"{word} {end:g}" for word, end in zip(("below", "above"), over.domain, strict=True) if math.isfinite(end)]
    return f"Nothing is drawn {' and '.join(ends)}: there is no such {over.kind}."


def _within(name: str, over: Over | None, limits: tuple[float, float] | None) -> tuple[float, float]:
    """What is drawn: the window of the loss, or as much of the range as there is."""
    if over is None:
        return (0.0, 1.0)
    if limits is None:
        return over.window
    low, high = max(limits[0], over.domain[0]), min(limits[1], over.domain[1])
    if low >= high:
        ends = f"from {over.domain[0]:g} to {over.domain[1]:g}"
        raise UsageError(
            f"range ({limits[0]:g}, {limits[1]:g}) has nothing of what {name} is over",
            f"It is over the {over.title}, {ends}.",
        )
    return low, high


@dataclass(frozen=True, slots=True, eq=False)
class ModelLosses:
    """The losses that a model was compiled with, each with its outputs, and those that are not known."""

    losses: tuple[PlottedLoss, ...]
    missing: tuple[MissingLoss, ...]


def model_losses(model: Model, limits: tuple[float, float] | None = None) -> ModelLosses:
    """The losses of a model; raises NetvizError where it was not compiled with one, or that is not in the source."""
    stated = (model.training or {}).get("loss")
    if stated in (None, [], {}):
        raise NetvizError(
            f"{model.source.path or model.name}: has no loss: it was not compiled, or that was not saved",
            "Give names of losses, such as mse.",
        )
    bounds: dict[str, BoundLoss] = {}
    outputs: dict[str, list[str]] = {}
    missing = []
    for output, value in _by_output(model, stated):
        found = loss_of(value)
        if isinstance(found, Unknown):
            missing.append(MissingLoss(output, found.name, found.reason))
            continue
        bounds.setdefault(found.title, found)
        outputs.setdefault(found.title, []).append(output)
    source = "model's config" if model.source.format == "live" else "file"
    losses = tuple(plotted_loss(bound, limits, tuple(outputs[title]), source) for title, bound in bounds.items())
    return ModelLosses(losses, tuple(missing))


def _by_output(model: Model, stated: object) -> Iterator[tuple[str, object]]:
    """The loss of each output: one for all, one by one, or by name; outputs without any are left out."""
    names = [end.name for end in model.graph.outputs]
    if isinstance(stated, list | tuple):
        for place, value in enumerate(stated):
            if value is not None:
                yield _output(names, place), value
    elif isinstance(stated, Mapping) and not isinstance(stated.get("class_name"), str):
        for name, value in stated.items():
            for one in value if isinstance(value, list | tuple) else (value,):
                if one is not None:
                    yield str(name), one
    else:
        for place in range(max(1, len(names))):
            yield _output(names, place), stated


def _output(names: Sequence[str], place: int) -> str:
    return names[place] if place < len(names) else f"output {place + 1}"
