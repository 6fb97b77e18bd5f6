"""Every problem that a note can tell of has a name and a remedy: found in the source, so that none is forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import get_args

import pytest

from netviz.analysis.findings import OF_READING, advice
from netviz.catalog.vulnerabilities import VULNERABILITIES
from netviz.model import Severity
from tests.conftest import ROOT

SEVERITIES = frozenset(get_args(Severity))


def stated(node: ast.expr) -> list[str]:
    """The texts that an expression can be: both of a conditional one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*stated(node.body), *stated(node.orelse)]
    return []


def codes() -> Iterator[tuple[str, str]]:
    """The severity and the code of every note: side by side in the call that makes it, or in the row of a table."""
    for path in sorted((ROOT / "netviz").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            row = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
            for severity, code in pairwise(row):
                for bad in SEVERITIES.intersection(stated(severity)):
                    yield from ((bad, text) for text in stated(code) if text not in SEVERITIES)


BAD = sorted({code for severity, code in codes() if severity in ("warning", "danger")} - OF_READING)


def test_the_source_is_read() -> None:
    assert {"lambda-code", "weights-missing", "checksum-wrong", "external-link"} <= set(BAD)


@pytest.mark.parametrize("code", BAD)
def test_every_problem_has_a_remedy(code: str) -> None:
    row = advice(code)
    assert row is not None
    assert row.title and not row.title.endswith(".")
    assert row.remedy.endswith(".")


def test_vulnerabilities_belong_to_codes_that_are_used() -> None:
    assert set(VULNERABILITIES) <= {code for _, code in codes()}
