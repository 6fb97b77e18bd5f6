"""Figures in the style of LeNet: what they say, in every direction and width, measured in Chromium."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.errors import UsageError
from netviz.figures import Annotation, Block, Extent, Field, Flow, Link, Stage, Window
from netviz.render.escape import visible
from netviz.render.figure.frame import CENTIMETRE
from netviz.render.figure.lenet import CAN_SHOW, MOST, SHOWN, lenet_to_picture
from netviz.render.figure.lenet.rows import rows_of
from netviz.render.figure.lenet.shapes import LARGEST, body_of, lines_between, scales_of
from netviz.render.figure.lenet.words import whole_lines, words_of
from netviz.render.figure.look import MEASURES, SMALLEST, Look, width_of
from netviz.render.figure.picture import Move, Part, Path, Picture, Straight, Text
from netviz.render.figure.svg import picture_to_svg
from netviz.render.layout.geometry import Direction
from netviz.views import FAMILIES
from tests.render.figure.measure import check, problems
from tests.render.names import HOSTILE

DIRECTIONS: tuple[Direction, ...] = ("LR", "TB", "RL", "BT")
COLUMN = 321.0


def maps(*shape: int | None) -> Extent:
    """The extent of a shape with channels last."""
    return Extent(shape, shape[:-1], shape[-1])


def window(*size: int, stride: int = 1, transposed: bool = False) -> Window:
    axes = len(size)
    return Window(size, (stride,) * axes, (1,) * axes, "valid", transposed)


def stage(name: str, class_name: str, output: Extent | None, **more: Any) -> Stage:
    family = {"InputLayer": "input-output", "Dense": "dense"}.get(class_name, "convolution")
    family = "pooling" if "Pool" in class_name else family
    given: dict[str, Any] = {"family": family, "kind": "input" if class_name == "InputLayer" else "layer"}
    return Stage(name, (name,), (class_name,), outputs=(output,), **{**given, **more})


def chain(stages: Sequence[Stage], **more: Any) -> Flow:
    links = tuple(Link(one.id, other.id) for one, other in pairwise(stages))
    return Flow("a network", "what it is", tuple(stages), links, layers=len(stages), parameters=1234, **more)


def lenet() -> Flow:
    return chain(
        [
            stage("input", "InputLayer", maps(32, 32, 1)),
            stage("C1", "Conv2D", maps(28, 28, 6), window=window(5, 5), activation="tanh", parameters=156),
            stage("S2", "AveragePooling2D", maps(14, 14, 6), window=window(2, 2, stride=2), details=("2×2", "/2")),
            stage("C3", "Conv2D", maps(10, 10, 16), window=window(5, 5), details=("5×5",), parameters=2416),
            stage("S4", "AveragePooling2D", maps(5, 5, 16), window=window(2, 2, stride=2), details=("2×2", "/2")),
            stage("C5", "Conv2D", maps(1, 1, 120), window=window(5, 5), details=("5×5",), parameters=48120),
            stage("F6", "Dense", maps(84), parameters=10164),
            stage("output", "Dense", maps(10), activation="softmax", parameters=850, leaves=True),
        ]
    )  # fmt: skip


def strange() -> Flow:
    """Unknown axes and shapes, sequences, three axes, a transposed convolution, what is not opened."""
    return chain(
        [
            stage("in", "InputLayer", maps(None, None, 3)),
            stage("a", "Conv2D", maps(None, None, None), window=window(7, 7, stride=2)),
            stage("b", "Mystery", None, family="unknown"),
            stage("c", "Conv2D", maps(3, 500, 2000), window=window(1, 25)),
            stage("d", "Conv2DTranspose", maps(9, 1000, 8), window=window(3, 3, stride=3, transposed=True)),
            stage("e", "Reshape", maps(300, 24), family="reshaping"),
            stage("f", "Conv1D", maps(298, 64), window=window(3)),
            stage("g", "Reshape", maps(4, 4, 4, 64), family="reshaping"),
            stage("h", "MaxPooling3D", maps(2, 2, 2, 64), window=window(2, 2, 2, stride=2)),
            stage("i", "LSTM", maps(None), family="recurrent"),
            stage("j", "Functional", maps(1), family="model", kind="closed", inside=12, parameters=None),
        ]
    )


def hostile() -> Flow:
    names = [name[:400] for name in HOSTILE if name.strip()][:36]
    stages = [stage(f"{place}{name}", name, maps(8, 8, 3), details=(name, name)) for place, name in enumerate(names)]
    return replace(chain(stages), annotations=tuple(Annotation(one.names[0], one.id, one.id) for one in stages[:5]))


def noted() -> Flow:
    flow = lenet()
    block = Block("b", "features", flow.children[1:5], 3)
    notes = (
        Annotation("feature extractor, trained before on many pictures", "C1", "S4"),
        Annotation("classifier", "C5", "output"),
        Annotation("what a user says of one stage", "F6", "F6"),
        Annotation("all of it", "input", "output"),
    )
    return replace(flow, children=(flow.children[0], block, *flow.children[5:]), annotations=notes)


def long() -> Flow:
    return chain(
        [stage(f"conv_{place}", "Conv2D", maps(64, 64, 2 ** (place % 9)), window=window(3, 3)) for place in range(60)]
    )


FLOWS = {"lenet": lenet, "strange": strange, "hostile": hostile, "noted": noted, "long": long}


def picture(flow: Flow, show: Sequence[Field] = SHOWN, **look: Any) -> Picture:
    return lenet_to_picture(flow, Look(show=frozenset(show), **look))


def texts(drawn: Picture) -> list[str]:
    return [shape.text for shape in drawn.walk() if isinstance(shape, Text)]


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_nothing_overlaps_in_any_direction(page: Any, name: str, direction: Direction) -> None:
    flow = FLOWS[name]()
    check(page, picture_to_svg(picture(flow, direction=direction)))
    check(page, picture_to_svg(picture(flow, CAN_SHOW, direction=direction, caption=True)), font="'DejaVu Sans'")


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_it_fits_a_column(page: Any, name: str, direction: Direction) -> None:
    drawn = picture(FLOWS[name](), direction=direction, width=COLUMN)
    assert abs(drawn.width - COLUMN) < 0.5
    assert all(shape.size >= SMALLEST for shape in drawn.walk() if isinstance(shape, Text))
    check(page, picture_to_svg(drawn))
    if name == "lenet":
        check(page, picture_to_svg(drawn, font="serif"), font="'DejaVu Serif'")


EXTENTS = st.one_of(
    st.none(),
    st.lists(st.none() | st.integers(1, 2000), min_size=1, max_size=4).map(lambda axes: maps(*axes)),
)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    stages = []
    for place, extent in enumerate(draw(st.lists(EXTENTS, min_size=1, max_size=9))):
        sizes = draw(st.lists(st.integers(1, 40), min_size=1, max_size=3))
        found = stage(
            f"s{place}",
            draw(
                st.sampled_from(
                    ["Conv2D", "Dense", "MaxPooling1D", "GlobalAveragePooling2D", "ALongNameOfAClassOfItsOwn"]
                )
            ),
            extent,
            family=draw(st.sampled_from(FAMILIES)),
            window=window(*sizes, transposed=draw(st.booleans())) if draw(st.booleans()) else None,
            details=tuple(
                draw(st.lists(st.sampled_from(["5×5", "/2", "dilation 3", "groups of channels 32"]), max_size=3))
            ),
            activation=draw(st.sampled_from(["", "relu", "hard_sigmoid"])),
            shared=draw(st.sampled_from([None, None, 1, 12])),
        )
        stages.append(found)
    notes: tuple[Annotation, ...] = ()
    if draw(st.booleans()):
        ends = sorted(draw(st.tuples(*[st.integers(0, len(stages) - 1)] * 2)))
        notes = (Annotation("the words of a user", stages[ends[0]].id, stages[ends[1]].id),)
    return replace(chain(stages), annotations=notes)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    flow=flows(),
    direction=st.sampled_from(DIRECTIONS),
    width=st.none() | st.integers(280, 900).map(float),
    show=st.sets(st.sampled_from(CAN_SHOW)),
    size_scale=st.sampled_from(MEASURES),
    spacing=st.sampled_from([0.0, 1.0, 2.5]),
)
def test_whatever_the_network(
    page: Any, flow: Flow, direction: Direction, width: float | None, show: set[Field], size_scale: Any, spacing: float
) -> None:
    try:
        drawn = picture(
            flow, tuple(show), direction=direction, width=width, size_scale=size_scale, spacing=spacing, caption=True
        )
    except UsageError as error:
        assert width is not None and "it takes" in str(error)
        return
    assert width is None or abs(drawn.width - width) < 0.5
    check(page, picture_to_svg(drawn))


def test_every_stage_is_drawn_once_and_tells_all_of_itself() -> None:
    for make in FLOWS.values():
        flow = make()
        parts = [shape for shape in picture(flow).walk() if isinstance(shape, Part) and shape.kind == "stage"]
        assert [part.path for part in parts] == [one.id for one in flow.stages]
        for part, one in zip(parts, flow.stages, strict=True):
            assert all(name in part.title for name in one.names)


def test_what_is_said_is_what_is_asked_for() -> None:
    shown = texts(picture(lenet()))
    assert {"1@32×32", "6@28×28", "120@1×1", "84", "10", "convolution", "5×5", "full connection"} <= set(shown)
    assert "tanh" in shown and not {"C1", "156 parameters"} & set(shown)
    assert {"C1", "tanh", "156 parameters"} <= set(texts(picture(lenet(), CAN_SHOW)))
    assert {"28×28", "6@28×28"} & set(texts(picture(lenet(), ("size",)))) == {"28×28"}
    assert {"28×28×6"} <= set(texts(picture(lenet(), ("output",))))
    assert set(texts(picture(lenet(), (), legend=False))) == {"input"}


def test_axes_of_any_length_are_none_as_in_keras() -> None:
    shown = texts(picture(strange()))
    assert {"3@None×None", "None@None×None", "None", "?"} <= set(shown)


@pytest.mark.parametrize("measure", MEASURES)
def test_maps_and_bars_are_drawn_to_scale(measure: Any) -> None:
    """No map is larger than one with longer axes; with "linear" and "sqrt", lengths are in that proportion."""
    flow = lenet()
    scales = scales_of(flow.stages, Look(size_scale=measure, channel_scale=measure), 1.0)
    bodies = {one.id: body_of(one, scales) for one in flow.stages}
    sides = [bodies[name].map[1] for name in ("input", "C1", "S2", "C3", "S4")]
    assert sides == sorted(sides, reverse=True) and sides[0] == LARGEST
    power = {"linear": 1.0, "sqrt": 0.5, "equal": 0.0}.get(measure)
    if power is not None:
        assert sides[2] == pytest.approx(LARGEST * (14 / 32) ** power)
    assert bodies["F6"].map[1] >= bodies["output"].map[1]
    assert bodies["input"].sheets == 1 and bodies["C1"].sheets <= bodies["C3"].sheets <= bodies["C5"].sheets
    assert all(body.sheets <= (body.stage.output.channels or 0) for body in bodies.values() if body.stage.output)


def test_a_window_is_to_the_map_what_its_size_is_to_the_axes() -> None:
    flow = lenet()
    scales = scales_of(flow.stages, Look(), 1.0)
    bodies = [body_of(one, scales) for one in flow.stages]
    for tail, head in pairwise(bodies):
        lines = lines_between(tail, head, True)
        if head.stage.window is None or not head.sheets:
            assert lines.window is None
            continue
        assert lines.window is not None and lines.target is not None and tail.stage.output is not None
        part = min(head.stage.window.size[0] / (tail.stage.output.spatial[0] or 1), 1.0)
        assert lines.window[2] == pytest.approx(part * tail.map[0])
        for box, body in ((lines.window, tail), (lines.target, head)):
            x, y, wide, tall = body.front()
            assert (
                x <= box[0]
                and box[0] + box[2] <= x + wide + 1e-9
                and y <= box[1]
                and box[1] + box[3] <= y + tall + 1e-9
            )


def test_a_transposed_window_is_on_the_map_that_it_writes() -> None:
    small, large = (
        stage("a", "Conv2D", maps(7, 7, 8), window=window(3, 3)),
        stage("b", "Conv2DTranspose", maps(14, 14, 4), window=window(3, 3, stride=2, transposed=True)),
    )
    scales = scales_of((small, large), Look(), 1.0)
    lines = lines_between(body_of(small, scales), body_of(large, scales), True)
    assert lines.spreads and lines.window is not None
    assert lines.window[2] == pytest.approx(3 / 14 * body_of(large, scales).map[0])


@pytest.mark.parametrize("axis", [7, 28, 56, 224, 1000])
@pytest.mark.parametrize("sideways", [True, False])
def test_a_larger_window_is_drawn_larger_on_any_map(axis: int, sideways: bool) -> None:
    """As long as the map is longer; a window of one number is the square of one number itself."""
    look = Look(direction="LR" if sideways else "TB")
    pair = stage("a", "Conv2D", maps(axis, axis, 8)), stage("b", "Conv2D", maps(axis, axis, 8))
    scales = scales_of(pair, look, 1.0)
    sides = []
    for size in (1, 2, 3, 5, 7, 11):
        head = body_of(replace(pair[1], window=window(size, size)), scales)
        lines = lines_between(body_of(pair[0], scales), head, sideways)
        assert lines.window is not None and lines.target is not None
        assert lines.window[2] == pytest.approx(lines.window[3])
        assert lines.single == (size == 1)
        if lines.single:
            assert lines.window[2:] == lines.target[2:] and len(lines.pairs) == 1
        sides.append(lines.window[2])
    assert sides == sorted(sides) and len(set(sides)) == len({min(size, axis) for size in (1, 2, 3, 5, 7, 11)})


@pytest.mark.parametrize("measure", MEASURES)
def test_no_number_is_too_large(page: Any, measure: Any) -> None:
    many = 10**400
    flow = chain(
        [
            stage("a", "InputLayer", maps(many, many + 1, 3)),
            stage("b", "Conv2D", maps(many // 10, 7, many), window=window(many, many // 100)),
            stage("c", "Conv2DTranspose", maps(many, many, 8), window=window(2, many, transposed=True)),
            stage("d", "Dense", maps(many), parameters=many),
        ]
    )
    drawn = picture(flow, CAN_SHOW, size_scale=measure, channel_scale=measure, caption=True)
    check(page, picture_to_svg(drawn))


WORDS = {
    "Bidirectional(LSTM)": "bidirectional LSTM",
    "TimeDistributed(Conv2D)": "time-distributed convolution",
    "TimeDistributed(Bidirectional(GRU))": "time-distributed bidirectional GRU",
    "Conv3DTranspose": "transposed convolution",
    "GlobalAveragePooling1D": "global average pooling",
    "Own(Dense)": "Own full connection",
    "LSTM": "LSTM",
}


@pytest.mark.parametrize("name", WORDS)
def test_operations_are_words_that_are_never_broken_inside(name: str) -> None:
    one = stage("a", name, maps(8))
    for room in (30.0, 64.0, 86.0, 300.0):
        said = [line.text for line in words_of(one, Look(show=frozenset({"class"})), room).operation]
        whole = " ".join(said).replace("- ", "-")
        if "…" not in whole:
            assert whole == WORDS[name]
        assert room < 64.0 or "…" not in whole


@given(
    text=st.text("abcXY_-/ .3é語", max_size=60) | st.sampled_from(HOSTILE),
    room=st.floats(20.0, 200.0),
    most=st.integers(1, 4),
    bold=st.booleans(),
)
def test_lines_keep_their_room_and_break_between_words(text: str, room: float, most: int, bold: bool) -> None:
    size = 10.0
    lines = whole_lines(text, size, room, most, bold=bold)
    assert len(lines) <= most and all(width_of(line, size, bold=bold) <= max(1.5 * room, 20.0) for line in lines)
    assert bool(lines) == bool(visible(text).strip())
    if "…" not in "".join(lines):
        rest = visible(text).strip()
        for place, line in enumerate(lines):
            before = visible(text).strip()[: -len(rest)]
            assert rest.lstrip().startswith(line)
            assert not (place and before[-1].isalpha() and rest[0].isalpha() and rest[0].islower())
            rest = rest.lstrip()[len(line) :]
        assert not rest.strip()


def test_shared_layers_have_the_same_number_and_the_legend_says_so() -> None:
    stages = list(lenet().stages)
    stages[5], stages[6] = (replace(one, shared=1) for one in stages[5:7])
    drawn = picture(chain(stages))
    rings = [shape for shape in drawn.walk() if isinstance(shape, Part) and shape.kind == "shared"]
    assert len(rings) == 2 and "same number: shared weights" in texts(drawn)
    assert "same number: shared weights" not in texts(picture(lenet()))


@pytest.mark.parametrize("number", range(len(lenet().stages)))
def test_words_at_one_stage_stand_at_that_stage(number: int) -> None:
    """Its brace is as long as its body, and ends right above its label or a label beside it."""
    flow = lenet()
    id = flow.stages[number].id
    drawn = picture(replace(flow, annotations=(Annotation("a word", id, id),)))
    parts = [shape for shape in drawn.walk() if isinstance(shape, Part)]
    (note,) = (part for part in parts if part.kind == "annotation")
    labels = {part.path: min(one.y - one.size for one in part.shapes if isinstance(one, Text)) for part in parts
              if part.kind == "stage"}  # fmt: skip
    (brace,) = (shape for shape in note.shapes if isinstance(shape, Path))
    begin, end = brace.steps[0].to, brace.steps[-1].to  # type: ignore[union-attr]
    body = [step.to for part in parts if part.path == id for shape in part.shapes if isinstance(shape, Path)
            for step in shape.steps if isinstance(step, Move | Straight)]  # fmt: skip
    assert begin[0] == pytest.approx(min(x for x, _ in body)) and end[0] == pytest.approx(max(x for x, _ in body))
    near = [labels[one.id] for one in flow.stages[max(number - 1, 0) : number + 2]]
    assert begin[1] < labels[id] and min(near) - begin[1] < 8


def test_what_is_not_so_in_every_repeat_says_so(page: Any) -> None:
    """Stages that some repeats lack, with a link past them; shapes that change from repeat to repeat."""
    first, *rest = noted().children
    block = next(one for one in rest if isinstance(one, Block))
    a, b, c, d = (one for one in block.children if isinstance(one, Stage))
    inside = (
        replace(a, last_outputs=(maps(7, 7, 24),)),
        replace(b, present=(2, 3)),
        replace(c, present=(1, 3), first_only=True),
        replace(d, varies=True),
    )
    links = (*noted().links, Link(a.id, d.id, passes=True))
    flow = replace(noted(), children=(first, replace(block, children=inside), *rest[1:]), links=links)
    for direction in DIRECTIONS:
        drawn = picture(flow, direction=direction)
        assert {"… 24@7×7", "2 of 3", "1st only", "(varies)"} <= set(texts(drawn))
        check(page, picture_to_svg(drawn))


def test_what_repeats_has_its_badge() -> None:
    parts = [shape for shape in picture(noted()).walk() if isinstance(shape, Part) and shape.kind == "badge"]
    assert [[one.text for one in part.shapes if isinstance(one, Text)] for part in parts] == [["×3"]]


def test_rows_hold_every_item_in_order() -> None:
    drawn = picture(long(), width=COLUMN)
    assert drawn.height > drawn.width
    assert rows_of([], 100.0) == ()


def test_narrower_than_anything_names_the_width_that_does() -> None:
    for direction in DIRECTIONS:
        with pytest.raises(UsageError, match="it takes") as caught:
            picture(lenet(), width=60.0, direction=direction)
        found = re.search(r"it takes ([\d.]+) cm", str(caught.value))
        assert found is not None
        needed = float(found[1]) * CENTIMETRE
        assert picture(lenet(), width=needed, direction=direction).width == needed
        with pytest.raises(UsageError, match="it takes"):
            picture(lenet(), width=needed - 0.15 * CENTIMETRE, direction=direction)


def test_branches_and_endless_chains_are_refused() -> None:
    flow = lenet()
    with pytest.raises(UsageError, match="branches"):
        picture(replace(flow, links=(*flow.links, Link("input", "F6"))))
    with pytest.raises(UsageError, match=r"more than .*\(60\)"):
        picture(chain([stage(str(place), "Dense", maps(3)) for place in range(MOST + 1)]))


def test_nothing_leads_where_no_tensor_is_known_to_flow() -> None:
    links = [
        shape
        for shape in picture(replace(lenet(), links=())).walk()
        if isinstance(shape, Part) and shape.kind == "link"
    ]
    assert not links


def test_the_legend_tells_what_occurs() -> None:
    legend = [part for part in picture(lenet()).walk() if isinstance(part, Part) and part.kind == "legend"]
    (found,) = legend
    said = [shape.text for shape in found.shapes if isinstance(shape, Text)]
    assert said == ["input", "convolution", "pooling", "dense", "receptive field"]
    assert {"spread of one value", "any or unknown size", "channels@depth×height×width"} <= set(
        texts(picture(strange()))
    )
    assert not [
        part for part in picture(lenet(), legend=False).walk() if isinstance(part, Part) and part.kind == "legend"
    ]


def test_what_is_moved_onto_another_is_found(page: Any) -> None:
    """What measures these figures sees it when a label is moved onto another."""
    drawn = picture(lenet())
    moved = tuple(
        replace(shape, shapes=tuple(replace(one, x=one.x + 60) for one in shape.shapes if isinstance(one, Text)))
        if isinstance(shape, Part) and shape.path == "F6"
        else shape
        for shape in drawn.shapes
    )
    assert problems(page, picture_to_svg(replace(drawn, shapes=moved)))
