"""Figures of blocks, measured in Chromium: nothing overlaps, nothing is cut, in every direction and width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.analysis.figure.flow import build_flow
from netviz.errors import UsageError
from netviz.figures import Annotation, Applied, Block, Extent, Flow, Link, Stage
from netviz.readers import read
from netviz.render.figure.blocks import CAN_SHOW, MOST, SHOWN, blocks_to_picture
from netviz.render.figure.blocks.words import SHORT, words_of
from netviz.render.figure.look import Look
from netviz.render.figure.picture import Circle, Close, Part, Path, Picture, Rectangle, Straight, Text
from netviz.render.figure.svg import picture_to_svg
from netviz.render.layout.geometry import Direction
from tests.conftest import EXAMPLES, ROOT
from tests.render.figure.measure import check
from tests.render.names import HOSTILE

DIRECTIONS: tuple[Direction, ...] = ("TB", "BT", "LR", "RL")
COLUMN, PAGE = 321.0, 642.0
ARCHITECTURES = sorted(path.stem for path in (ROOT / "examples" / "architectures").glob("*.json"))


@cache
def flow_of(name: str) -> Flow:
    path = ROOT / "examples" / "architectures" / f"{name}.json"
    return build_flow(read(path if path.exists() else EXAMPLES / f"{name}.keras"), style="blocks")


def look(direction: Direction = "TB", **more: Any) -> Look:
    return Look(**{"direction": direction, "show": frozenset(SHOWN), **more})


def stages_of(picture: Picture) -> Mapping[str, Part]:
    return {part.path: part for part in picture.walk() if isinstance(part, Part) and part.kind == "stage"}


def texts_of(part: Part | Picture) -> list[str]:
    found = []
    stack = list(part.shapes)
    while stack:
        shape = stack.pop()
        if isinstance(shape, Part):
            stack += shape.shapes
        elif isinstance(shape, Text):
            found.append(shape.text)
    return found


def center(part: Part) -> tuple[float, float]:
    """The middle of what is drawn of a stage."""
    boxes = [
        (one.x, one.y, one.x + one.width, one.y + one.height)
        if isinstance(one, Rectangle)
        else (one.x - one.radius, one.y - one.radius, one.x + one.radius, one.y + one.radius)
        for one in part.shapes
        if isinstance(one, Rectangle | Circle)
    ]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return (left + right) / 2, (top + bottom) / 2


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", [*ARCHITECTURES, "attention", "residual", "perceptron"])
def test_nothing_overlaps(page: Any, name: str, direction: Direction) -> None:
    for width in (None, COLUMN, PAGE):
        try:
            picture = blocks_to_picture(flow_of(name), look(direction, width=width, caption=True))
        except UsageError as refused:  # what is in one frame, or under one arc, has no two rows
            assert width is not None and direction in ("LR", "RL")
            width = 96 / 2.54 * float(refused.message.split("takes ")[1].split()[0])
            picture = blocks_to_picture(flow_of(name), look(direction, width=width, caption=True))
        check(page, picture_to_svg(picture))
        assert width is None or abs(picture.width - width) < 0.5


@pytest.mark.parametrize("name", ["encoder", "resnet50"])
def test_nothing_overlaps_whatever_is_shown(page: Any, name: str) -> None:
    for show in (CAN_SHOW, (), ("name",), ("size", "channels", "parameters")):
        for spacing in (0.5, 2.0):
            check(page, picture_to_svg(blocks_to_picture(flow_of(name), look(show=frozenset(show), spacing=spacing))))


def test_in_wider_fonts(page: Any) -> None:
    for font in ("'DejaVu Sans'", "serif"):
        check(page, picture_to_svg(blocks_to_picture(flow_of("resnet50"), look(width=COLUMN))), font=font)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_flow_runs_in_its_direction(direction: Direction) -> None:
    """Every link leads ahead, and its arrow ends at what it leads to."""
    flow = flow_of("u-net")
    picture = blocks_to_picture(flow, look(direction))
    places = {id: center(part) for id, part in stages_of(picture).items()}
    axis, sign = {"LR": (0, 1), "RL": (0, -1), "TB": (1, 1), "BT": (1, -1)}[direction]
    for link in flow.links:
        assert sign * (places[link.head][axis] - places[link.tail][axis]) > 0
    arrows = [shape for shape in picture.walk() if isinstance(shape, Path) and shape.arrow]
    assert len(arrows) == len(flow.links)


def test_every_stage_and_link_is_drawn_once() -> None:
    for name in ARCHITECTURES:
        flow = flow_of(name)
        picture = blocks_to_picture(flow, look())
        assert set(stages_of(picture)) == {stage.id for stage in flow.stages}
        links = [part.title for part in picture.walk() if isinstance(part, Part) and part.kind == "link"]
        assert sorted(links) == sorted(f"{link.tail} → {link.head}" for link in flow.links)
        badges = [
            text
            for part in picture.walk()
            if isinstance(part, Part) and part.kind == "badge"
            for text in texts_of(part)
        ]
        assert sorted(badges) == sorted(f"×{one.repeats}" for one in flow.walk() if isinstance(one, Block))


def test_blocks_of_a_column_are_equally_wide() -> None:
    picture = blocks_to_picture(flow_of("vgg16"), look())
    boxes = [
        next(shape for shape in part.shapes if isinstance(shape, Rectangle)) for part in stages_of(picture).values()
    ]
    assert len({(box.x, box.width, box.height) for box in boxes}) == 1
    gaps = {round(other.y - one.y - one.height, 6) for one, other in pairwise(sorted(boxes, key=lambda box: box.y))}
    assert len(gaps) == 1


def test_links_that_enter_a_repeated_block_fork_inside_of_it() -> None:
    """So a residual stands once with ×N, in every repeat."""
    flow = flow_of("encoder")
    picture = blocks_to_picture(flow, look())
    frame = next(part for part in picture.walk() if isinstance(part, Part) and part.kind == "block")
    box = frame.shapes[0]
    assert isinstance(box, Rectangle)
    title = "embedding → block1_attention_add"
    route = next(part for part in picture.walk() if isinstance(part, Part) and part.title == title).shapes[0]
    assert isinstance(route, Path)
    for step in route.steps:
        if isinstance(step, Straight):
            assert box.x < step.to[0] < box.x + box.width
            assert box.y < step.to[1] < box.y + box.height


def test_masks_are_dashed() -> None:
    flow = flow_of("encoder")
    picture = blocks_to_picture(flow, look())
    dashed = {
        part.title
        for part in picture.walk()
        if isinstance(part, Part) and part.kind == "link" and isinstance(part.shapes[0], Path) and part.shapes[0].dash
    }
    assert dashed == {f"{link.tail} → {link.head}" for link in flow.links if link.memory} != set()


def test_what_is_shown_is_what_is_asked_for() -> None:
    flow = flow_of("resnet50")
    conv = next(stage for stage in flow.stages if len(stage.behind) > 1)
    for field, text in (("name", conv.names[0]), ("class", "Conv2D"), ("activation", "relu"), ("output", "112×112×64")):
        for shown in (True, False):
            picture = blocks_to_picture(flow, look(show=frozenset({field} if shown else set(SHOWN) - {field})))
            said = " ".join(texts_of(stages_of(picture)[conv.id])).replace(" · ", " ")
            assert (text in said.split() or text in said) == shown, (field, shown, said)
    assert words_of(conv, frozenset(SHOWN)).sub == f"{SHORT['BatchNormalization']} · relu"


def test_annotations_keep_out_of_the_rest(page: Any) -> None:
    flow = replace(
        flow_of("encoder"),
        annotations=(
            Annotation("what attends to what: the heart of it, at some length", "block1_attention", "block1_attention"),
            Annotation("feed-forward", "block1_expand", "block1_project"),
            Annotation("all of it", "embedding", "pooler"),
            Annotation("feed", "block1_expand", "block1_expand"),
        ),
    )
    for direction in DIRECTIONS:
        for width in (None, 500.0):
            picture = blocks_to_picture(flow, look(direction, width=width))
            check(page, picture_to_svg(picture))
            said = [part for part in picture.walk() if isinstance(part, Part) and part.kind == "annotation"]
            assert len([part for part in said if texts_of(part)]) == len(flow.annotations)


def chain(*names: str) -> Flow:
    stages = [Stage(name, (name,), ("Dense",), "dense", outputs=(Extent((None, 3), (None,), 3),)) for name in names]
    links = tuple(Link(one.id, other.id) for one, other in pairwise(stages))
    return Flow(names[0], "", tuple(stages), links, layers=len(stages))


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_any_name_is_drawn(name: str) -> None:
    flow = chain(name, "other" if name != "other" else "one")
    for direction in DIRECTIONS:
        for width in (None, COLUMN):
            shown = look(direction, width=width, show=frozenset({"name", "output"}), caption=True)
            picture = blocks_to_picture(flow, shown)
            assert picture_to_svg(picture) == picture_to_svg(blocks_to_picture(flow, shown))
            assert picture.width < 1200


def test_names_stay_in_their_blocks(page: Any) -> None:
    names = [name for name in HOSTILE if name.isprintable() and name.strip()][:20]
    check(page, picture_to_svg(blocks_to_picture(chain(*names), look(width=COLUMN, show=frozenset({"name"})))))


def test_unknown_axes_are_said() -> None:
    assert "None×3" in texts_of(blocks_to_picture(chain("a", "b"), look()))


def test_too_much_is_refused_in_one_line() -> None:
    with pytest.raises(UsageError, match="too many") as refused:
        blocks_to_picture(chain(*map(str, range(MOST + 1))), look())
    assert "leave layers out" in refused.value.hint
    stages = [Stage(str(number), (str(number),), ("Dense",), "dense") for number in range(20)]
    wide = Flow("wide", "", tuple(stages), tuple(Link("0", str(number)) for number in range(1, 20)))
    with pytest.raises(UsageError, match=r"takes [0-9.]+ cm") as refused:
        blocks_to_picture(wide, look(width=COLUMN))
    centimetres = float(refused.value.message.split("takes ")[1].split()[0])
    width = centimetres / 2.54 * 96 + 0.5
    assert abs(blocks_to_picture(wide, look(width=width)).width - width) < 0.5


LAYERS = [f"layer{number}" for number in range(60)]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_long_flows_are_broken_into_columns_or_rows(page: Any, direction: Direction) -> None:
    """One narrow column is no page: all stages stand in reading order, and each break has its line."""
    flow = chain(*LAYERS)
    for width in (None, PAGE):
        picture = blocks_to_picture(flow, look(direction, width=width))
        check(page, picture_to_svg(picture))
        assert picture.height < 1200 and picture.width < 1200
        joints = [part for part in picture.walk() if isinstance(part, Part) and part.kind == "joint"]
        assert joints
        places = [center(part) for part in (stages_of(picture)[id] for id in LAYERS)]
        if direction in ("LR", "RL"):
            places = [(y, x) for x, y in places]
        ahead = -1 if direction in ("RL", "BT") else 1
        turns = 0
        for one, other in pairwise(places):
            if abs(one[0] - other[0]) < 1:
                assert ahead * (other[1] - one[1]) > 0
            else:
                turns += 1
                assert other[0] > one[0] and ahead * (other[1] - one[1]) < 0
        assert turns == len(joints)


@pytest.mark.parametrize("direction", ("LR", "RL"))
def test_a_direction_that_is_asked_for_is_kept(direction: Direction) -> None:
    for width in (COLUMN, PAGE):
        picture = blocks_to_picture(flow_of("vgg16"), look(direction, width=width))
        first, second = (center(stages_of(picture)[stage.id]) for stage in flow_of("vgg16").stages[:2])
        assert abs(first[1] - second[1]) < 0.5 and (second[0] > first[0]) == (direction == "LR")


def test_words_are_never_broken_inside() -> None:
    """What stands on two lines is broken where words end, or is elided."""
    names = ["Bidirectional(LSTM)", "Conv2DTranspose", "TimeDistributed(Dense)", "GlobalAveragePooling2D"]
    stages = [Stage(name, (name,), (name,), "dense", outputs=(Extent((3,), (), 3),)) for name in names]
    flow = Flow("words", "", tuple(stages), tuple(Link(a.id, b.id) for a, b in pairwise(stages)))
    for direction in DIRECTIONS:
        for width in (None, 200.0, 130.0):
            try:
                picture = blocks_to_picture(flow, look(direction, width=width))
            except UsageError:
                continue
            for name, part in stages_of(picture).items():
                said = sorted((text for text in texts_of(part) if text != "3"), key=name.find)
                if "…" in "".join(said):
                    assert len(said) == 1
                    continue
                assert "".join(said) == name
                assert all(line[0] == "(" or line[0].isupper() for line in said)


def test_shared_layers_have_their_number() -> None:
    stages = [
        replace(stage, shared=number, classes=("Dense",))
        for stage, number in zip(chain("a", "b", "c").stages, (1, 1, 2), strict=True)
    ]
    flow = Flow("shared", "", tuple(stages), (Link("a", "b"), Link("b", "c")))
    picture = blocks_to_picture(flow, look())
    rings = [texts_of(one) for one in picture.walk() if isinstance(one, Part) and one.kind == "shared"]
    assert rings == [["1"], ["1"], ["2"]]
    assert "same number: shared weights" in texts_of(picture)
    plain = blocks_to_picture(chain("a", "b"), look())
    assert "same number: shared weights" not in texts_of(plain)


def test_the_legend_names_every_family_that_is_drawn() -> None:
    for name in [*ARCHITECTURES, "attention", "residual"]:
        flow = flow_of(name)
        picture = blocks_to_picture(flow, look())
        legend = next(part for part in picture.walk() if isinstance(part, Part) and part.kind == "legend")
        swatches = {shape.fill for shape in legend.shapes if isinstance(shape, Rectangle)}
        edges = {
            shape.fill
            for part in stages_of(picture).values()
            for shape in part.shapes
            if isinstance(shape, Path) and str(shape.fill).endswith("-front")
        }
        assert swatches == edges - {"input-output-front"}


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_an_arriving_and_a_leaving_skip_share_no_line(direction: Direction) -> None:
    flow = flow_of("residual")
    picture = blocks_to_picture(flow, look(direction))
    lines = []
    for part in picture.walk():
        if isinstance(part, Part) and part.kind == "link" and isinstance(part.shapes[0], Path):
            points = [step.to for step in part.shapes[0].steps if not isinstance(step, Close)]
            ends = {(round(x, 2), round(y, 2)) for x, y in (points[0], points[-1])}
            lines.append((part.title.split(" → "), ends))
    for (tail, head), ends in lines:
        for (other, _), others in lines:
            if head == other and tail != other:
                assert ends.isdisjoint(others)


APPLIED = st.lists(
    st.sampled_from([Applied("BatchNormalization", "normalisation"), Applied("relu", "activation")]), max_size=3
).map(tuple)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """A few stages, each of which reads one or more before it; some of them in a block that repeats."""
    count = draw(st.integers(2, 9))
    stages: list[Stage] = []
    links: list[Link] = []
    for number in range(count):
        heads = draw(st.lists(st.integers(0, number - 1), min_size=1, max_size=2, unique=True)) if number else []
        kind = draw(st.sampled_from(["Conv2D", "Add", "Concatenate", "LayerNormalization", "Dense"]))
        family: Any = {"Conv2D": "convolution", "Dense": "dense", "LayerNormalization": "normalisation"}.get(
            kind, "merging"
        )
        stages.append(
            Stage(
                f"s{number}",
                (f"s{number}",),
                (kind,),
                family,
                "merge" if family == "merging" else "layer",
                behind=draw(APPLIED),
                outputs=(Extent((16, 16, 64), (16, 16), 64),),
                sign={"Add": "+", "Concatenate": "concat"}.get(kind, ""),
            )
        )
        links += [
            Link(f"s{head}", f"s{number}", beside=draw(st.sampled_from(["", "mask"])) if head > 0 else "")
            for head in heads
        ]
    children: tuple[Stage | Block, ...] = tuple(stages)
    if count > 3 and draw(st.booleans()):
        first = draw(st.integers(0, count - 2))
        last = draw(st.integers(first + 1, count - 1))
        outside = all(
            not (int(link.head[1:]) < first) or int(link.tail[1:]) < first for link in links
        )  # what stands before reads nothing of the block
        if outside:
            block = Block("block", "a block", tuple(stages[first : last + 1]), draw(st.sampled_from([1, 12])))
            children = (*stages[:first], block, *stages[last + 1 :])
    return Flow("drawn", "", children, tuple(links))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flows(), st.sampled_from(DIRECTIONS), st.sampled_from([None, 480.0]))
def test_any_flow(page: Any, flow: Flow, direction: Direction, width: float | None) -> None:
    """Whatever stands beside what: nothing lies on anything else, and no text is cut by a line."""
    try:
        picture = blocks_to_picture(flow, look(direction, width=width))
    except UsageError:
        assert width is not None
        return
    check(page, picture_to_svg(picture))


def crossings(flow: Flow, picture: Picture) -> list[tuple[str, str]]:
    """The links whose lines run through stages that are neither their tail nor their head, with these stages."""
    boxes: dict[str, list[tuple[float, float, float, float]]] = {}
    for id, part in stages_of(picture).items():
        boxes[id] = [
            (one.x, one.y, one.x + one.width, one.y + one.height)
            if isinstance(one, Rectangle)
            else (one.x - one.radius, one.y - one.radius, one.x + one.radius, one.y + one.radius)
            for one in part.shapes
            if isinstance(one, Rectangle | Circle)
        ]
    ends = {f"{link.tail} → {link.head}": (link.tail, link.head) for link in flow.links}
    found = []
    for link in picture.walk():
        if not isinstance(link, Part) or link.kind != "link" or not isinstance(link.shapes[0], Path):
            continue
        points = [step.to for step in link.shapes[0].steps if not isinstance(step, Close)]
        for (x, y), (u, v) in pairwise(points):
            left, right, top, bottom = min(x, u), max(x, u), min(y, v), max(y, v)
            found += [
                (link.title, id)
                for id, own in boxes.items()
                if id not in ends[link.title]
                and any(left < box[2] and right > box[0] and top < box[3] and bottom > box[1] for box in own)
            ]
    return found


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_no_line_runs_through_a_block_of_another(direction: Direction) -> None:
    for name in [*ARCHITECTURES, "attention", "residual"]:
        picture = blocks_to_picture(flow_of(name), look(direction))
        assert crossings(flow_of(name), picture) == []


@settings(max_examples=150, deadline=None)
@given(flows(), st.sampled_from(DIRECTIONS))
def test_no_line_runs_through_a_block_of_another_in_any_flow(flow: Flow, direction: Direction) -> None:
    assert crossings(flow, blocks_to_picture(flow, look(direction))) == []


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_words_stand_at_the_block_that_they_belong_to(page: Any, direction: Direction) -> None:
    """Three branches side by side: the words of an outer one stand on its side, with none between."""
    stages = [
        Stage(name, (name,), ("Dense",), "dense", outputs=(Extent((8,), (), 8),)) for name in ("x", "a", "b", "c", "y")
    ]
    links = tuple(Link("x", name) for name in "abc") + tuple(Link(name, "y") for name in "abc")
    for name in "abc":
        flow = Flow("branches", "", tuple(stages), links, (Annotation("look", name, name),))
        picture = blocks_to_picture(flow, look(direction))
        check(page, picture_to_svg(picture))
        words = next(shape for shape in picture.walk() if isinstance(shape, Text) and shape.text == "look")
        places = {id: center(part) for id, part in stages_of(picture).items()}
        near = min("abc", key=lambda id: abs(places[id][0] - words.x) + abs(places[id][1] - words.y))
        note = next(part for part in picture.walk() if isinstance(part, Part) and part.kind == "annotation")
        mark = note.shapes[0]
        assert isinstance(mark, Path)
        if name == "b":  # a line leads there
            box = next(shape for shape in stages_of(picture)["b"].shapes if isinstance(shape, Rectangle))
            x, y = next(step.to for step in mark.steps if not isinstance(step, Close))
            assert box.x - 1 < x < box.x + box.width + 1 and box.y - 1 < y < box.y + box.height + 1
        else:
            assert near == name


def test_what_is_not_drawn_is_said_below_the_caption() -> None:
    flow = flow_of("encoder")
    (count,) = [count for name, count in flow.omitted_classes if name == "Dropout"]
    for caption in (True, False):
        said = texts_of(blocks_to_picture(flow, look(caption=caption)))
        assert (f"not drawn: {count} Dropout" in said) == caption


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_no_word_is_elided_without_need(direction: Direction) -> None:
    """Without a width, blocks are as wide as their words, however large these are."""
    for name in (*ARCHITECTURES, "attention"):
        for size in (8, 14, 20):
            said = texts_of(blocks_to_picture(flow_of(name), look(direction, size=size * 96 / 72)))
            assert not [text for text in said if "…" in text and " … " not in text]


def test_what_only_the_first_repeat_has_says_so() -> None:
    flow = flow_of("resnet50")
    picture = blocks_to_picture(flow, look())
    some = [stage for stage in flow.stages if stage.present]
    assert some
    for stage in flow.stages:
        part = stages_of(picture)[stage.id]
        dashed = any(isinstance(shape, Rectangle) and shape.dash for shape in part.shapes)
        assert dashed == ("1st only" in texts_of(part)) == (stage in some)
    titles = {part.title for part in picture.walk() if isinstance(part, Part) and part.kind == "link"}
    assert {f"{link.tail} → {link.head}" for link in flow.links if link.passes} <= titles
