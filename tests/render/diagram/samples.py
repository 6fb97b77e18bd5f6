"""Diagrams made by hand that hold everything a diagram can: every kind of box, group, edge and word."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from netviz.render.layout.geometry import Cluster, Curve, Node, Place, Placement, Plan
from netviz.views import (
    CARD_FIELDS,
    FAMILIES,
    FATES,
    Box,
    CardField,
    Coloring,
    Diagram,
    Difference,
    Edge,
    Family,
    Fate,
    Group,
    Trainable,
    Variation,
)
from tests.render.names import HOSTILE

Shape = tuple[int | None, ...]
STATES: tuple[Trainable, ...] = ("trainable", "frozen", "partly", None)

USUAL: frozenset[CardField] = frozenset({"name", "class", "details", "output", "parameters", "share"})


def box(
    path: str, class_name: str | None, family: Family, shape: Shape | None = None, count: int | None = 0, **more: Any
) -> Box:
    given: dict[str, Any] = {"names": (path.rsplit("/", 1)[-1],), "layers": (path,), "calls": (path,)}
    given |= {"outputs": (shape,), "classes": (class_name,), "share": None if count is None else count / 10**7}
    return Box(id=path, family=family, parameters=count, **{**given, **more})


def chain(boxes: Sequence[Box]) -> tuple[Edge, ...]:
    return tuple(Edge(tail.id, head.id, shape=tail.outputs[0]) for tail, head in pairwise(boxes))


def diagram(title: str, children: Sequence[Box | Group], edges: Sequence[Edge], **more: Any) -> Diagram:
    return Diagram(title, f"{title} as a graph.", tuple(children), tuple(edges), **{"show": USUAL, **more})


def lenet() -> Diagram:
    boxes = (
        box("input_layer", "InputLayer", "input-output", (None, 28, 28, 1)),
        box("conv2d", "Conv2D", "convolution", (None, 28, 28, 6), 156, details=("5×5", "tanh")),
        box("average_pooling2d", "AveragePooling2D", "pooling", (None, 14, 14, 6), details=("2×2",)),
        box("flatten", "Flatten", "reshaping", (None, 1176)),
        box("dense", "Dense", "dense", (None, 120), 9_000_000, details=("tanh",)),
        box("dense_1", "Dense", "dense", (None,), None),
    )
    return diagram("lenet5", boxes, chain(boxes), layers=6, parameters=9_000_156)


def residual() -> Diagram:
    """Chains in a block that repeats, with a skip, and shapes and settings that vary."""
    shape = (None, 56, 56, 64)
    before = (
        box("input_layer", "InputLayer", "input-output", (32, 224, 224, 3)),
        box("pool", "MaxPooling2D", "pooling", shape, details=("3×3", "/2")),
    )
    inside = (
        box(
            "block/conv", None, "convolution", shape, 9_000_000, classes=("Conv2D", "BatchNormalization", "ReLU"),
            names=("1_conv", "1_bn", "1_relu"), last_outputs=((None, 7, 7, 512),), each=(16_640, 1_050_624),
            layers=tuple(f"conv{stage}_block1_{kind}" for stage in (2, 3) for kind in ("conv", "bn", "relu")),
            varies=(Variation("filters", ("64", "128", "256", "512")), Variation("strides", ("1×1", "2×2"))),
        ),
        box("block/drop", "Dropout", "regularisation", shape, present=(3, 4)),
        box("block/add", "Add", "merging", shape),
    )  # fmt: skip
    block = Group(
        "block", "identity block", None, "model", inside, (12,),
        varies=(Variation("filters", ("64", "128", "256", "512")),), parameters=9_000_000,
    )  # fmt: skip
    after = (box("average", "GlobalAveragePooling2D", "pooling", (None, 2048)),)
    edges = (
        *chain(before), Edge("pool", "block/conv", shape=shape), *chain(inside),
        Edge("pool", "block/add", argument="0.1", shape=shape), Edge("block/add", "block/conv", repeating=True),
        Edge("block/add", "average", shape=shape),
    )  # fmt: skip
    return diagram("resnet", (*before, block, *after), edges, layers=177, parameters=25_636_712)


def translation() -> Diagram:
    """Groups in groups, shared layers, closed groups, ends and stubs, with all that a card can show."""
    wide = (None, 128, 256)
    block = Group(
        "encoder/block", "block", None, "model",
        (
            box(
                "encoder/block/attention", "MultiHeadAttention", "attention", wide, 263_168, details=("8 heads",),
                inputs=(wide, wide), activation="softmax", dtype="float16", trainable="frozen",
                settings=(("num_heads", "8"), ("kernel_initializer", "glorot_uniform"), ("use_bias", "True")),
            ),
            box(
                "encoder/block/norm", "LayerNormalization", "normalisation", wide, 512,
                inputs=(wide,), trainable="trainable",
            ),
        ),
        (3, 4, 6, 3), varies=(Variation("heads", tuple(map(str, range(12)))),),
    )  # fmt: skip
    experts = Group(
        "encoder/experts", "expert", None, "model", (box("encoder/experts/dense", "Dense", "dense", (None, 64), 100),),
        (8,), parallel=True,
    )  # fmt: skip
    encoder = Group(
        "encoder", "encoder_with_quite_a_long_name_that_goes_on", "Functional", "model",
        (box("encoder/embedding", "Embedding", "preprocessing", wide, 2_560_000, shared=1), block, experts),
        shared=2, layers=("encoder",), parameters=None,
    )  # fmt: skip
    children = (
        box("tokens", "InputLayer", "input-output", (None, 128)),
        box("mask", "InputLayer", "input-output", (None, 128)),
        encoder,
        box("auxiliary", None, "input-output", (None, 5), kind="end"),
        box("decoder", "Functional", "model", wide, 3_400_000, kind="closed", inside=42, repeats=(12,), shared=12),
        box("stages", None, "model", wide, 3, kind="closed", inside=7, repeats=(3, 4, 6, 3, 9, 9, 9, 9, 9, 9)),
        box("strange_lambda", None, "unknown", (None,), highlighted=True),
        box(
            "own",
            "Dense",
            "dense",
            wide,
            label="{own}\nlines, of which one is much too long for any card of this size\n\n∑ 3",
        ),
        box("elsewhere_conv_12_with_a_name_that_is_long", "Conv2D", "convolution", wide, kind="stub"),
    )
    edges = (
        Edge("tokens", "encoder/embedding"), Edge("encoder/embedding", "encoder/block/attention", shape=wide),
        Edge("mask", "encoder/block/attention", argument="attention_mask"),
        Edge("encoder/block/attention", "encoder/block/norm", dtype="float16"),
        Edge("encoder/block/norm", "encoder/experts/dense"),
        Edge("encoder", "decoder"), Edge("auxiliary", "decoder", argument="value"), Edge("decoder", "stages"),
        Edge("stages", "strange_lambda"), Edge("strange_lambda", "own"),
        Edge("own", "elsewhere_conv_12_with_a_name_that_is_long"), Edge("decoder", "own", argument="0.1"),
    )  # fmt: skip
    show = frozenset(CARD_FIELDS)
    return diagram("translation", children, edges, show=show, layers=60, parameters=6_400_000)


def strangers(names: Sequence[str]) -> Diagram:
    """The names wherever a diagram has one, and in every card all at once."""
    boxes = tuple(
        box(
            f"{place}/{name}", name, "dense", (None, 10), 5, names=(name, name), classes=(name, name), details=(name,),
            layers=(name, f"{place}"), activation=name, dtype=name, settings=((name, name),), shared=place,
            varies=(Variation(name, (name, name)),), label=name if place % 4 == 3 else None,
            kind=("layer", "closed", "end", "stub")[place // 4 % 4],
            difference=Difference("changed", (name,), (name,), name, name) if place % 8 == 1 else None,
        )
        for place, name in enumerate(names)
    )  # fmt: skip
    edges = tuple(Edge(tail.id, head.id, argument=names[0], dtype=names[-1]) for tail, head in pairwise(boxes))
    group = Group(f"g{names[0]}", names[0], names[-1], "model", boxes, (2,), varies=(Variation(names[0], (names[0],)),))
    return diagram(names[0], (group,), edges, show=frozenset(CARD_FIELDS), layers=3)


def fields(show: Sequence[CardField]) -> Diagram:
    """The translation with other fields on its cards."""
    return replace(translation(), title=f"only {', '.join(show)}", show=frozenset(show))


def coloured(coloring: Coloring) -> Diagram:
    """The residual net with the colours meaning something else."""
    base = lenet()
    boxes = tuple(
        replace(one, value=float(place**3) if place % 3 else None, trainable=STATES[place % 4],
                dtype=("float32", "float16", "")[place % 3])
        for place, one in enumerate(base.boxes)
    )  # fmt: skip
    return replace(base, title=f"by {coloring}", children=boxes, coloring=coloring)


def families() -> Diagram:
    """A card of each family."""
    boxes = tuple(box(f"{family}_layer", family.title(), family, (None, 3), 1000) for family in FAMILIES)
    return diagram("families", boxes, chain(boxes))


def compared() -> Diagram:
    """Two models in one picture: every fate of a layer, an end, a closed group and a group, and of an edge; a layer of
    which all is true that can be at once, and boxes that hold layers of every fate, and mostly of one."""
    wide = (None, 56, 56, 256)
    notes = ("filters 64 → 128", "kernel changed, cosine 0.97, bias too", "and 3 more differences")
    boxes = tuple(
        box(
            f"{fate}_layer", "Conv2D", "convolution", wide, 1000, details=("3×3",), shared=place or None,
            kind="closed" if place % 3 == 1 else "layer",
            difference=Difference(
                fate, notes[: place % 4], (f"former_{fate}",), former_name="conv2d_17" if place % 2 else "",
                former_class="SeparableConv2D" if fate == "replaced" else "",
            ),
        )
        for place, fate in enumerate(FATES)
    )  # fmt: skip
    ends = tuple(
        box(f"{fate}_input", None, "input-output", wide, kind="end", difference=Difference(fate))
        for fate in ("unchanged", "added", "removed")
    )
    inner = box("encoder/dense", "Dense", "dense", wide, difference=Difference("changed", notes))
    group = Group(
        "encoder", "encoder", "Sequential", "model", (inner,),
        difference=Difference("renamed", ("was in backbone",), ("encoder_old",), former_name="encoder_old"),
    )  # fmt: skip
    several = box(
        "twice", "Dense", "dense", wide,
        difference=Difference("moved", notes, ("once",), "once_" + "and_again_" * 20, also=("changed", "renamed")),
    )  # fmt: skip
    counts: tuple[tuple[Fate, int], ...] = tuple((fate, 10 ** (place % 4)) for place, fate in enumerate(FATES[::-1]))
    mixed = (
        box("mixed", None, "model", wide, kind="closed", difference=Difference("changed", counts=counts)),
        box(
            "mostly", None, "model", wide, kind="closed",
            difference=Difference("changed", counts=(("added", 9), ("changed", 2)), also_counts=(("renamed", 1),)),
        ),
    )  # fmt: skip
    boxes = (*boxes, several, *mixed)
    edges = (
        *chain(boxes), Edge("added_input", several.id, words="input 2"), Edge("added_input", boxes[0].id, fate="added"),
        Edge("removed_input", boxes[0].id, fate="removed"), Edge(boxes[0].id, boxes[-1].id, fate="added", tensors=12),
        Edge("unchanged_input", boxes[2].id, tensors=2),
        Edge(boxes[3].id, boxes[1].id, fate="removed"), Edge(boxes[-1].id, "encoder/dense", shape=wide),
        Edge(boxes[4].id, "encoder/dense", argument="mask", fate="removed"),
    )  # fmt: skip
    show: frozenset[CardField] = frozenset({"name", "class", "details", "output"})
    facts = ("2 layers changed, 1 added; 12 the same",)
    return diagram("a.keras → b.keras", (*ends, *boxes, group), edges, show=show, coloring="changes", facts=facts)


def scattered(seed: int) -> Diagram:
    """Boxes with words of random length and random parts of what a card may show."""
    draw = random.Random(seed)
    words = (
        "conv",
        "block12",
        "BatchNorm",
        "x",
        "expandedProjection",
        "_",
        "/",
        ".",
        "WWWWWW",
        "iiiillll",
        "漢字",
        "ü",
    )
    boxes = []
    for place in range(24):
        name = "".join(draw.choices(words, k=draw.randint(1, 9)))
        shape = tuple(draw.choice((None, 1, 28, 1024, 65536)) for _ in range(draw.randint(1, 6)))
        boxes.append(
            box(
                f"{place}_{name}", "".join(draw.choices(words, k=draw.randint(1, 4))), draw.choice(FAMILIES), shape,
                draw.choice((0, 7, 999_949, 10**9)), names=(name,),
                details=tuple(draw.choices(words, k=draw.randint(0, 3))),
                inputs=(shape,) * draw.randint(1, 3), last_outputs=draw.choice(((), (shape,), ((None, 7),))),
                dtype=draw.choice(("", "float32")), shared=draw.choice((None, 3, 117)),
                repeats=draw.choice(((), (4,), (3, 4, 6))),
                settings=tuple((name, name) for _ in range(draw.randint(0, 3))),
                varies=tuple(Variation(name, (name, "2")) for _ in range(draw.randint(0, 2))),
                kind=draw.choice(("layer", "layer", "layer", "closed", "end", "stub")),
            )
        )  # fmt: skip
    show = frozenset(draw.sample(CARD_FIELDS, draw.randint(1, len(CARD_FIELDS))))
    return diagram(f"scattered {seed}", boxes, chain(boxes), show=show)


def every() -> list[Diagram]:
    return [
        lenet(), residual(), translation(), families(), compared(), strangers([name[:2000] for name in HOSTILE]),
        diagram("empty", (), ()), *(scattered(seed) for seed in range(6)),
        *(coloured(coloring) for coloring in ("trainable", "dtype", "parameters", "values")),
        *(fields((field,)) for field in CARD_FIELDS), fields(()), fields(("name", "output")),
    ]  # fmt: skip


def in_a_column(plan: Plan, **options: object) -> Placement:
    """A layout that needs no Graphviz: one below the other."""
    places: dict[str, Place] = {}

    def put(children: Sequence[Node | Cluster], left: float, top: float) -> tuple[float, float]:
        right = left
        for child in children:
            if isinstance(child, Node):
                place = Place(left, top, child.width, child.height)
            else:
                inside, bottom = put(child.children, left + 14, top + child.header_height + 14)
                place = Place(left, top, max(inside + 14 - left, child.header_width), bottom - top)
            places[child.id] = place
            right, top = max(right, left + place.width), top + place.height + 24
        return right, top

    right, bottom = put(plan.children, 0.0, 0.0)
    centres = {key: (place.x + place.width / 2, place.y, place.y + place.height) for key, place in places.items()}
    curves = []
    for link in plan.links:
        (x, _, low), (other, top, _) = centres[link.tail], centres[link.head]
        curves.append(Curve(((x, low), (x, low + 8), (other, top - 8), (other, top))))
    return Placement(right, bottom, places, tuple(curves))
