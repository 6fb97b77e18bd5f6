"""A flow as rounded blocks, one below the other: compact, one column wide."""

from __future__ import annotations

from netviz.errors import UsageError
from netviz.figures import Field, Flow
from netviz.render.figure.arrange import arrange
from netviz.render.figure.blocks.columns import assembled
from netviz.render.figure.blocks.legend import legend_of
from netviz.render.figure.blocks.tries import Tries
from netviz.render.figure.blocks.words import words_of
from netviz.render.figure.frame import framed
from netviz.render.figure.look import Look
from netviz.render.figure.picture import Picture
from netviz.render.figure.turning import Turn
from netviz.render.figure.wording import caption_of, remark_of

SHOWN: tuple[Field, ...] = ("class", "details", "activation", "output")
CAN_SHOW: tuple[Field, ...] = ("name", "class", "details", "activation", "size", "channels", "output", "parameters")

MOST = 600
"""Stages that are drawn: more cannot be read on any paper."""


def blocks_to_picture(flow: Flow, look: Look) -> Picture:
    """The flow as blocks. Raises UsageError for too many stages, and where it does not fit the width asked for."""
    stages = flow.stages
    if len(stages) > MOST:
        raise UsageError(
            f"{len(stages):,} stages are too many for a figure of blocks, which draws up to {MOST}",
            "Fold what repeats, draw fewer levels, or leave layers out.",
        )
    plan = arrange(flow)
    words = {stage.id: words_of(stage, look.show) for stage in stages}
    layout = Tries(flow, plan, words, look).best()
    shapes, bounds = assembled(flow, layout.columns, layout.cards, look, Turn(look.direction))
    return framed(
        shapes,
        bounds,
        look,
        flow.title,
        flow.description,
        caption=caption_of(flow.title, flow.layers, flow.parameters),
        remark=remark_of(flow),
        legend=legend_of(flow, look),
    )
