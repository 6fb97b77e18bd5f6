"""A sheet as an artifact: every format that tables are written in."""

from __future__ import annotations

from netviz.artifact import Artifact
from netviz.render.csv import sheet_to_csv
from netviz.render.data import data_to_json
from netviz.render.html import html_document, sheet_to_html
from netviz.render.latex import sheet_to_latex
from netviz.render.markdown import sheet_to_markdown
from netviz.render.text import sheet_to_text
from netviz.views import Sheet


def sheet_artifact(name: str, sheet: Sheet, data: object) -> Artifact:
    """The sheet in all formats of tables; `data` is what its "json" and its `data` hold.

    "html" is a complete page, "fragment" the HTML that notebooks embed.
    """
    return Artifact(
        name,
        {
            "table": lambda: sheet_to_text(sheet),
            "markdown": lambda: sheet_to_markdown(sheet),
            "html": lambda: html_document(sheet_to_html(sheet), sheet.title),
            "fragment": lambda: sheet_to_html(sheet),
            "csv": lambda: sheet_to_csv(sheet),
            "latex": lambda: sheet_to_latex(sheet),
            "json": lambda: data_to_json(data),
        },
        data,
    )
