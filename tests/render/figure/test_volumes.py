"""Figures of volumes: what lengths and words say, and, in Chromium, that nothing meets in any direction or width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.errors import UsageError
from netviz.figures import Annotation, Applied, Block, Extent, Field, Flow, Link, Stage, Window
from netviz.render.figure.look import MEASURES, SMALLEST, Look
from netviz.render.figure.picture import Circle, Close, Part, Path, Picture, Shape, Text
from netviz.render.figure.signs import SIGNS
from netviz.render.figure.svg import picture_to_svg
from netviz.render.figure.volumes import CAN_SHOW, MOST, SHOWN, volumes_to_picture
from netviz.render.figure.volumes.solids import Measures
from netviz.render.figure.wording import size_text
from netviz.render.layout.geometry import Direction
from netviz.views import FAMILIES
from tests.render.figure.measure import check
from tests.render.names import HOSTILE

DIRECTIONS: tuple[Direction, ...] = ("LR", "TB", "RL", "BT")
COLUMN = 321.0
CLOSE = {"collision"}
"""Boxes in space hide a part of those behind them: that is how they are drawn."""


def maps(*shape: int | None) -> Extent:
    """The extent of a shape with channels last."""
    return Extent(shape, shape[:-1], shape[-1])


def stage(name: str, class_name: str, output: Extent | None, **more: Any) -> Stage:
    families = {"InputLayer": "input-output", "Dense": "dense", "Add": "merging", "Concatenate": "merging"}
    family = "pooling" if "Pool" in class_name else families.get(class_name, "convolution")
    kind = "input" if class_name == "InputLayer" else "merge" if family == "merging" else "layer"
    sign = {"Add": "+", "Concatenate": "concat"}.get(class_name, "")
    given: dict[str, Any] = {"family": family, "kind": kind, "sign": sign, "outputs": (output,)}
    return Stage(name, (name,), (class_name,), **{**given, **more})


def conv(name: str, *shape: int | None, **more: Any) -> Stage:
    return stage(
        name, "Conv2D", maps(*shape), **{"activation": "relu", "details": ("3×3",), "parameters": 1792, **more}
    )


def pool(name: str, *shape: int | None) -> Stage:
    return stage(name, "MaxPooling2D", maps(*shape), window=Window((2, 2), (2, 2), (1, 1)))


def dense(name: str, units: int) -> Stage:
    return stage(name, "Dense", maps(units), activation="relu", parameters=units * 100)


def flow(children: Sequence[Stage | Block], links: str = "", **more: Any) -> Flow:
    """Children that follow each other, and links besides such as "a>b"."""
    whole = Flow("", "", tuple(children), ())
    found = {Link(one.id, other.id): None for one, other in pairwise(whole.stages)}
    found |= {Link(pair.partition(">")[0], pair.partition(">")[2]): None for pair in links.split()}
    given: dict[str, Any] = {"layers": len(whole.stages), "parameters": 12345}
    return Flow("a network", "what it is", tuple(children), tuple(found), **{**given, **more})


def vgg() -> Flow:
    return flow(
        [
            stage("image", "InputLayer", maps(64, 64, 3)),
            conv("c1", 64, 64, 64), conv("c2", 64, 64, 64), pool("p1", 32, 32, 64),
            conv("c3", 32, 32, 128), conv("c4", 32, 32, 128), pool("p2", 16, 16, 128),
            conv("c5", 16, 16, 256), pool("p3", 8, 8, 256),
            dense("fc1", 4096), dense("fc2", 4096), dense("classes", 1000),
        ],
        annotations=(Annotation("all that sees", "c1", "p3"), Annotation("what decides at last", "classes", "classes")),
    )  # fmt: skip


def unet() -> Flow:
    up = {"window": Window((2, 2), (2, 2), (1, 1), "valid", True), "activation": ""}
    return flow(
        [
            stage("image", "InputLayer", maps(64, 64, 1)), conv("d1", 64, 64, 32), pool("p1", 32, 32, 32),
            conv("d2", 32, 32, 64), pool("p2", 16, 16, 64), conv("b", 16, 16, 128),
            conv("u2", 32, 32, 64, **up), stage("j2", "Concatenate", maps(32, 32, 128)), conv("e2", 32, 32, 64),
            conv("u1", 64, 64, 32, **up), stage("j1", "Concatenate", maps(64, 64, 64)), conv("e1", 64, 64, 32),
            conv("out", 64, 64, 2),
        ],
        "d1>j1 d2>j2",
    )  # fmt: skip


def residual() -> Flow:
    def block(number: int, side: int, channels: int) -> Block:
        names = [f"{number}{letter}" for letter in "abcs+"]
        parts = [conv(name, side, side, channels) for name in names[:4]]
        return Block(
            f"block{number}", f"stage{number}", (*parts, stage(names[4], "Add", maps(side, side, channels))), 3
        )

    children: list[Stage | Block] = [
        stage("image", "InputLayer", maps(32, 32, 3)),
        conv("0", 32, 32, 16),
        block(1, 32, 16),
        block(2, 16, 64),
    ]
    whole = flow([*children, stage("gap", "GlobalAveragePooling2D", maps(64)), dense("classes", 10)])
    wrong = {("1c", "1s"), ("2c", "2s")}
    links = [link for link in whole.links if (link.tail, link.head) not in wrong]
    links += [Link("0", "1s"), Link("1c", "1+"), Link("1+", "2s"), Link("2c", "2+")]
    return replace(whole, links=tuple(links))


def branches() -> Flow:
    stages = [stage("image", "InputLayer", maps(32, 32, 3)), conv("stem", 32, 32, 64)]
    stages += [conv(name, 32, 32, channels) for name, channels in zip("abcd", (16, 24, 32, 8), strict=True)]
    stages += [conv("b2", 32, 32, 48), stage("joined", "Concatenate", maps(32, 32, 104)), dense("classes", 10)]
    pairs = "image>stem stem>a stem>b stem>c stem>d b>b2 a>joined b2>joined c>joined d>joined joined>classes"
    return replace(flow(stages), links=tuple(Link(*pair.split(">")[:2]) for pair in pairs.split()))  # type: ignore[arg-type]


FLOWS = {"vgg": vgg(), "unet": unet(), "residual": residual(), "branches": branches()}


def picture(of: Flow, show: Sequence[Field] = SHOWN, **look: Any) -> Picture:
    return volumes_to_picture(of, Look(show=frozenset(show), **look))


def texts(of: Picture) -> list[str]:
    return [shape.text for shape in of.walk() if isinstance(shape, Text)]


def parts(of: Picture, kind: str) -> list[Part]:
    return [shape for shape in of.walk() if isinstance(shape, Part) and shape.kind == kind]


def reach(shapes: Sequence[Shape]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of all points of paths."""
    steps = [step for shape in shapes if isinstance(shape, Path) for step in shape.steps]
    xs, ys = zip(*(step.to for step in steps if not isinstance(step, Close)), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def boxes(of: Picture) -> dict[str, tuple[float, float, float, float]]:
    """What the stages take that are drawn as boxes."""
    return {part.path: reach(part.shapes) for part in parts(of, "stage") if isinstance(part.shapes[0], Path)}


# in the browser


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", FLOWS)
def test_nothing_meets_in_any_direction(page: Any, name: str, direction: Direction) -> None:
    check(page, picture_to_svg(picture(FLOWS[name], direction=direction)), without=CLOSE)
    drawn = picture(FLOWS[name], CAN_SHOW, direction=direction, caption=True)
    check(page, picture_to_svg(drawn), font="'DejaVu Sans'", without=CLOSE)


@pytest.mark.parametrize("direction", ("LR", "TB"))
@pytest.mark.parametrize("name", FLOWS)
def test_it_fits_a_column(page: Any, name: str, direction: Direction) -> None:
    drawn = picture(FLOWS[name], direction=direction, width=COLUMN)
    assert drawn.width == pytest.approx(COLUMN)
    assert min(shape.size for shape in drawn.walk() if isinstance(shape, Text)) >= SMALLEST
    check(page, picture_to_svg(drawn), font="'DejaVu Sans'", without=CLOSE)


AXES = st.one_of(st.none(), st.integers(1, 300), st.sampled_from([1, 100_000, 1 << 5000, 0]))
EXTENTS = st.one_of(
    st.none(), st.lists(AXES, max_size=4).map(lambda axes: maps(*axes) if axes else Extent((), (), None))
)
NAMES = st.one_of(st.sampled_from(["conv", "a_long_name_of_a_layer_in_a_model_of_many"]), st.sampled_from(HOSTILE))


RELU = Applied("relu", "activation")


@st.composite
def any_flows(draw: st.DrawFn) -> Flow:
    stages: list[Stage | Block] = []
    count = draw(st.integers(1, 9))
    for number in range(count):
        kind = draw(st.sampled_from(["layer", "layer", "layer", "merge", "closed"]))
        stages.append(
            Stage(
                f"s{number}", (draw(NAMES),), (draw(st.sampled_from(["Conv2D", None, "<b>&"])),),
                draw(st.sampled_from(FAMILIES)), "input" if not number else kind,  # type: ignore[arg-type]
                details=draw(st.sampled_from([(), ("3×3",), ("3×3", "/2")])),
                activation=draw(st.sampled_from(["", "relu"])), outputs=(draw(EXTENTS),),
                sign=draw(st.sampled_from([*SIGNS, "", "custom"])) if kind == "merge" else "",
                parameters=draw(st.sampled_from([None, 0, 1_234_567])), inside=7 if kind == "closed" else 0,
                behind=draw(st.sampled_from([(), (RELU,)])), before=draw(st.sampled_from([(), (RELU,)])),
                shared=draw(st.sampled_from([None, None, 1, 12])), present=draw(st.sampled_from([None, None, (2, 3)])),
            )
        )  # fmt: skip
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] < pair[1])
    chosen = dict.fromkeys(draw(st.lists(pairs, max_size=6)) if count > 1 else [])
    chosen |= dict.fromkeys(pairwise(range(count)) if draw(st.booleans()) else [])
    if count > 3 and draw(st.booleans()):
        first = draw(st.integers(1, count - 2))
        stages[first : first + 2] = [Block("block", draw(NAMES), tuple(stages[first : first + 2]), 12)]
    ends = sorted((draw(st.integers(0, count - 1)), draw(st.integers(0, count - 1))))
    notes = (Annotation(draw(NAMES), f"s{ends[0]}", f"s{ends[1]}"),) if draw(st.booleans()) else ()
    links = tuple(
        Link(f"s{tail}", f"s{head}", beside="memory" if (tail + head) % 5 == 0 else "") for tail, head in chosen
    )
    return Flow(draw(NAMES), "", tuple(stages), links, notes, layers=count, parameters=None)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    any_flows(),
    st.sampled_from(DIRECTIONS),
    st.sampled_from([None, COLUMN, 700.0]),
    st.sets(st.sampled_from(CAN_SHOW)),
    st.sampled_from(MEASURES),
    st.sampled_from([0.5, 1.0, 2.0]),
)
def test_any_flow_is_drawn_clean_or_refused_in_one_line(
    page: Any, of: Flow, direction: Direction, width: float | None, show: set[Field], scale: Any, spacing: float
) -> None:
    look: dict[str, Any] = {"direction": direction, "width": width, "size_scale": scale, "channel_scale": scale}
    try:
        drawn = picture(of, sorted(show), spacing=spacing, **look)
    except UsageError as error:
        assert width is not None
        assert "cm" in error.message
        assert error.hint
        return
    assert width is None or drawn.width == pytest.approx(width)
    assert picture(of, sorted(show), spacing=spacing, **look) == drawn
    check(page, picture_to_svg(drawn), without=CLOSE)


# what it says


def test_labels_say_channels_once_per_run_and_each_size() -> None:
    said = texts(picture(vgg(), legend=False))
    assert [text for text in said if text.isdecimal()] == ["3", "64", "128", "256", "4096", "4096", "1000"]
    assert sorted(text for text in said if "²" in text) == ["16²", "32²", "64²", "64²", "8²"]


@pytest.mark.parametrize(
    ("spatial", "text"),
    [
        ((224, 224), "224²"), ((224, 160), "224×160"), ((None, None), "None×None"), ((None, 3), "None×3"),
        ((16, 16, 16), "16³"),
        ((16, 112, 112), "16×112²"), ((100,), "100"), ((2, 2, 2, 2), "2×2×2×2"), ((4, None, None), "4×None×None"),
    ],
)  # fmt: skip
def test_sizes_are_said_in_short(spatial: tuple[int | None, ...], text: str) -> None:
    assert size_text(spatial, short=True) == text


@pytest.mark.parametrize("field", sorted(set(CAN_SHOW) - set(SHOWN)))
def test_a_field_is_said_where_it_is_asked_for(field: Field) -> None:
    words = {
        "name": "fc2", "class": "MaxPooling2D", "details": "3×3", "activation": "relu", "output": "32×32×128",
        "parameters": "409,600 parameters",
    }  # fmt: skip
    assert words[field] in texts(picture(vgg(), [field], legend=False))
    assert words[field] not in texts(picture(vgg(), legend=False))


@pytest.mark.parametrize("measure", MEASURES)
def test_lengths_grow_with_what_they_show(measure: Any) -> None:
    of = vgg()
    measures = Measures(of, Look(size_scale=measure, channel_scale=measure))
    solids = {stage.id: measures.solid(stage) for stage in of.stages}
    for small, large in (("c5", "c3"), ("c3", "c1")):
        assert (solids[small].breadth < solids[large].breadth) == (measure != "equal")
        assert (solids[small].length > solids[large].length) == (measure != "equal")
    assert (solids["classes"].breadth < solids["fc1"].breadth) == (measure != "equal")
    if measure == "linear":
        assert solids["c1"].breadth / solids["c3"].breadth == pytest.approx(2)
        assert solids["c3"].lean / solids["c5"].lean == pytest.approx(2)


def test_every_stage_is_a_part_that_says_what_it_is() -> None:
    found = parts(picture(unet()), "stage")
    assert {part.path for part in found} == {stage.id for stage in unet().stages}
    assert next(part.title for part in found if part.path == "d1") == (
        "d1 (Conv2D)\n64×64×32\n3×3 relu\n1,792 parameters"
    )


def test_arcs_over_a_u_net_nest() -> None:
    arcs = [
        shape
        for part in parts(picture(unet()), "link")
        for shape in part.shapes
        if isinstance(shape, Path) and shape.stroke == "skip"
    ]
    spans = []
    for arc in arcs:
        points = [step.to for step in arc.steps if hasattr(step, "to")]
        spans.append((points[0][0], points[-1][0], min(y for _, y in points)))
    inner, outer = sorted(spans, key=lambda span: span[1] - span[0])
    assert outer[0] < inner[0] < inner[1] < outer[1]
    assert outer[2] < inner[2] - 5


def test_merges_are_circles_and_frames_say_how_often() -> None:
    drawn = picture(residual(), legend=False)
    assert sum(isinstance(shape, Circle) for shape in drawn.walk()) == 2
    assert texts(drawn).count("×3") == 2
    assert {"stage1", "stage2"} <= set(texts(drawn))


def test_the_legend_has_what_occurs_and_no_more() -> None:
    said = texts(picture(unet()))
    assert [text for text in said if text.isalpha() or " " in text] == [
        "input", "convolution", "pooling", "relu", "concatenation", "skip connection",
    ]  # fmt: skip


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_has_a_circle_and_its_words(sign: str) -> None:
    joined = replace(stage("j", "Add", maps(8, 8, 4)), sign=sign)
    said = texts(picture(flow([conv("a", 8, 8, 4), joined])))
    assert len(said) == len(texts(picture(flow([conv("a", 8, 8, 4)])))) + 1 + (sign == "concat")


def test_annotations_are_said_above() -> None:
    drawn = picture(vgg(), legend=False)
    lines = {shape.text: shape.y for shape in drawn.walk() if isinstance(shape, Text)}
    assert lines["all that sees"] < lines["64²"]
    assert " ".join(text for text in texts(drawn) if text in "what decides at last") == "what decides at last"


@pytest.mark.parametrize("name", ["a", "b2", "c", "d"])
def test_words_stand_at_their_own_branch(name: str) -> None:
    drawn = picture(replace(branches(), annotations=(Annotation("a branch", name, name),)), legend=False)
    words = next(shape for shape in drawn.walk() if isinstance(shape, Text) and shape.text == "a branch")
    away = {
        id: max(left - words.x, words.x - right, 0) + max(top - words.y, words.y - bottom, 0)
        for id, (left, top, right, bottom) in boxes(drawn).items()
    }
    assert away[name] == min(away.values())
    assert away[name] < 40


def test_words_in_a_u_net_stand_within_its_arcs() -> None:
    drawn = picture(replace(unet(), annotations=(Annotation("centre", "b", "b"),)), legend=False)
    words = next(shape for shape in drawn.walk() if isinstance(shape, Text) and shape.text == "centre")
    arcs = [reach(part.shapes) for part in parts(drawn, "link")]
    assert words.y > min(top for _, top, _, _ in arcs)


def test_an_unknown_size_is_larger_than_a_small_known_one_and_shrinks_by_strides() -> None:
    half = Window((3, 3), (2, 2), (1, 1))
    stages = [
        stage("image", "InputLayer", maps(None, None, 3)), conv("c1", None, None, 8),
        conv("c2", None, None, 8, window=half), stage("gap", "GlobalAveragePooling2D", maps(1, 1, 8)),
    ]  # fmt: skip
    of = flow(stages)
    measures = Measures(of, Look())
    breadth = {stage.id: measures.solid(stage).breadth for stage in of.stages}
    assert breadth["image"] == breadth["c1"] > breadth["c2"] > 2 * breadth["gap"]


@pytest.mark.parametrize("measure", MEASURES)
def test_axes_that_no_model_has_are_drawn(measure: Any) -> None:
    much = 10**400
    stages = [conv("a", much, much, much), conv("b", None, None, much), dense("c", much)]
    assert len(parts(picture(flow(stages), size_scale=measure, channel_scale=measure), "stage")) == 3


def test_a_bar_of_one_unit_is_short_where_it_stands_alone() -> None:
    few, many = flow([conv("c", 8, 8, 4), dense("d", 1)]), flow([conv("c", 8, 8, 4), dense("d", 256)])
    short, long = (Measures(of, Look()).solid(of.stages[1]).breadth for of in (few, many))
    assert short < long / 4


def test_poolings_are_seen_in_a_flow_that_runs_down() -> None:
    drawn = boxes(picture(vgg(), direction="TB"))
    for box, slab in (("c2", "p1"), ("c4", "p2"), ("c5", "p3")):
        assert drawn[slab][1] >= drawn[box][3]


def test_all_channels_are_said_in_a_column() -> None:
    said = [text for text in texts(picture(vgg(), width=COLUMN, legend=False)) if text.isdecimal()]
    assert sorted(said) == sorted(["3", "64", "128", "256", "4096", "4096", "1000"])


def test_activations_have_a_face_per_family() -> None:
    plain = {"activation": "", "behind": ()}
    preactive = conv("a", 8, 8, 4, **plain, before=(RELU,))
    added = stage("j", "Add", maps(8, 8, 4), behind=(RELU,), activation="relu")
    paints = [
        {shape.fill for shape in part.shapes if isinstance(shape, Path)}
        for part in parts(picture(flow([preactive, conv("b", 8, 8, 4, **plain), added, dense("d", 3)])), "stage")
    ]
    assert ["convolution-face" in paints[0], "convolution-face" in paints[1]] == [True, False]
    assert "merging-face" in paints[2]
    assert texts(picture(vgg())).count("relu") == 2


def test_a_shared_layer_has_its_number_at_every_box() -> None:
    of = flow([conv(f"c{number}", 8, 8, 4, shared=1) for number in range(3)])
    for direction in DIRECTIONS:
        drawn = picture(of, direction=direction)
        assert len(parts(drawn, "shared")) == 3
        assert "same number: shared weights" in texts(drawn)


def test_the_whole_output_says_it_all() -> None:
    said = texts(picture(vgg(), [*SHOWN, "output"], legend=False))
    assert not [text for text in said if "²" in text or text == "64"]
    assert said.count("64×64×64") == 2


def test_words_are_upright_where_there_is_room() -> None:
    few = flow([conv("c1", 32, 32, 8), pool("p1", 16, 16, 8), dense("d", 10)])
    many = flow([conv(f"a_long_name_of_layer_{number}", 32, 32, 8) for number in range(30)])
    for of, turned in ((few, False), (many, True)):
        drawn = picture(of, ["name", "class", "parameters"], legend=False)
        assert {shape.turned for shape in drawn.walk() if isinstance(shape, Text)} == {turned}


def test_what_is_not_in_every_repeat_says_so() -> None:
    inside = (conv("a", 8, 8, 4), conv("s", 8, 8, 4, present=(1, 3), first_only=True))
    assert "1st only" in texts(picture(flow([Block("b", "block", inside, 3)])))
    assert "block" not in texts(picture(flow([Block("b", "block", inside, 3)])))
    rest = (conv("a", 8, 8, 4), conv("s", 8, 8, 4, present=(2, 3)))
    assert "2 of 3" in texts(picture(flow([Block("b", "stage", rest, 3)])))


def test_a_long_flow_is_broken_into_rows() -> None:
    many = [conv(f"c{number}", 64 if number % 2 else 32, 64, 64) for number in range(40)]
    drawn = picture(flow(many))
    assert drawn.width < 1300 < 40 * 60
    assert drawn.height > 500
    assert len(parts(drawn, "stage")) == 40


def test_too_many_stages_are_refused_with_a_remedy() -> None:
    with pytest.raises(UsageError, match="too many") as caught:
        picture(flow([dense(f"d{number}", 3) for number in range(MOST + 1)]))
    assert "Fold" in caught.value.hint


def test_as_many_as_may_be_are_drawn() -> None:
    drawn = picture(flow([dense(f"d{number}", 3) for number in range(MOST)]))
    assert len(parts(drawn, "stage")) == MOST


def test_a_width_that_cannot_do_names_one_that_does() -> None:
    with pytest.raises(UsageError, match="cm") as caught:
        picture(unet(), width=90.0)
    needed = float(caught.value.message.split("takes ")[1].split(" cm")[0])
    assert picture(unet(), width=needed / 2.54 * 96).width == pytest.approx(needed / 2.54 * 96)


def test_nothing_is_an_empty_picture() -> None:
    assert parts(picture(Flow("nothing", "", (), ())), "stage") == []
