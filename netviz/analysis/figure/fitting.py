"""Which styles of figure fit a model, which is best, and the flow that is drawn then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netviz.analysis.figure import neurons
from netviz.analysis.figure.flow import Draft, draft_flow
from netviz.analysis.figure.windows import window_of
from netviz.errors import UsageError
from netviz.figures import STYLES, Block, Flow, Stage, Style
from netviz.model import Model

BEST_FIRST: tuple[Style, ...] = ("neurons", "volumes", "lenet", "blocks")
"""The order in which a style is looked for; blocks fit everything. Neurons come first for nets of nothing else."""

UNKNOWN: Mapping[str, tuple[str, str]] = {
    "weights-only": ("the file holds weights alone", "Give the architecture as well, or choose"),
    "subclassed": (
        "the file does not say what its layers are and how they are connected",
        "Let Keras load the model, or choose",
    ),
}
"""By the code of a note why maps are not known where they are, and what helps."""


def fitting_view(
    model: Model,
    style: str | None,
    *,
    fold: bool | None = None,
    depth: int | None = None,
    omit: str | Sequence[str] = (),
    annotate: Sequence[tuple[str, str]] = (),
) -> tuple[Style, Flow | None]:
    """The style, where it fits, the best one for None, and the flow that it draws; no flow for neurons.

    The other arguments are those of `build_flow`. Raises UsageError for a style that there is not, or that does not
    fit: then it says why and names one that does.
    """
    drafts: dict[Style, Draft] = {}

    def draft(one: Style) -> Draft:
        if one not in drafts:
            drafts[one] = draft_flow(model, style=one, fold=fold, depth=depth, omit=omit)
        return drafts[one]

    def reason(one: Style) -> str:
        return neurons.unfit(model) if one == "neurons" else unfit(draft(one).flow, one, model)

    def best() -> Style:
        for one in BEST_FIRST:
            if (one != "neurons" or neurons.is_whole(model)) and not reason(one):
                return one
        return "blocks"

    if style is None:
        chosen = best()
    elif style not in STYLES:
        raise UsageError(f"no style {style!r:.80}", f"The styles are {', '.join(STYLES)}.")
    else:
        chosen = next(known for known in STYLES if known == style)
        if why := reason(chosen):
            helps = next((hint for known, hint in UNKNOWN.values() if known == why), "Choose")
            raise UsageError(f"{model.name} cannot be drawn as {chosen}: {why}", f"{helps} {best()}.")
    return chosen, None if chosen == "neurons" else draft(chosen).annotated(annotate)


def unfit(flow: Flow, style: Style, model: Model) -> str:
    """Why a style cannot draw the flow of a model, in words that go on after its name; "" where it can."""
    if style not in ("volumes", "lenet"):
        return ""
    if not any(map(_has_maps, flow.stages)):
        codes = {note.code for note in model.notes}
        if found := next((why for code, (why, _) in UNKNOWN.items() if code in codes), ""):
            return found
        closed = _closed_around_maps(flow, model)
        return f"its feature maps are inside of {closed}, which is not opened" if closed else "it has no feature maps"
    if style == "volumes":
        return ""
    if not flow.links and len(flow.stages) > 1:
        return "how its layers are connected is not known, so no row of feature maps can be drawn"
    tails, heads = [link.tail for link in flow.links], [link.head for link in flow.links]
    beside = any(isinstance(item, Block) and item.parallel and item.class_name is None for item in flow.walk())
    row = len(set(tails)) == len(tails) and len(set(heads)) == len(heads) and len(flow.stages) == len(flow.links) + 1
    return "" if row and not beside else "it has branches: feature maps in a row cannot show them"


def _has_maps(stage: Stage) -> bool:
    """Whether it gives what is drawn as maps: pictures, or what a convolution makes of a sequence."""
    if stage.kind == "input":
        return False
    slides = stage.window is not None and stage.family in ("convolution", "pooling")
    return slides or any(extent is not None and len(extent.spatial) > 1 for extent in stage.outputs)


def _closed_around_maps(flow: Flow, model: Model) -> str:
    """The name of the first stage with layers inside that slide over their input, "" for none."""
    sliding = {layer.path for layer in model.root.walk() if window_of(layer)}
    return next((stage.names[0] for stage in flow.stages if not sliding.isdisjoint(stage.layers)), "")
