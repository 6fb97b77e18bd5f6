"""Every problem that a note can tell of has a name and a remedy: found in the source, so that none is forgotten."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import get_args

import pytest

from netviz.analysis.advice import ADVICE
from netviz.analysis.findings import ABOUT_READING
from netviz.catalog.vulnerabilities import VULNERABILITIES
from netviz.model import Severity
from tests.conftest import ROOT

SEVERITIES = frozenset(get_args(Severity))


CODE = re.compile(r"[a-z]+(?:-[a-z]+)+|unbuilt")


def texts(node: ast.expr | None) -> set[str]:
    """The texts that an expression is made of or can be, in a row of a table those of each cell."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    return set().union(*map(texts, node.elts)) if isinstance(node, ast.Tuple) else set()


def rows(tree: ast.AST) -> Iterator[set[str]]:
    """The texts that stand together in a call, in a row of a table, or in a row and the key of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield set().union(*map(texts, node.args))
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                yield texts(key) | texts(value)


def codes() -> Iterator[tuple[str, str]]:
    """The severity and the code of every note: they stand together where it is made, or in a table."""
    for path in sorted((ROOT / "netviz").rglob("*.py")):
        for row in rows(ast.parse(path.read_text())):
            for severity in SEVERITIES & row:
                yield from ((severity, text) for text in row - SEVERITIES if CODE.fullmatch(text))


BAD = sorted({code for severity, code in codes() if severity in ("warning", "danger")} - ABOUT_READING)


def test_the_source_is_read() -> None:
    assert {"lambda-code", "weights-missing", "checksum-wrong", "external-link"} <= set(BAD)


@pytest.mark.parametrize("code", BAD)
def test_every_problem_has_a_remedy(code: str) -> None:
    row = ADVICE.get(code)
    assert row is not None
    assert row.title and not row.title.endswith(".")
    assert row.remedy.endswith(".")


def test_every_remedy_is_for_something() -> None:
    assert set(ADVICE) <= {code for _, code in codes()}


def test_vulnerabilities_belong_to_codes_that_are_used() -> None:
    assert set(VULNERABILITIES) <= {code for _, code in codes()}
