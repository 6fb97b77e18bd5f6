"""Pages made by hand: everything that a page can hold, with names wherever it has one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netviz.pages import (
    Activation,
    CallDetails,
    Drawing,
    FindingDetails,
    LayerDetails,
    Level,
    Link,
    Page,
    Passing,
    Tiles,
    WeightDetails,
    WeightFigures,
)
from netviz.views import FAMILIES, Column, Kind, Row, Sheet, Table
from tests.render.diagram.samples import box, chain, diagram

COLUMNS = (
    Column("name", "Layer"),
    Column("class", "Class", "class"),
    Column("input", "Input shape", "shapes"),
    Column("output", "Output shape", "shapes"),
    Column("parameters", "Parameters", "count"),
    Column("connected", "Connected to", "items"),
    Column("path", "Path"),
)


def page_of(names: Sequence[str], **more: Any) -> Page:
    """A layer, a finding and an activation for each name, which is whatever else has a name as well."""
    names = tuple(names)
    details = tuple(layer(name, place, names) for place, name in enumerate(names))
    rows = [
        Row((one.name, one.class_name, ((None, place),), ((None, place + 1),), place, (one.name, "x"), one.path),
            family=one.family)
        for place, one in enumerate(details)
    ]  # fmt: skip
    total = Row(("Total", "", (), (), sum(range(len(names))), (), ""), strong=True)
    facts = tuple(Row((name, name)) for name in names)
    boxes = [
        box(f"{place}", name, one.family, (None, place), 5, names=(name,), layers=(one.path,), activation=name)
        for place, (name, one) in enumerate(zip(names, details, strict=True))
    ]
    drawn = diagram(names[0], boxes, chain(boxes), layers=len(names), parameters=3)
    given: dict[str, Any] = {
        "title": names[0],
        "class_name": names[-1],
        "facts": ((names[0], names[-1]), ("Layers", str(len(names)))),
        "layers": Table("layers", COLUMNS, (*rows, total)),
        "totals": 1,
        "details": details,
        "summary": Sheet(names[0], (Table(names[0], (Column("f", names[0]), Column("v", names[-1])), facts),)),
        "findings": tuple(
            FindingDetails("danger", name, Link(name, place), name, name, (name,)) for place, name in enumerate(names)
        ),
        "looked": names[0],
        "activations": tuple(
            Activation(name, name, name, (Link(name, place),), curve=((-1, 0), (1, 2)), derivative=((-1, 0), (1, 1)))
            for place, name in enumerate(names)
        ),
        "levels": (Level("layers", 0),),
        "drawings": (Drawing(names[0], names[-1], drawn),),
        "version": "0",
    }
    return Page(**{**given, **more})


def layer(name: str, place: int, names: Sequence[str]) -> LayerDetails:
    call = CallDetails(
        (Passing(name, (None, 3), name, (Link(name, place), Link(name))),),
        (Passing("0", None, name, (Link(names[0], 0),)),),
        ((name, name),),
    )
    figures = WeightFigures(4, 1, 0, 0, -1.0, 2.0, 0.5, 0.25, 3.0, (1, 0, 3))
    tiles = Tiles(2, 1, 2, 1, 2.0, bytes([129, 0, 127, 128]), name, (name, name))
    weight = WeightDetails(name, (2, 2), name, True, 4, name, 16, ((4,), name), figures, tiles, name)
    family = FAMILIES[place % len(FAMILIES)]
    return LayerDetails(
        name, name.rpartition("/")[2], name, name, family, calls=(call, call), weights=(weight,),
        settings=((name, name), ("units", "2")), findings=(place,),
    )  # fmt: skip


def table_of(cells: Sequence[tuple[Kind, Sequence[object]]]) -> Page:
    """A page whose table of layers has these columns behind the names."""
    count = len(cells[0][1])
    names = [f"layer_{place}" for place in range(count)]
    columns = (
        Column("name", "Layer"),
        *(Column(f"key{place}", f"{place} {kind}", kind) for place, (kind, _) in enumerate(cells)),
    )
    rows = tuple(Row((name, *(column[place] for _, column in cells))) for place, name in enumerate(names))
    return page_of(names, layers=Table("layers", columns, rows), totals=0, levels=(), drawings=(), problem="none")


def nested(*depths: int) -> Page:
    """A page of layers at these depths, each held by the last that is less deep."""
    page = page_of([f"layer_{place}" for place in range(len(depths))])
    holding: dict[int, int] = {}
    details, rows = [], []
    for place, (depth, one, row) in enumerate(zip(depths, page.details, page.layers.rows, strict=False)):
        parent = holding.get(depth - 1)
        holding[depth] = place
        details.append(LayerDetails(one.path, one.name, one.class_name, one.module, one.family, parent))
        rows.append(Row(row.cells, depth=depth, family=one.family))
    return page_of(
        [one.name for one in details], details=tuple(details),
        layers=Table("layers", COLUMNS, (*rows, page.layers.rows[-1])),
    )  # fmt: skip
