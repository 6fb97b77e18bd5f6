"""What folding gives holds every vertex once, in order; repeats are alike edge by edge; and planted ones are found."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.analysis.diagram.fold import Feed, Item, Repeat, Vertex, fold, members, shown
from netviz.analysis.diagram.runs import least_rotation, runs

Graph = list[Vertex]


# the oracle: what a folded graph must be, told from the graph alone


def check(graph: Graph, items: Sequence[Item], outputs: Collection[int] = ()) -> None:
    """Assert that the items are the graph: each vertex once, in order, and all repeats alike."""
    readers: dict[int | None, list[int]] = {output: [-1] for output in outputs}
    for index, vertex in enumerate(graph):
        if not vertex.optional:
            for _, source, _ in feeds(graph, index):
                readers.setdefault(source, []).append(index)
    flat = [vertex for item in items for vertex in members(item)]
    assert sorted(flat) == list(range(len(graph)))
    place = {vertex: number for number, vertex in enumerate(flat)}
    for number in flat:
        assert all(place[source] < place[number] for source in sources(graph, number))
    boxes = 0
    for item in items:
        boxes += check_places(graph, [item])
        for repeat in all_repeats(item):
            check_repeats(graph, repeat, readers)
    assert shown(items) == boxes


def sources(graph: Graph, vertex: int) -> list[int]:
    return [feed.source for feed in graph[vertex].feeds if feed.source is not None]


def members_of(item: Item | None) -> tuple[int, ...]:
    return () if item is None else members(item)


def all_repeats(item: Item | None) -> Iterator[Repeat]:
    if isinstance(item, Repeat):
        yield item
        for block in item.repeats:
            for place in block:
                yield from all_repeats(place)


def check_places(graph: Graph, alike: list[Item]) -> int:
    """Assert that what stands in one place is alike; how many boxes the place is drawn as."""
    if all(isinstance(item, int) for item in alike):
        looks = {
            (graph[item].label, graph[item].optional, tuple(feed.argument for feed in graph[item].feeds))
            for item in alike
            if isinstance(item, int)
        }
        assert len(looks) == 1
        return 1
    repeats = [item for item in alike if isinstance(item, Repeat)]
    assert len(repeats) == len(alike), "vertices and repeats in one place"
    assert len({repeat.parallel for repeat in repeats}) == 1
    assert max(len(repeat.repeats) for repeat in repeats) >= 2, "nothing repeats here"
    blocks = [block for repeat in repeats for block in repeat.repeats]
    assert len({len(block) for block in blocks}) == 1
    boxes = 0
    for column in zip(*blocks, strict=True):
        there = [item for item in column if item is not None]
        assert there
        if len(there) < len(column):
            assert all(isinstance(item, int) and graph[item].optional for item in there)
        boxes += check_places(graph, there)
    return boxes


Path = tuple[int, ...]


def spread(graph: Graph, block: Sequence[Item | None], path: Path = ()) -> Iterator[tuple[Path, Path, int]]:
    """Every vertex that is not optional, with its place (without which repeat it is in) and the repeats it is in."""
    for place, item in enumerate(block):
        if isinstance(item, Repeat):
            for turn, inner in enumerate(item.repeats):
                for where, turns, vertex in spread(graph, inner, (*path, place)):
                    yield where, (turn, *turns), vertex
        elif item is not None and not graph[item].optional:
            yield (*path, place), (), item


def feeds(graph: Graph, vertex: int) -> list[tuple[str, int | None, int]]:
    """What a vertex reads, optional vertices looked through."""
    found = []
    for feed in graph[vertex].feeds:
        source, output = feed.source, feed.output
        while source is not None and graph[source].optional and len(graph[source].feeds) == 1:
            (through,) = graph[source].feeds
            source, output = through.source, through.output
        found.append((feed.argument, source, output))
    return found


def check_repeats(graph: Graph, repeat: Repeat, readers: dict[int | None, list[int]]) -> None:
    """Assert that every repeat is wired like the first one.

    Where all hold repeats of the same number, edge by edge: within the repeat, from one vertex outside of all, or from
    the same place of the repeat n before, with one vertex outside for each place of the repeats before the first. And
    what is read from outside is so in every repeat, or in the last n.
    Else by place: the same places must be joined within each repeat.
    """
    blocks = [list(spread(graph, block)) for block in repeat.repeats]
    keys = [[(where, turns) for where, turns, _ in block] for block in blocks]
    inside = {vertex for block in blocks for _, _, vertex in block}
    if all(key == keys[0] for key in keys):
        spot: dict[int | None, tuple[int, tuple[Path, Path]]] = {
            vertex: (turn, (where, turns)) for turn, block in enumerate(blocks) for where, turns, vertex in block
        }
        back: dict[tuple[Path, Path], int] = {}
        before: dict[tuple[Any, ...], int | None] = {}
        for number in range(len(keys[0])):
            wires = list(zip(*(feeds(graph, block[number][2]) for block in blocks), strict=True))
            for wire in wires:
                assert len({(argument, output) for argument, _, output in wire}) == 1
                given = [source for _, source, _ in wire]
                if not inside.intersection(given):
                    assert len(set(given)) == 1
                    continue
                first = next(turn for turn, source in enumerate(given) if source in inside)
                for turn, source in enumerate(given):
                    if turn < first:
                        stands_for = (turn - first, *spot[given[first]][1])
                        assert before.setdefault(stands_for, source) == source
                    else:
                        assert source in inside
                        assert spot[source] == (turn - first, spot[given[first]][1])
                key = spot[given[first]][1]
                back[key] = max(first, back.get(key, 1))
        for number, key in enumerate(keys[0]):
            leaves = [any(reader not in inside for reader in readers.get(block[number][2], ())) for block in blocks]
            assert all(leaves) or not any(leaves[: len(blocks) - back.get(key, 1)])
    for block in blocks[1:]:
        assert joined(graph, block) == joined(graph, blocks[0])
    number_of = {vertex: n for n, block in enumerate(repeat.repeats) for place in block for vertex in members_of(place)}
    chained = any(
        number_of.get(source, number) != number
        for vertex, number in number_of.items()
        for source in sources(graph, vertex)
    )
    assert len(blocks) == 1 or repeat.parallel is not chained


def joined(graph: Graph, block: list[tuple[Path, Path, int]]) -> set[tuple[Any, ...]]:
    """The places that are joined in a block, but for those of different repeats of what repeats in it."""
    spot = {vertex: (where, turns) for where, turns, vertex in block}
    found = set()
    for where, turns, vertex in block:
        for argument, source, output in feeds(graph, vertex):
            if source in spot:
                came, turned = spot[source]
                shared = next((n for n, (a, b) in enumerate(zip(came, where, strict=False)) if a != b), len(turns))
                if turned[:shared] == turns[:shared]:
                    found.add((came, where, argument, output))
    return found


# graphs


@st.composite
def graphs(draw: st.DrawFn, damaged: bool = False) -> Graph:
    """Graphs of few labels, made of blocks that repeat or nearly do, with one vertex at the end."""
    graph: Graph = [Vertex("in")]
    labels = st.sampled_from("abc")
    reads = st.tuples(st.integers(1, 4), st.sampled_from([0, 0, 0, 1]))

    def block(depth: int) -> list[Any]:
        kinds = st.sampled_from(["vertex", "vertex", "vertex", "repeat"] if depth else ["vertex"])
        return [
            (draw(labels), draw(st.lists(reads, min_size=1, max_size=2)), draw(st.integers(0, 9)) == 0)
            if kind == "vertex"
            else (draw(st.integers(1, 4)), block(depth - 1))
            for kind in draw(st.lists(kinds, min_size=1, max_size=4))
        ]

    def write(steps: list[Any]) -> None:
        for step in steps:
            if len(step) == 2:
                for _ in range(step[0]):
                    write(step[1])
            elif len(graph) < 120:
                label, back, odd = step
                given = [(max(0, len(graph) - distance), output) for distance, output in back]
                if odd and draw(st.booleans()):  # not the same each time it is written
                    given = [(draw(st.integers(0, len(graph) - 1)), 0)]
                graph.append(Vertex(label, tuple(Feed(str(n), *feed) for n, feed in enumerate(given))))

    write(block(3))
    unread = sorted(
        set(range(len(graph))) - {source for vertex in range(len(graph)) for source in sources(graph, vertex)}
    )
    graph.append(Vertex("out", tuple(Feed(f"0.{n}", source) for n, source in enumerate(unread))))
    for index, vertex in enumerate(graph):
        reading = sum(index in sources(graph, reader) for reader in range(len(graph)))
        graph[index] = replace(vertex, optional=vertex.label == "c" and len(vertex.feeds) == 1 and reading == 1)
    if damaged:
        for index in draw(st.lists(st.integers(0, len(graph) - 1), max_size=5)):
            feed = Feed("0", draw(st.none() | st.integers(-3, len(graph) + 3)), draw(st.integers(-1, 2)))
            graph[index] = Vertex(graph[index].label, (feed, *graph[index].feeds[1:]), draw(st.booleans()))
    return graph


def shuffled(graph: Graph, seed: int) -> tuple[Graph, list[int]]:
    """The same graph stored in another order, and the new index of each vertex."""
    new = list(range(len(graph)))
    random.Random(seed).shuffle(new)
    stored: Graph = [Vertex("")] * len(graph)
    for index, vertex in enumerate(graph):
        stored[new[index]] = Vertex(
            vertex.label,
            tuple(
                Feed(feed.argument, None if feed.source is None else new[feed.source], feed.output)
                for feed in vertex.feeds
            ),
            vertex.optional,
        )
    return stored, new


def renumbered(item: Item | None, new: list[int]) -> Item | None:
    if isinstance(item, Repeat):
        blocks = tuple(tuple(renumbered(place, new) for place in block) for block in item.repeats)
        return Repeat(blocks, item.parallel)
    return None if item is None else new[item]


def chain(labels: str) -> Graph:
    """One vertex per letter, each reading the one before; capitals are optional."""
    return [
        Vertex(label, (Feed("0", place - 1),) if place else (), label.isupper()) for place, label in enumerate(labels)
    ]


class Net:
    """A graph that is written call by call."""

    def __init__(self) -> None:
        self.graph: Graph = []

    def __call__(self, label: str, *read: int | None, output: int = 0) -> int:
        feeds = tuple(Feed(str(place), source, output) for place, source in enumerate(read))
        self.graph.append(Vertex(label, feeds, label.isupper()))
        return len(self.graph) - 1

    def line(self, labels: str, source: int) -> int:
        for label in labels:
            source = self(label, source)
        return source

    def fold(self, *outputs: int) -> tuple[Item, ...]:
        items = fold(self.graph, outputs=outputs)
        check(self.graph, items, outputs)
        return items

    def shape(self, item: Item) -> str:
        """The labels of an item in short: (ab)3 is a repeat, (ab)2|3 stand for each other."""
        return self._shape([item])

    def _shape(self, alike: list[Item]) -> str:
        if isinstance(alike[0], int):
            return str(self.graph[alike[0]].label)
        repeats = [item for item in alike if isinstance(item, Repeat)]
        columns = zip(*(block for repeat in repeats for block in repeat.repeats), strict=True)
        inside = "".join(
            self._shape([item for item in column if item is not None]) + "?" * (None in column) for column in columns
        )
        numbers = [str(len(repeat.repeats)) for repeat in repeats]
        counts = "|".join(numbers if len(set(numbers)) > 1 else numbers[:1])
        return f"({inside}){counts}" + "p" * repeats[0].parallel


# what is true of every graph


@settings(max_examples=600, deadline=None)
@given(graphs())
def test_every_vertex_stands_once_in_order_and_repeats_are_alike(graph: Graph) -> None:
    check(graph, fold(graph))


@settings(max_examples=300, deadline=None)
@given(graphs(), st.data())
def test_outputs_leave_the_last_repeat_or_every_one(graph: Graph, data: st.DataObject) -> None:
    outputs = data.draw(st.lists(st.integers(0, len(graph) - 1), max_size=3, unique=True))
    outputs = [output for output in outputs if not graph[output].optional]
    check(graph, fold(graph, outputs=outputs), outputs)


@settings(max_examples=300, deadline=None)
@given(graphs(), st.integers(0, 10**6))
def test_the_stored_order_does_not_matter(graph: Graph, seed: int) -> None:
    stored, new = shuffled(graph, seed)
    assert tuple(renumbered(item, new) for item in fold(graph)) == fold(stored)


@settings(max_examples=300, deadline=None)
@given(graphs(damaged=True), st.lists(st.integers(-2, 130), max_size=3))
def test_damaged_graphs_keep_every_vertex(graph: Graph, outputs: list[int]) -> None:
    items = fold(graph, outputs=outputs)
    assert sorted(vertex for item in items for vertex in members(item)) == list(range(len(graph)))
    assert 0 < shown(items) <= len(graph)


def test_nothing_folds_to_nothing() -> None:
    assert fold([]) == ()
    assert shown(()) == 0


# planted repeats


@st.composite
def planted(draw: st.DrawFn) -> tuple[Net, int]:
    """A stem, stages that each hold a block several times, and a tail; and how many labels there are.

    All labels of a block differ, and each block has one way in and one way out.
    """
    net = Net()

    def random_block(name: str) -> list[tuple[str, list[int]]]:
        """By vertex its label and how far before it what it reads stands; the last one reads all that is unread."""
        size = draw(st.integers(1, 6))
        steps = [(f"{name}{n}", [draw(st.integers(1, n + 1))]) for n in range(size)]
        read = {n - steps[n][1][0] for n in range(size)}
        last = steps[-1][1][0]
        return [*steps, (f"{name}end", [size - n for n in range(size) if n not in read] or [last])]

    def write(block: list[tuple[str, list[int]]], source: int) -> int:
        base = len(net.graph)
        for label, back in block:
            place = len(net.graph)
            net(label, *(place - distance if place - distance >= base else source for distance in back))
        return len(net.graph) - 1

    stem, head, body, tail = (random_block(name) for name in ("stem", "head", "body", "tail"))
    last = write(stem, net("in"))
    for _ in range(draw(st.integers(2, 4))):
        last = write(head, last)
        for _ in range(draw(st.integers(1, 4))):
            last = write(body, last)
    write(tail, last)
    return net, 1 + len(stem) + len(head) + len(body) + len(tail)


@settings(max_examples=200, deadline=None)
@given(planted())
def test_planted_blocks_of_blocks_are_found(found: tuple[Net, int]) -> None:
    net, labels = found
    assert shown(net.fold()) == labels


def residual(blocks: Sequence[int]) -> Net:
    """Stages of residual blocks, the first of each with a convolution in its shortcut, as in a ResNet."""
    net = Net()
    last = net.line("pq", net("in"))
    for count in blocks:
        for number in range(count):
            main = net.line("cbrcbrcb", last)
            shortcut = last if number else net.line("cb", last)
            last = net("r", net("+", shortcut, main))
    net.line("xy", last)
    return net


def test_stages_of_different_length_fold_into_one_another() -> None:
    net = residual([3, 4, 6, 3])
    items = net.fold()
    assert [net.shape(item) for item in items][3:-2] == ["((cbr)2cbcb+r((cbr)2cb+r)2|3|5|2)4"]


def test_blocks_begin_where_their_input_forks() -> None:
    net = Net()
    last = net("in")
    for _ in range(4):
        last = net("r", net("+", net.line("abc", last), last))
    assert [net.shape(item) for item in net.fold()] == ["in", "(abc+r)4"]


def test_cells_that_read_the_two_before() -> None:
    net = Net()
    one = net("in")
    two = net.line("s", one)
    for _ in range(5):
        one, two = two, net("+", net.line("ab", two), net("d", one))
    net("out", two)
    assert [net.shape(item) for item in net.fold()] == ["in", "s", "(abd+)5", "out"]


def test_a_cell_that_reads_another_one_is_no_repeat() -> None:
    net = Net()
    cells = [net("in")]
    for before in (1, 1, 3, 1, 1):  # the third does not read the one before it
        cells.append(net("+", net.line("ab", cells[-1]), net("d", cells[-before])))
    net("out", cells[-1])
    assert max(len(repeat.repeats) for item in net.fold() for repeat in all_repeats(item)) == 2


def test_a_mask_goes_into_every_block() -> None:
    net = Net()
    last, mask = net("in"), net("mask")
    for _ in range(6):
        last = net("+", net("a", last, mask), last)
    assert sorted(net.shape(item) for item in net.fold()) == ["(a+)6", "in", "mask"]


def test_branches_stand_side_by_side() -> None:
    net = Net()
    first = net("in")
    net("cat", *(net.line("ab", first) for _ in range(4)))
    assert [net.shape(item) for item in net.fold()] == ["in", "(ab)4p", "cat"]


def test_branches_of_one_and_of_more_blocks_fold_into_one_another() -> None:
    net = Net()
    first = net("in")
    net("cat", *(net.line("cbr" * count, first) for count in (1, 2, 3)))
    assert [net.shape(item) for item in net.fold()] == ["in", "((cbr)3|2|1)3p", "cat"]


def test_a_stem_that_is_read_again_is_no_block() -> None:
    net = Net()
    stem = net.line("cbr", net("in"))
    net("+", net.line("cbrcbr", stem), stem)
    assert [net.shape(item) for item in net.fold()] == ["in", "c", "b", "r", "(cbr)2", "+"]


def test_what_leaves_as_an_output_ends_a_repeat() -> None:
    net = Net()
    middle = net.line("abab", net("in"))
    last = net.line("ababab", middle)
    assert [net.shape(item) for item in net.fold(middle, last)] == ["in", "(ab)2", "(ab)3"]
    assert [net.shape(item) for item in net.fold(last)] == ["in", "(ab)5"]


def test_every_level_of_a_u_net_may_be_read_again() -> None:
    net = Net()
    last, levels = net("in"), []
    for _ in range(4):
        levels.append(last := net.line("cc", last))
        last = net("pool", last)
    last = net.line("m", last)
    for level in reversed(levels):
        last = net.line("dd", net("cat", net("up", last), level))
    shapes = [net.shape(item) for item in net.fold()]
    assert shapes[: shapes.index("m")] in (["in", "((c)2pool)4"], ["in", "(c)2", "(pool(c)2)3", "pool"])


def test_outputs_and_arguments_of_repeats_are_the_same() -> None:
    net = Net()
    last = net("in")
    for number in range(4):
        last = net("split", last, output=number % 2)
    assert [net.shape(item) for item in net.fold()] == ["in", "(splitsplit)2"]


def test_optional_vertices_may_be_missing() -> None:
    net = Net()
    net.line("aPbabaPQbaQb", net("in"))
    assert [net.shape(item) for item in net.fold()] == ["in", "(aP?Q?b)4"]


def test_an_optional_vertex_stands_behind_what_it_alone_reads() -> None:
    net = Net()
    last = net("in")
    for number in range(4):
        last = net.line("aD" if number % 2 else "a", last)
        last = net("+", net("b", last), net("c", last))
    assert [net.shape(item) for item in net.fold()] == ["in", "(aD?bc+)4"]


def dense(net: Net, source: int, *, backward: bool = False) -> int:
    """Three vertices in a chain, all of them read by a last one."""
    found = [source := net("a", source) for _ in range(3)]
    return net("cat", *(found[::-1] if backward else found))


def test_which_repeat_is_read_matters() -> None:
    net = Net()
    dense(net, dense(net, dense(net, net("in")), backward=True))
    assert not [item for item in net.fold() if net.shape(item).startswith("((a)3cat)")]


def test_a_block_that_stands_alone_is_wired_like_those_that_repeat() -> None:
    for backward in (False, True):
        net = Net()
        last = net("x", dense(net, dense(net, net("in"))))
        net("x", dense(net, last, backward=backward))
        assert ("(((a)3cat)2|1x)2" in [net.shape(item) for item in net.fold()]) is not backward


def test_masks_of_a_block_that_stands_alone_are_the_same_ones() -> None:
    for masks in (1, 2):
        net = Net()
        one, other = net("mask"), net("mask")
        last = net("in")
        for _ in range(2):
            last = net("a", last, one, one)
        last = net("a", net("x", last), one, (one, other)[masks - 1])
        net("out", net("x", last), other)
        assert ("((a)2|1x)2" in [net.shape(item) for item in net.fold()]) is (masks == 1)


def test_a_graph_whose_input_has_no_vertex() -> None:
    net = Net()
    last = None
    for _ in range(3):
        last = net("b", net("a", last))
    assert [net.shape(item) for item in net.fold()] == ["(ab)3"]


# runs


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.integers(0, 1), min_size=1, max_size=20),
    st.integers(3, 4),
    st.lists(st.integers(0, 2), max_size=5),
    st.lists(st.integers(0, 2), max_size=5),
)
def test_runs_of_three_periods_are_found(word: list[int], times: int, before: list[int], after: list[int]) -> None:
    period = next(p for p in range(1, len(word) + 1) if len(word) % p == 0 and word == word[:p] * (len(word) // p))
    labels = [*before, *word * times, *after]
    found = runs(labels)
    assert any(
        run.period == period and run.start <= len(before) and run.stop >= len(before) + len(word) * times
        for run in found
    )
    for run in found:
        assert run.stop - run.start >= 2 * run.period
        assert all(labels[n] == labels[n + run.period] for n in range(run.start, run.stop - run.period))


@given(st.lists(st.integers(0, 2), min_size=1, max_size=12))
def test_the_least_rotation_is_the_first_of_all(word: list[int]) -> None:
    assert least_rotation(tuple(word)) == min((*word[n:], *word[:n]) for n in range(len(word)))


# damaged and large


def test_cycles_are_cut() -> None:
    graph = [Vertex("a", (Feed("0", (place + 1) % 50),)) for place in range(50)]
    items = fold([*graph, Vertex("self", (Feed("0", 50),)), Vertex("after", (Feed("0", 3), Feed("1", 50)))])
    assert sorted(vertex for item in items for vertex in members(item)) == list(range(52))


def steps(graph: Graph) -> int:
    """How many functions are called when a graph is folded."""
    count = 0

    def called(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        fold(graph)
    finally:
        sys.setprofile(before)
    return count


def noise(size: int) -> Graph:
    drawn = random.Random(size)
    return [
        Vertex(drawn.randrange(3), tuple(Feed(str(n), drawn.randrange(max(0, place - 9), place)) for n in range(2)))
        if place
        else Vertex("in")
        for place in range(size)
    ]


LARGE: dict[str, Callable[[int], Graph]] = {
    "residual": lambda size: residual([size // 10]).graph,
    "equal": lambda size: chain("a" * size),
    "different": lambda size: [replace(vertex, label=place) for place, vertex in enumerate(chain("a" * size))],
    "noise": noise,
    "wide": lambda size: [Vertex("in"), *[Vertex("a", (Feed("0", 0),))] * size],
}


@pytest.mark.parametrize("kind", LARGE)
def test_work_grows_with_the_size(kind: str) -> None:
    few, many = LARGE[kind](400), LARGE[kind](4_000)
    assert steps(many) < 15 * steps(few)
