"""Counts, shapes and settings in the few words that a card has room for."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby

from netviz.render.cells import UNKNOWN, bytes_text, count_text
from netviz.theme import FATE_SIGNS
from netviz.views import Box, Difference, Edge, Fate, Group, Variation

Shape = tuple[int | None, ...] | None

_UNITS = ((10**3, " k"), (10**6, " M"), (10**9, " B"), (10**12, " T"))
_SHORT = {
    "BatchNormalization": "BN", "LayerNormalization": "LN", "GroupNormalization": "GN", "SyncBatchNormalization": "BN",
}  # fmt: skip
"""What the field calls layers that follow another one on the same card."""


@lru_cache(maxsize=4096)
def short_count(count: int | None) -> str:
    """9472 as "9.5 k", 2049000 as "2.05 M", 896 as it is; "?" for None."""
    if count is None:
        return UNKNOWN
    if count < 1000:
        return str(count)
    for size, unit in _UNITS:
        tenths = (20 * count + size) // (2 * size)
        if tenths < 10_000:
            hundredths = (200 * count + size) // (2 * size)
            if size > 1000 and hundredths < 1000:
                return f"{hundredths // 100}.{hundredths % 100:02d}{unit}"
            return f"{tenths // 10}.{tenths % 10}{unit}"
    return count_text(1 << count.bit_length())


MEASURES: Mapping[str, str] = {
    "macs": "MACs", "flops": "FLOPs", "activation_bytes": "activations", "weight_bytes": "weights"
}  # fmt: skip
"""What boxes are coloured by of what their layers cost, and how it is called."""


def measure_words(measure: str, value: float | None) -> str:
    """118013952 as "118.0 M MACs", 3211264 bytes of outputs as "3.1 MB activations"; "? MACs" for None.

    What is no finite number is not known either.
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return f"{UNKNOWN} {MEASURES[measure]}"
    if measure.endswith("_bytes"):
        return f"{bytes_text(round(value))} {MEASURES[measure]}"
    return f"{short_count(round(value)).replace(' B', ' G')} {MEASURES[measure]}"


def shape_words(shape: Shape) -> str:
    """(None, 56, 56, 64) as "56×56×64": the batch axis only where it is fixed, "scalar" for nothing else."""
    if shape is None:
        return UNKNOWN
    inner = "×".join("None" if size is None else str(size) for size in shape[1:]) or "scalar"
    return f"batch {shape[0]} · {inner}" if shape and shape[0] is not None else inner


FEW = 3
"""Equal shapes that are written out."""


@lru_cache(maxsize=4096)
def shapes_words(shapes: tuple[Shape, ...]) -> str:
    """Several shapes; of many that are equal one, and how many there are: "3, 3", "56×56×64 (4 times), 7×7×8"."""
    runs = [(words, len(list(run))) for words, run in groupby(map(shape_words, shapes))]
    return ", ".join(f"{words} ({count} times)" if count > FEW else ", ".join([words] * count) for words, count in runs)


def shape_lines(box: Box, shown: frozenset[str]) -> list[str]:
    """What is said of a box's tensors: its outputs, and how they change over repeats, or what goes in and comes out."""
    outputs, last = shapes_words(box.outputs), shapes_words(box.last_outputs)
    if "input" in shown and box.inputs:
        lines = [f"{shapes_words(box.inputs)} → {outputs}" if "output" in shown else f"{shapes_words(box.inputs)} →"]
        return [*lines, f"last → {last}"] if last and "output" in shown else lines
    if "output" not in shown or not box.outputs:
        return []
    return [f"{outputs} → {last}" if last and last != outputs else outputs]


def parameter_words(box: Box) -> str:
    """How many parameters a box has, in each repeat where there are several; "" for none."""
    if box.each is None:
        return "" if box.parameters == 0 else short_count(box.parameters)
    words = list(dict.fromkeys(short_count(count) for count in box.each))
    return "" if words == ["0"] else " → ".join(words)


def sign_of(item: Box | Group) -> str:
    """The signs of all that became of a box from one model to another; "" for nothing."""
    if item.difference is None:
        return ""
    return "".join(FATE_SIGNS[fate] for fate in (item.difference.fate, *item.difference.also))


def sign_counts(difference: Difference) -> list[tuple[Fate, str]]:
    """How many layers became what, by signs: "+12", "~3"; what is unchanged has none."""
    return [(fate, f"{FATE_SIGNS[fate]}{count_text(count)}") for fate, count in _every(difference) if FATE_SIGNS[fate]]


def fate_words(difference: Difference) -> str:
    """ "12 of 57 layers added, 3 changed"; "" for no counts."""
    total = f" of {layers_words(difference)}"
    every = enumerate(_every(difference))
    return ", ".join(f"{count_text(count)}{'' if place else total} {fate}" for place, (fate, count) in every)


def layers_words(difference: Difference) -> str:
    """ "57 layers": how many the counts are of."""
    return counted(sum(count for _, count in difference.counts), "layer")


def _every(difference: Difference) -> list[tuple[Fate, int]]:
    """How many layers became what, each counted with all that became of it."""
    found = Counter(dict(difference.counts))
    found.update(dict(difference.also_counts))
    return sorted(found.items(), key=lambda one: one[0] == "unchanged")


def name_words(box: Box) -> str:
    """The names on a card; of a layer that was renamed the old one and the new one."""
    former, words = name_parts(box)
    return f"{former} → {words}" if former else words


def name_parts(box: Box) -> tuple[str, str]:
    """The name that a box had, "" for none that was another, and its names."""
    former = box.difference.former_name if box.difference else ""
    return former, " · ".join(name for name in box.names if name)


def heading_words(group: Group) -> str:
    """The title of a group, with the sign of what became of it and the name that it had."""
    former = f"{group.difference.former_name} →" if group.difference and group.difference.former_name else ""
    return " ".join(filter(None, (sign_of(group), former, group.heading)))


def class_words(box: Box, *, details: bool) -> str:
    """ "Conv2D 3×3 + BN + ReLU": the classes on the card, the telling arguments behind the first."""
    first, *others = box.classes or (None,)
    # What is no layer has no class; a layer's class may be unknown.
    head = first if first is not None else UNKNOWN if box.kind == "layer" else ""
    if box.difference and box.difference.former_class:
        head = f"{box.difference.former_class} → {head}"
    head = " ".join([*([head] if head else []), *(box.details if details else ())])
    return " + ".join([head, *(_SHORT.get(name, name) if name else UNKNOWN for name in others)])


def varies_words(variation: Variation) -> str:
    """ "filters 64 → 128 → 256", "kernel_size 1×1, 3×3" where the values alternate."""
    values = variation.values
    shown = [*values[:4], "…", values[-1]] if len(values) > 6 else list(values)
    return f"{variation.setting} {(', ' if variation.alternating else ' → ').join(shown)}"


def edge_words(edge: Edge) -> str:
    """What is said beside an edge: the argument if it has a name, and which repeats it concerns if not the usual."""
    words = [] if _POSITION.fullmatch(edge.argument) or not edge.argument else [edge.argument]
    words += filter(None, [edge.words])
    if edge.tensors > 1:
        words.append(counted(edge.tensors, "tensor"))
    if edge.every:
        words.append("each")
    elif edge.repeats:
        few = ", ".join(map(str, edge.repeats[:3])) + (", …" if len(edge.repeats) > 3 else "")
        words.append(f"{'repeat' if len(edge.repeats) == 1 else 'repeats'} {few}")
    return " · ".join(words)


_POSITION = re.compile(r"\d+(\.\d+)*")
"""An argument that is the first, or one of a list, has no name to be told."""


def repeat_words(repeats: Sequence[int], *, parallel: bool = False) -> str:
    """ "×12", or "×3, 4, 6, 3" where each repeat of the group around has its own number; "" for what stands once."""
    numbers = list(dict.fromkeys(repeats)) if len(set(repeats)) == 1 else list(repeats)
    if not numbers or numbers == [1]:
        return ""
    if len(numbers) > 8:
        return f"×{min(numbers)} to {max(numbers)}" + " parallel" * parallel
    return f"×{', '.join(map(str, numbers))}" + " parallel" * parallel


def value_words(value: float) -> str:
    """Any number in four digits, also an int that no float can hold."""
    return count_text(value) if isinstance(value, int) and abs(value) >= 10**15 else f"{value:.4g}"


def counted(count: int, what: str) -> str:
    """ "1 layer", "2 layers"."""
    return f"{count_text(count)} {what}{'' if count == 1 else 's'}"
