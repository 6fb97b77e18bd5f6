"""What the paints and signs of volumes mean: only what occurs, in the order in which it does."""

from __future__ import annotations

from collections.abc import Sequence

from netviz.figures import Stage
from netviz.render.figure.frame import Entry
from netviz.render.figure.look import Look
from netviz.render.figure.signs import sign_shapes
from netviz.render.figure.volumes.solids import faces_of, form_of
from netviz.render.figure.wording import FAMILY_WORDS, MERGE_WORDS
from netviz.views import Family


def legend_of(stages: Sequence[Stage], look: Look, *, skips: bool, memory: bool) -> tuple[Entry, ...]:
    """An entry per family, one for the faces of activations, for each sign, and for arcs."""
    boxes: dict[Family, Entry] = {}
    faced: dict[Family, dict[str, None]] = {}
    signs: dict[str, Entry] = {}
    for stage in stages:
        for name in (*faces_of(stage)[0], *faces_of(stage)[1]):
            faced.setdefault(stage.family, {})[name] = None
        if form_of(stage) == "sign":
            inside = sign_shapes(stage.sign, look.small * 0.45, f"{stage.family}-text")
            signs.setdefault(
                stage.sign, Entry("paper", MERGE_WORDS[stage.sign], "circle", f"{stage.family}-line", inside)
            )
            continue
        name = FAMILY_WORDS[stage.family]
        boxes.setdefault(stage.family, Entry(f"{stage.family}-front", name, "area", f"{stage.family}-line"))
    entries = list(boxes.values())
    for family, names in faced.items():
        label = ", ".join([*names][:3]) + (", …" if len(names) > 3 else "")
        entries.append(Entry(f"{family}-face", label, "area", f"{family}-line"))
    entries += signs.values()
    if any(stage.shared and stage.parameters != 0 for stage in stages):
        entries.append(Entry("paper", "same number: shared weights", "circle"))
    if any(stage.present for stage in stages):
        entries.append(Entry("ink", "not in every repeat", "dashed"))
    if memory:
        entries.append(Entry("muted", "mask or memory", "dashed"))
    if skips:
        entries.append(Entry("skip", "skip connection", "line"))
    return tuple(entries)
