"""What is true of every placement, seen by `problems`, which computes with rectangles and points only."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from netviz.render.layout import (
    Cluster,
    Curve,
    Direction,
    Engine,
    Link,
    Node,
    Placement,
    Plan,
    Splines,
    dot,
    engine,
    lay_out,
)
from netviz.render.layout.segments import take_apart
from tests.render.layout.plans import every, plans, problems, residual_chain

DIRECTIONS: tuple[Direction, ...] = ("TB", "BT", "LR", "RL")


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(plans())
def test_nothing_is_wrong_with_any_plan(plan: Plan) -> None:
    assert problems(plan, lay_out(plan)) == []


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(plans(circles=True))
def test_circles_do_no_harm(plan: Plan) -> None:
    """Graphviz may let frames overlap where links lead in circles through them; all else holds."""
    found = problems(plan, lay_out(plan))
    assert not [text for text in found if not any(what in text for what in ("overlaps", "runs through", "header"))]


@settings(max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(plans())
def test_the_same_plan_gives_the_same_placement(plan: Plan) -> None:
    assert lay_out(plan) == lay_out(plan)


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(plans())
def test_ids_take_no_part(plan: Plan) -> None:
    hostile = {item.id: f'"]; x[label=<\\{number}>\n' for number, item in enumerate(every(plan.children))}
    renamed = dataclasses.replace(
        plan,
        children=tuple(_renamed(child, hostile) for child in plan.children),
        links=tuple(Link(hostile.get(link.tail, "?"), hostile.get(link.head, "?")) for link in plan.links),
    )
    parts = [[dot.write_dot(segment.part) for chain in take_apart(one) for segment in chain] for one in (plan, renamed)]
    assert parts[0] == parts[1]


def _renamed(item: Node | Cluster, names: dict[str, str]) -> Node | Cluster:
    if isinstance(item, Node):
        return dataclasses.replace(item, id=names[item.id])
    children = tuple(_renamed(child, names) for child in item.children)
    return dataclasses.replace(item, id=names[item.id], children=children)


def test_nothing() -> None:
    assert lay_out(Plan((), (Link("a", "b"),))) == Placement(0, 0, {}, (Curve(()),))


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("clustered", [False, True])
def test_a_chain_is_straight(direction: Direction, clustered: bool) -> None:
    plan = residual_chain(3, direction=direction, clustered=clustered)
    placed = lay_out(plan)
    sideways = direction in ("LR", "RL")
    boxes = [placed.places[item.id] for item in every(plan.children) if isinstance(item, Node)]
    centers = [box.y + box.height / 2 if sideways else box.x + box.width / 2 for box in boxes]
    assert max(centers) - min(centers) < 0.1
    along = [box.x if sideways else box.y for box in boxes]
    assert along == sorted(along, reverse=direction in ("BT", "RL"))
    assert problems(plan, placed) == []


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("aspect", [0.7, 1.4])
@pytest.mark.parametrize("clustered", [False, True])
def test_long_chains_come_near_the_shape_asked_for(direction: Direction, aspect: float, clustered: bool) -> None:
    plan = residual_chain(40, direction=direction, aspect=aspect, clustered=clustered)
    placed = lay_out(plan)
    assert aspect / 1.6 < placed.width / placed.height < aspect * 1.6
    assert problems(plan, placed) == []


def test_columns_begin_at_the_top_and_follow_each_other() -> None:
    plan = residual_chain(40, aspect=1.4)
    placed = lay_out(plan)
    columns: dict[float, list[str]] = {}
    for name, place in placed.places.items():
        columns.setdefault(place.x, []).append(name)
    assert len(columns) > 2
    assert list(columns) == sorted(columns)
    assert [name for names in columns.values() for name in names] == [child.id for child in plan.children]
    assert len({placed.places[names[0]].y for names in columns.values()}) == 1


def test_a_short_chain_is_one_column() -> None:
    placed = lay_out(residual_chain(3, aspect=3.0))
    assert len({place.x for place in placed.places.values()}) == 1


def test_no_frame_is_broken() -> None:
    placed = lay_out(residual_chain(40, clustered=True, aspect=1.4))
    for block in range(40):
        assert len({placed.places[f"{block}.{name}"].x for name in (0, 1, 2, "add")}) == 1


def test_equal_blocks_are_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    real = engine.run

    def run(graphs: list[str], *, engine: Engine, timeout: float) -> list[dict[str, Any]]:
        sent.extend(graphs)
        return real(graphs, engine=engine, timeout=timeout)

    monkeypatch.setattr("netviz.render.layout.laying.run", run)
    placed = lay_out(residual_chain(300))
    assert len(placed.places) == 1201
    assert len(sent) <= 3


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("ends", [("a", "z"), ("in", "z"), ("in", "out"), ("a", "out")])
def test_parallel_links_are_apart(direction: Direction, ends: tuple[str, str]) -> None:
    chain = [Node(name, 200, 50) for name in "abcz"]
    plan = Plan(
        (Cluster("in", 90, 30, (chain[0],)), *chain[1:3], Cluster("out", 90, 30, (chain[3],))),
        (*(Link(tail, head) for tail, head in ("ab", "bc", "cz")), *[Link(*ends)] * 3),
        direction,
    )
    placed = lay_out(plan)
    assert problems(plan, placed) == []
    assert len({curve.points for curve in placed.curves[-3:]}) == 3


def test_a_loop_is_beside_its_box() -> None:
    plan = Plan((Node("a", 100, 40),), (Link("a", "a"), Link("a", "a")))
    placed = lay_out(plan)
    assert problems(plan, placed) == []
    assert all(curve.points for curve in placed.curves)


def test_parts_without_a_link_are_set_like_a_page() -> None:
    plan = Plan(tuple(Node(f"{number}", 200, 50) for number in range(500)), (), aspect=1.4)
    placed = lay_out(plan)
    assert 1 < placed.width / placed.height < 2
    assert problems(plan, placed) == []


@pytest.mark.parametrize("splines", ["polyline", "line", "ortho"])
def test_other_splines(splines: Splines) -> None:
    plan = dataclasses.replace(residual_chain(3), splines=splines)
    assert not [text for text in problems(plan, lay_out(plan)) if "runs through" not in text]
