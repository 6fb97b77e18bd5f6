"""What quantised layers store: which variables in which mode, and how the mode shows where the config is silent.

`model.quantize()` reaches the dense layers that an attention layer makes, but the attention layer's config does
not say so. Then what is stored tells: how many variables there are, and which of them are of integers.
Source: `variable_serialization_spec` of keras.layers.Dense, EinsumDense, Embedding and ReversibleEmbedding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from netviz.catalog.dtypes import quantization_mode
from netviz.catalog.kinds import Held, WeightSpec
from netviz.catalog.settings import inner_config
from netviz.catalog.stored import ALSO, BIAS, KERNEL, Variable, numbered
from netviz.model import Config, Tensor

Names = tuple[str, ...]

LORA = ("lora_kernel_a", "lora_kernel_b", "lora_embeddings_a", "lora_embeddings_b")
"""What LoRA adds to a live layer, and so to the HDF5 format. A .keras file has it merged into the others."""


STATED = re.compile(r"(int8|int4|float8|gptq|awq)(/-?[0-9]{1,9}){0,2}")
"""How Keras writes a mode: with the bits and the size of blocks or groups, -1 where a channel is one."""

REPLACED = ("kernel", "quantized_kernel", "embeddings", "reverse_embeddings")
"""The variables that hold quantised values; under float8 they stay as they are."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a layer stores in one mode. `integers` are those of its variables that show the mode, with their dtypes."""

    mode: str
    names: Names
    integers: Mapping[str, str]


FLOAT8 = (
    "inputs_scale", "inputs_amax_history", "kernel_scale", "kernel_amax_history", "outputs_grad_scale",
    "outputs_grad_amax_history",
)  # fmt: skip

DENSE = (
    Form("int8", ("kernel", "bias", "kernel_scale"), {"kernel": "int8"}),
    Form("int4", ("kernel", "bias", "kernel_scale"), {"kernel": "int8"}),
    Form("int4", ("kernel", "bias", "kernel_scale", "kernel_zero", "g_idx"), {"kernel": "int8", "kernel_zero": "int8"}),
    Form("float8", ("kernel", "bias", *FLOAT8), {}),
    *(
        Form(
            mode,
            ("bias", "quantized_kernel", "kernel_scale", *zero, *scales, "g_idx"),
            dict.fromkeys(("quantized_kernel", *zero), "uint8"),
        )
        for mode, scales in (("gptq", ()), ("awq", ("awq_scales",)))
        for zero in (("kernel_zero",), ())  # Keras 3.14 and 3.15 leave the zero points out of a .keras file
    ),
)

EMBEDDING = (
    Form("int8", ("embeddings", "embeddings_scale"), {"embeddings": "int8"}),
    Form("int4", ("embeddings", "embeddings_scale"), {"embeddings": "int8"}),
    Form(
        "int4",
        ("embeddings", "embeddings_scale", "embeddings_zero", "g_idx"),
        {"embeddings": "int8", "embeddings_zero": "int8"},
    ),
)

REVERSE = ("reverse_embeddings", "reverse_embeddings_scale", "reverse_embeddings_zero")
UNTIED = tuple(
    Form(form.mode, (*form.names, *REVERSE[: 3 if "g_idx" in form.names else 2]), form.integers) for form in EMBEDDING
)


def block_size(config: Config, mode: str | None) -> int | None:
    """How many values of int4, gptq or awq share a scale; None where a whole channel does or it is not stated.

    Sources: keras.quantizers.Int4QuantizationConfig and its `get_block_size_for_layer`, GPTQDTypePolicy.
    """
    size: object = None
    if mode and "/" in mode:
        last = mode.rpartition("/")[2]
        size = int(last) if re.fullmatch(r"[0-9]{1,9}", last) else None
    elif mode == "int4" and isinstance(config.get("quantization_config"), Mapping):
        try:
            size = inner_config(config["quantization_config"]).get("block_size")  # type: ignore[arg-type]
        except TypeError:
            size = None
    return size if isinstance(size, int) and size > 0 else None


def quantizable(*plain: Variable, forms: Sequence[Form]) -> Callable[..., tuple[WeightSpec, ...]]:
    """A rule for `weights` and `stored`: the plain variables, or those that `forms` lists for the layer's mode."""

    def weights(config: Config, held: Held | None = None) -> tuple[WeightSpec, ...]:
        form = chosen(config, plain, forms, _own(held or {}, "", ""))
        return numbered(_trained(form))

    return weights


def of_dense_parts(*rows: tuple[str, str, Callable[[Config], bool]]) -> Callable[..., tuple[WeightSpec, ...]]:
    """The same for layers made of dense ones: (name, group in the file, whether there is one) each."""

    def weights(config: Config, held: Held | None = None) -> tuple[WeightSpec, ...]:
        found: tuple[WeightSpec, ...] = ()
        for name, group, when in rows:
            if when(config):
                form = chosen(config, (KERNEL, BIAS), DENSE, _own(held or {}, f"{group}/", name), name)
                found += numbered(_trained(form), f"{group}/", f"{name}/")
        return found

    return weights


def chosen(config: Config, plain: Sequence[Variable], forms: Sequence[Form], own: Held, part: str = "") -> Form:
    """What a layer, or the `part` of one, stores: in the mode that is stated, or that shows in what it holds (`own`).

    Where it holds none of the forms there are, the one that the config says.
    """
    mode = quantization_mode(config, part)
    absent = {row.name for row in plain if not row.when(config)}
    bare = Form("", tuple(row.name for row in plain if row.when(config)), {})
    known = [
        Form(form.mode, tuple(name for name in form.names if name not in absent), form.integers)
        for form in forms
        if mode is None or mode.partition("/")[0] == form.mode
    ]
    if mode is None:
        known.insert(0, bare)
    elif block_size(config, mode) is not None:
        known.sort(key=lambda form: len(form.names), reverse=True)
    form = next((form for form in known if own and _fits(form, own)), known[0] if known else bare)
    lora = tuple(name for name in LORA if name in own)
    return Form(form.mode, (*form.names, *lora), form.integers)


def _trained(form: Form) -> list[tuple[str, bool]]:
    """Each variable with whether it is trained: of quantised ones only the bias is, but under float8 all.

    Beside LoRA no kernel is.
    """
    lora = [name for name in form.names if name in LORA]
    free = form.mode in ("", "float8") and not lora
    return [(name, free or name == "bias" or name in lora) for name in form.names]


def _own(held: Held, group: str, part: str) -> dict[str, Tensor]:
    """What is held of one dense layer: by its number in the `group`, or by its name in the `part`."""
    places = f"{group}vars/"
    numbers = {key.removeprefix(places): tensor for key, tensor in held.items() if key.startswith(places)}
    if numbers:
        return dict(sorted(numbers.items(), key=lambda item: (len(item[0]), item[0])))
    named = {}
    for key, tensor in held.items():
        path, _, name = key.rpartition("/")
        if not part or f"/{path}".endswith(f"/{part}"):
            named[name] = tensor
    return named


def _fits(form: Form, own: Held) -> bool:
    """Whether these are the variables of that form: by their names, or by how many of which dtype there are."""
    names = [name for name in own if name not in LORA]
    if len(names) != len(form.names):
        return False
    if all(name.isdecimal() for name in names):
        named = dict(zip(form.names, own.values(), strict=True))
    else:
        named = {name: own[key] for name in form.names for key in (ALSO.get(name, name), name) if key in own}
    return len(named) == len(names) and all(named[name].dtype == dtype for name, dtype in form.integers.items())


def modes(config: Config, held: Held) -> Mapping[str, str]:
    """The mode of each quantised part of a layer, by the part's name ("" for the layer itself).

    `held` are its variables by name, unpacked. Where the config does not state the mode, the size of blocks is
    left open: "int4/?".
    """
    roles: dict[str, dict[str, Tensor]] = {}
    for name, tensor in held.items():
        part, _, role = name.rpartition("/")
        roles.setdefault(part, {})[role] = tensor
    found = {}
    for part, own in roles.items():
        shown = _shown(own)
        if shown is not None:
            stated = quantization_mode(config, part) or ""
            found[part] = stated if STATED.fullmatch(stated) else shown
    return found


def _shown(own: Held) -> str | None:
    """The mode that shows in the variables of one layer; None where they are not quantised."""
    if "quantized_kernel" in own:
        return "awq/?" if "awq_scales" in own else "gptq/?"
    if "kernel_amax_history" in own:
        return "float8"
    for table, block in (("kernel", "kernel_zero"), ("embeddings", "embeddings_zero")):
        dtype = own[table].dtype if table in own and f"{table}_scale" in own else None
        if dtype in ("int4", "int8"):
            return f"{dtype}/?" if block in own else dtype
    return None


def scaled_by(mode: str) -> str | None:
    """What has a scale of its own in that mode; None where the mode leaves it open.

    Of a kernel a channel is what makes one output, of a table it is a row.
    """
    kind, _, rest = mode.partition("/")
    size = rest.rpartition("/")[2]
    if kind == "float8":
        return "tensor"
    if size == "?":
        return None
    return f"{size} values" if size.isdecimal() and size.isascii() else "channel"
