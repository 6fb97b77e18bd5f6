"""What of a model is quantised and how: by mode, how many bytes it takes and would take in floats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netviz.catalog.quantization import LORA, REPLACED, modes, scaled_by
from netviz.model import Layer, Model, Tensor, Weight
from netviz.views import Column, Row, Table


@dataclass(frozen=True, slots=True)
class Share:
    """What one mode has of a model.

    `mode` is as Keras writes it ("int8", "int4/128"), None for what is not quantised; `scales` says what has a
    scale of its own, None where that is not known. `layers` are the paths of those that own variables of it.
    `bytes` is what these take as they are stored, scales and zero points included; `unquantized` what the
    layers' kernels, tables and biases would take in the dtype they had before, mostly float32.
    """

    mode: str | None
    scales: str | None
    layers: tuple[str, ...]
    variables: int
    parameters: int
    bytes: int
    unquantized: int

    @property
    def ratio(self) -> float | None:
        """How many times smaller it is than unquantised; below 1 it is larger."""
        return self.unquantized / self.bytes if self.bytes else None


@dataclass(frozen=True, slots=True)
class Adapted:
    """A layer with LoRA. `merged` tells that its weights are not held apart, as in a .keras file."""

    path: str
    rank: object
    alpha: object
    merged: bool


def quantization(model: Model) -> tuple[Share, ...]:
    """The model by mode, what is not quantised last; () where nothing is. Variables that layers share count once."""
    layers: dict[str | None, dict[str, None]] = {}
    weights: dict[str | None, list[tuple[Weight, Tensor]]] = {}
    seen: set[str] = set()
    for layer in (model.root, *model.root.walk()):
        for mode, weight, before in _by_mode(layer):
            if weight.path not in seen:
                seen.add(weight.path)
                layers.setdefault(mode, {})[layer.path] = None
                weights.setdefault(mode, []).append((weight, before))
    if not any(mode for mode in weights):
        return ()
    return tuple(
        Share(
            mode,
            "" if mode is None else scaled_by(mode),
            tuple(layers[mode]),
            len(weights[mode]),
            sum(weight.tensor.size or 0 for weight, _ in weights[mode]),
            sum(weight.nbytes or 0 for weight, _ in weights[mode]),
            sum(before.nbytes or 0 for _, before in weights[mode]),
        )
        for mode in sorted(weights, key=lambda mode: mode is None)
    )


def adapted(model: Model) -> tuple[Adapted, ...]:
    """The layers with LoRA, in order."""
    return tuple(
        Adapted(
            layer.path,
            layer.config.get("lora_rank"),
            layer.config.get("lora_alpha"),
            not any(weight.role in LORA for weight in layer.weights),
        )
        for layer in model.root.walk()
        if layer.config.get("lora_rank") and layer.weights
    )


def quantization_table(model: Model) -> Table:
    """A row per mode and one for the rest; no rows where nothing is quantised."""
    columns = (
        Column("mode", "Quantised as"),
        Column("scales", "A scale per"),
        Column("layers", "Layers", "count"),
        Column("variables", "Variables", "count"),
        Column("parameters", "Parameters", "count"),
        Column("bytes", "Size", "bytes"),
        Column("unquantized", "Unquantised", "bytes"),
        Column("ratio", "Times smaller", "number"),
    )
    rows = tuple(
        Row(
            (
                "not quantised" if share.mode is None else share.mode,
                share.scales,
                len(share.layers),
                share.variables,
                share.parameters,
                share.bytes,
                share.unquantized,
                "" if share.mode is None else share.ratio,
            )
        )
        for share in quantization(model)
    )
    return Table("quantization", columns, rows, title="Quantization")


def lora_table(model: Model) -> Table:
    """A row per layer that is adapted with LoRA."""
    columns = (
        Column("layer", "Layer"),
        Column("rank", "LoRA rank"),
        Column("alpha", "Alpha"),
        Column("merged", "Merged", "flag"),
    )
    rows = tuple(Row((one.path, _text(one.rank), _text(one.alpha), one.merged)) for one in adapted(model))
    return Table("lora", columns, rows, title="LoRA")


def _by_mode(layer: Layer) -> Iterator[tuple[str | None, Weight, Tensor]]:
    """Each variable of a layer with the mode it belongs to, and what it would be were the layer not quantised."""
    found = modes(layer.config, {weight.name: weight.tensor for weight in layer.weights})
    dtypes = {weight.name: weight.tensor.dtype for weight in layer.weights}
    for weight in layer.weights:
        part, _, role = weight.name.rpartition("/")
        if part not in found:
            yield None, weight, weight.tensor
        elif role in REPLACED:
            prefix = weight.name.removesuffix(role)
            scale = dtypes.get(f"{prefix}{role.removeprefix('quantized_')}_scale")
            whole = "int" in (weight.tensor.dtype or "")
            yield found[part], weight, Tensor(weight.tensor.shape, scale if whole else weight.tensor.dtype)
        else:
            yield found[part], weight, weight.tensor if role == "bias" or role in LORA else Tensor((0,), "float32")


def _text(value: object) -> str:
    return "" if value is None else f"{value:.80}" if isinstance(value, str) else str(value)[:80]
