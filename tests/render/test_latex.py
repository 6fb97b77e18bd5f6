from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.render.latex import sheet_to_latex
from netviz.views import Column, Row, Sheet, Table

DOCUMENT = r"""\documentclass{article}
\usepackage{array,booktabs,longtable}
\begin{document}
\input{sheet}
\end{document}
"""


def bare(latex: str) -> str:
    """LaTeX without what is quoted in it, and without the comment at the top."""
    return re.sub(r"\\\\|\\[{}$&#_%]", "", latex.partition("\n")[2])


@settings(deadline=None, max_examples=100)
@given(sheet=st.from_type(Sheet))
def test_only_its_own_marks_are_marks(sheet: Sheet) -> None:
    latex = sheet_to_latex(sheet)
    latex.encode("utf-8")
    text = bare(latex)
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        assert depth >= 0
    assert depth == 0
    assert not re.search(r"[#_%~]|\^(?!\{)", text)
    assert text.count("$") % 2 == 0
    assert text.count("\\begin{") == text.count("\\end{")


@settings(deadline=None, max_examples=100)
@given(sheet=st.from_type(Sheet))
def test_every_row_has_its_cells(sheet: Sheet) -> None:
    lines = [line for line in sheet_to_latex(sheet).split("\n") if re.search(r"\\\\( \\addlinespace\[2pt\])?$", line)]
    wanted = [len(table.columns) - 1 for table in sheet.tables for _ in range(len(table.rows) + table.heading)]
    assert [bare("\n" + line).count("&") for line in lines] == wanted


def test_long_tables_may_break_between_pages(resnet: Sheet) -> None:
    assert "\\begin{longtable}" in sheet_to_latex(resnet)
    assert "\\begin{tabular}" not in sheet_to_latex(resnet)


def test_numbers_are_aligned_to_the_right() -> None:
    table = Table("t", (Column("n", "Name"), Column("v", "Parameters", "count")), (Row(("a", 1234)),))
    latex = sheet_to_latex(Sheet("t", (table,)))
    assert "\\begin{tabular}{@{}lr@{}}" in latex
    assert "a & 1,234 \\\\" in latex


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex with booktabs")
@pytest.mark.parametrize("name", ["lenet", "siamese", "resnet", "hostile"])
def test_compiles(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    (tmp_path / "sheet.tex").write_bytes(sheet_to_latex(request.getfixturevalue(name)).encode())
    (tmp_path / "main.tex").write_text(DOCUMENT)
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "main.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
