"""What the colours, signs and dashes of a figure of blocks mean: an entry for each that occurs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netviz.figures import Beside, Flow, Stage
from netviz.render.figure.blocks.words import SIGNS
from netviz.render.figure.frame import Entry
from netviz.render.figure.look import Look
from netviz.render.figure.signs import sign_shapes
from netviz.render.figure.wording import FAMILY_WORDS, MERGE_WORDS
from netviz.views import Family

DASHES: Mapping[Beside, tuple[float, ...]] = {"": (), "mask": (1.5, 1.8), "state": (5.0, 2.0), "memory": (3.0, 2.4)}
"""How lines are dashed that are no flow of the main tensor."""
BESIDE_WORDS: Mapping[Beside, str] = {"mask": "mask", "state": "state", "memory": "memory"}
"""What a legend calls the dashed lines."""


def legend_of(flow: Flow, look: Look) -> tuple[Entry, ...]:
    """The families in order of appearance, then the signs of merges, lines and marks."""
    return tuple(_entries(flow, look))


def _entries(flow: Flow, look: Look) -> Iterator[Entry]:
    families = dict.fromkeys(family for stage in flow.stages for family in _drawn(stage))
    words = {family: FAMILY_WORDS[family] for family in families}
    for family, said in words.items():
        yield Entry(f"{family}-front", said, stroke=f"{family}-line")
    radius = look.small * 0.45
    for sign in SIGNS:
        at = next((one for one in flow.stages if one.kind == "merge" and one.sign == sign), None)
        if at is not None:
            line = f"{at.family}-line"
            yield Entry(f"{at.family}-tint", MERGE_WORDS[sign], "circle", line, sign_shapes(sign, radius, line))
    for beside, said in BESIDE_WORDS.items():
        if any(link.beside == beside for link in flow.links):
            yield Entry("muted", said, "dashed", dash=DASHES[beside])
    if any(stage.present for stage in flow.stages):
        yield Entry("ink", "not in every repeat", "dashed")
    if any(stage.shared is not None and stage.sign not in SIGNS for stage in flow.stages):
        yield Entry("paper", "same number: shared weights", "circle")


def _drawn(stage: Stage) -> Iterator[Family]:
    """The families in whose colours blocks of a stage are drawn."""
    if stage.kind == "merge" and stage.sign in SIGNS:
        if stage.behind:
            yield stage.behind[0].family
    elif stage.kind != "input":
        yield stage.family
