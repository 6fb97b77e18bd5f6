"""Quantised and adapted layers: their variables as the layers compute with them, and what users should know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from netviz.catalog.dtypes import quantization_mode
from netviz.catalog.kinds import Arguments, LayerKind
from netviz.catalog.packing import fit
from netviz.catalog.quantization import LORA, modes
from netviz.model import Config, Layer, Note, Severity, Shape, Weight

MAX_NAMES = 3
"""Layers that a note names; of more it says how many."""


def as_computed(
    kind: LayerKind | None, config: Config, arguments: Arguments | None, weights: tuple[Weight, ...]
) -> tuple[tuple[Weight, ...], list[tuple[Weight, Shape]]]:
    """The variables unpacked where values share bytes, and those of another shape than the layer asks for, with it."""
    if kind is None or kind.shapes is None or not weights:
        return weights, []
    fitting = fit(kind, config, arguments, {weight.name: weight.tensor for weight in weights})
    unpacked = []
    for weight in weights:
        packed = fitting.packed.get(weight.name)
        unpacked.append(
            replace(weight, tensor=packed.tensor, stored=weight.tensor, packed=packed.axis) if packed else weight
        )
    conflicts = [(weight, fitting.conflicts[weight.name]) for weight in unpacked if weight.name in fitting.conflicts]
    return tuple(unpacked), conflicts


def quantization_notes(root: Layer) -> list[Note]:
    """What holds for the quantised and the adapted layers of a model, one note for all layers of a kind."""
    layers = [root, *root.walk()]
    return [*_packed_notes(root), *_unstated_notes(layers), *_zero_notes(layers), *_lora_notes(layers)]


def _packed_notes(root: Layer) -> Iterable[Note]:
    weights = root.all_weights
    packed = [(weight.tensor.size or 0) - (weight.stored.size or 0) for weight in weights if weight.stored]
    if packed:
        total = root.parameters.total
        yield Note(
            "info",
            "values-packed",
            "",
            f"Values of four bits are stored two to a byte. Here each is counted; Keras counts the bytes, and so says "
            f"{total - sum(packed):,} parameters in place of {total:,}.",
        )


def _unstated_notes(layers: Sequence[Layer]) -> Iterable[Note]:
    found = [
        layer
        for layer in layers
        for part in modes(layer.config, {weight.name: weight.tensor for weight in layer.weights})
        if quantization_mode(layer.config, part) is None
    ]
    if found:
        yield _note_on(
            found,
            "warning",
            "quantization-unstated",
            "quantised inside, which the config does not say: Keras (seen in 3.11 to 3.15) cannot load a file of it; "
            "save the model before it is quantised, and quantise what was loaded.",
        )


def _zero_notes(layers: Sequence[Layer]) -> Iterable[Note]:
    found = []
    for layer in layers:
        names = {weight.name for weight in layer.weights}
        kernels = [name for name in names if name.rpartition("/")[2] == "quantized_kernel"]
        if any(f"{name.removesuffix('quantized_kernel')}kernel_zero" not in names for name in kernels):
            found.append(layer)
    if found:
        yield _note_on(
            found,
            "warning",
            "zero-points-missing",
            "stored without zero points: Keras 3.14 and 3.15 leave those of gptq and awq out of a .keras file, and "
            "cannot load it then. The weights of a live model have them.",
        )


def _lora_notes(layers: Sequence[Layer]) -> Iterable[Note]:
    adapted = [
        layer
        for layer in layers
        if layer.config.get("lora_rank") and layer.weights and not any(w.role in LORA for w in layer.weights)
    ]
    if adapted:
        ranks = sorted({str(layer.config["lora_rank"]) for layer in adapted})
        yield _note_on(
            adapted,
            "info",
            "lora-merged",
            f"adapted with LoRA of rank {', '.join(ranks)}: the file holds its weights merged into the others. Keras "
            "adds new ones when it loads the model, and counts more parameters then.",
        )


def _note_on(layers: Sequence[Layer], severity: Severity, code: str, text: str) -> Note:
    distinct = list({layer.path: layer for layer in layers}.values())
    names = [layer.path or layer.name for layer in distinct]
    some = ", ".join(names[:MAX_NAMES]) + (f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else "")
    path = distinct[0].path if len(distinct) == 1 else ""
    verb = "is" if len(distinct) == 1 else "are"
    return Note(severity, code, path, f"{some} {verb} {text}")
