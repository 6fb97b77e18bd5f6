"""A flow as a table and as data says all that the flow holds."""

from __future__ import annotations

import json

import pytest

from netviz.analysis.figure.flow import build_flow
from netviz.analysis.figure.flow_sheet import build_flow_sheet, flow_document
from netviz.figures import Block, Flow
from netviz.readers import read
from tests.conftest import ROOT

ARCHITECTURES = sorted(path.stem for path in (ROOT / "examples" / "architectures").glob("*.json"))


def flow_of(name: str) -> Flow:
    model = read(ROOT / "examples" / "architectures" / f"{name}.json")
    return build_flow(model, style="blocks", annotate=[(model.root.layers[-1].name, "here")])


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_row_for_every_stage_and_block(name: str) -> None:
    flow = flow_of(name)
    sheet = build_flow_sheet(flow)
    table = sheet.tables[0]
    assert [row.cells[0] for row in table.rows] == [
        (item.title or "block") if isinstance(item, Block) else " · ".join(item.names) for item in flow.walk()
    ]
    column = [column.key for column in table.columns].index("parameters")
    blocks = [isinstance(item, Block) for item in flow.walk()]
    counts = [row.cells[column] or 0 for row, block in zip(table.rows, blocks, strict=True) if not block]
    assert sum(int(str(count)) for count in counts) == flow.parameters
    assert [table.name for table in sheet.tables] == ["figure", "annotations", "about"]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_document_holds_every_stage_and_link(name: str) -> None:
    flow = flow_of(name)
    document = json.loads(json.dumps(flow_document(flow, "1.2", "blocks")))
    assert (document["netviz"], document["schema"], document["title"]) == ("1.2", 1, flow.title)
    found = []
    stack = list(reversed(document["children"]))
    while stack:
        item = stack.pop()
        found.append((item["kind"] == "block", item["id"], item["parameters"]))
        stack.extend(reversed(item.get("children", [])))
    assert found == [(isinstance(item, Block), item.id, item.parameters) for item in flow.walk()]
    assert [(link["tail"], link["head"]) for link in document["links"]] == [(one.tail, one.head) for one in flow.links]
    assert [note["text"] for note in document["annotations"]] == ["here"]
