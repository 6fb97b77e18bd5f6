"""Arrangements of any graph: what must be true of where its stages stand, and of how papers draw the usual ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.figures import Block, Flow, Link, Stage
from netviz.render.figure.arrange import Arrangement, arrange, nested


def stage(id: str) -> Stage:
    return Stage(id, (id,), ("Dense",), "dense")


def flow(text: str, *blocks: tuple[str, ...]) -> Flow:
    """A flow of links such as "a>b b>c", whose stages come in the order of the alphabet, some of them in blocks."""
    links = tuple(Link(pair.partition(">")[0], pair.partition(">")[2]) for pair in text.split())
    names = sorted({name for link in links for name in (link.tail, link.head)})
    held = {name: block for block in blocks for name in block}
    children: list[Stage | Block] = []
    for name in names:
        block = held.get(name)
        if block is None:
            children.append(stage(name))
        elif name == block[0]:
            children.append(Block("".join(block), "", tuple(map(stage, block)), 3))
    return Flow("", "", tuple(children), links)


@st.composite
def graphs(draw: st.DrawFn) -> Flow:
    """Any graph without circles: stages in the order of computation, cut into blocks within blocks."""
    count = draw(st.integers(1, 24))
    pairs = [(tail, head) for head in range(count) for tail in range(head)]
    near = [pair for pair in pairs if pair[1] - pair[0] < 5]
    chosen = draw(st.lists(st.sampled_from(near or [(0, 0)]), max_size=40, unique=True))
    far = draw(st.lists(st.sampled_from(pairs or [(0, 0)]), max_size=8, unique=True))
    links = tuple(Link(f"s{tail}", f"s{head}") for tail, head in dict.fromkeys(chosen + far) if tail < head)
    children: Sequence[Stage | Block] = [stage(f"s{number}") for number in range(count)]
    for depth in range(draw(st.integers(0, 2))):
        at, grouped = 0, list[Stage | Block]()
        while at < len(children):
            size = draw(st.integers(1, 5))
            piece = tuple(children[at : at + size])
            grouped += [Block(f"b{depth}.{at}", "", piece, size)] if draw(st.booleans()) else piece
            at += size
        children = grouped
    return Flow("", "", tuple(children), links)


def within(block: Block) -> set[str]:
    return {item.id for item in Flow("", "", (block,), ()).stages}


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_holds_for_any_graph(flow: Flow) -> None:
    found = arrange(flow)
    assert set(found.spots) == {stage.id for stage in flow.stages}
    places = [(spot.rank, spot.lane) for spot in found.spots.values()]
    assert all(one[0] != other[0] or abs(one[1] - other[1]) >= 1 for one, other in combinations(places, 2))
    assert min(rank for rank, _ in places) == 0
    assert max(rank for rank, _ in places) == found.ranks - 1
    assert all(found.low <= lane <= found.high for _, lane in places)
    assert [way.link for way in found.ways] == list(flow.links)
    assert all(found.spots[link.tail].rank < found.spots[link.head].rank for link in flow.links)
    assert arrange(flow) == found


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_nothing_stands_in_the_way_of_a_link(flow: Flow) -> None:
    found = arrange(flow)
    for way in found.ways:
        tail, head = found.spots[way.link.tail], found.spots[way.link.head]
        if way.skips:
            continue
        assert tail.rank <= way.bend < head.rank
        for name, spot in found.spots.items():
            lane = tail.lane if spot.rank <= way.bend else head.lane
            met = tail.rank < spot.rank < head.rank and abs(spot.lane - lane) < 1
            assert not met or name in (way.link.tail, way.link.head)


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_frames_hold_their_own_stages_and_no_others(flow: Flow) -> None:
    found = arrange(flow)
    for block in (item for item in flow.walk() if isinstance(item, Block)):
        frame = found.frames[block.id]
        inside = within(block)
        for name, spot in found.spots.items():
            held = frame.first <= spot.rank <= frame.last and frame.low - 1 < spot.lane < frame.high + 1
            assert held == (name in inside)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 20)).map(lambda span: (span[0], sum(span))), max_size=25))
def test_arcs_that_share_a_part_differ_in_level(spans: list[tuple[int, int]]) -> None:
    levels = nested(spans)
    for (one, level), (other, its) in combinations(zip(spans, levels, strict=True), 2):
        if one[0] < other[1] and other[0] < one[1]:
            assert level != its
            if one != other and one[0] <= other[0] and other[1] <= one[1]:
                assert level > its
    assert all(level >= 1 for level in levels)
    assert max(levels, default=0) <= len(spans)


def lanes(found: Arrangement, names: str) -> list[float]:
    return [found.spots[name].lane for name in names]


def arcs(found: Arrangement) -> dict[str, int]:
    return {way.link.tail + way.link.head: way.level for way in found.ways if way.skips}


def test_without_links_stages_stand_in_a_row() -> None:
    children = (stage("a"), Block("x", "", (stage("b"), stage("c")), 2), stage("d"))
    found = arrange(Flow("", "", children, ()))
    assert [(found.spots[name].rank, found.spots[name].lane) for name in "abcd"] == [(0, 0), (1, 0), (2, 0), (3, 0)]


def test_what_has_no_link_stands_beside() -> None:
    found = arrange(Flow("", "", tuple(map(stage, "abc")), (Link("a", "b"),)))
    assert found.spots["c"].lane != found.spots["a"].lane == found.spots["b"].lane


def test_identity_shortcuts_are_arcs_of_one_level() -> None:
    found = arrange(flow("a>b b>c c>d a>d d>e e>f f>g d>g"))
    assert lanes(found, "abcdefg") == [0] * 7
    assert arcs(found) == {"ad": 1, "dg": 1}


def test_long_skips_nest() -> None:
    found = arrange(flow("a>b b>c c>d d>e e>f f>g a>g b>f c>e"))
    assert arcs(found) == {"ag": 3, "bf": 2, "ce": 1}


def test_a_projection_stands_in_a_lane_beside() -> None:
    found = arrange(flow("a>b b>c c>d a>x d>z x>z"))
    assert lanes(found, "abcdz") == [0] * 5
    assert found.spots["x"].lane == -1
    assert found.spots["b"].rank < found.spots["x"].rank < found.spots["d"].rank
    assert arcs(found) == {}


def test_branches_stand_around_the_spine() -> None:
    found = arrange(flow("a>b a>c a>d a>e c>f d>g g>h b>z f>z h>z e>z"))
    assert lanes(found, "abcdez") == [0, -1.5, -0.5, 0.5, 1.5, 0]
    assert lanes(found, "fgh") == [-0.5, 0.5, 0.5]
    assert arcs(found) == {}


def test_two_inputs_stand_side_by_side_close_to_what_joins_them() -> None:
    found = arrange(flow("a>b b>c c>z d>e e>z z>zz"))
    assert lanes(found, "abcde") == [-0.5, -0.5, -0.5, 0.5, 0.5]
    assert found.spots["e"].rank == found.spots["c"].rank == found.spots["z"].rank - 1
    assert lanes(found, "z") == [0]


def test_an_input_that_comes_in_late_leaves_the_spine_straight() -> None:
    found = arrange(flow("a>b b>c c>z d>z"))
    assert lanes(found, "abcz") == [0] * 4
    assert (found.spots["d"].rank, found.spots["d"].lane) == (found.spots["c"].rank, -1)


def test_a_second_output_leaves_the_spine_straight() -> None:
    found = arrange(flow("a>b b>c b>x c>d d>e"))
    assert lanes(found, "abcde") == [0] * 5
    assert found.spots["x"].lane == 1


def test_arcs_of_a_lower_lane_run_below() -> None:
    found = arrange(flow("a>b b>c a>c d>e e>f d>f c>z f>z"))
    sides = {way.link.tail: way.side for way in found.ways if way.skips}
    assert sides == {"a": "before", "d": "after"}


def test_branches_in_a_block_widen_its_frame() -> None:
    found = arrange(flow("a>b b>c b>d c>e d>e e>f", ("b", "c", "d", "e")))
    frame = found.frames["bcde"]
    assert (frame.first, frame.last, frame.low, frame.high) == (1, 3, -0.5, 0.5)


def test_a_thousand_layers_of_cells_are_arranged_one_after_the_other() -> None:
    text = " ".join(
        f"{at:05}>{at + 1:05} {at:05}>{at + 2:05} {at + 1:05}>{at + 3:05} {at + 2:05}>{at + 3:05}"
        for at in range(0, 3000, 3)
    )
    found = arrange(flow(text))
    assert len(found.spots) == 3001
    assert found.ranks >= 2000


def test_a_projection_in_a_block_stands_beside_its_spine() -> None:
    found = arrange(flow("a>b b>c c>d a>ca ca>d d>e", ("b", "c", "ca", "d")))
    assert lanes(found, "abcd") == [0] * 4
    assert found.spots["ca"].lane == -1
