"""A sheet as an artifact: every format that tables are written in, each renderer loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from netviz.artifact import Artifact
from netviz.views import Sheet


def sheet_artifact(
    name: str, sheet: Sheet, load_data: Callable[[], object], narrower: Sequence[Callable[[], Sheet]] = ()
) -> Artifact:
    """The sheet in all formats of tables; what `load_data` gives is its `data` and its "json".

    "html" is a complete page, "fragment" the HTML that notebooks embed. `narrower` makes sheets to fall back to,
    one after the other, where a terminal is too narrow for the one before.
    """

    def text(width: int | None = None, color: bool = False) -> str:
        from netviz.render.text import sheet_to_text, text_width

        written = sheet_to_text(sheet, width=width, color=color)
        for make in narrower:
            if width is None or text_width(written) <= width:
                break
            written = sheet_to_text(make(), width=width, color=color)
        return written

    def markdown() -> str:
        from netviz.render.markdown import sheet_to_markdown

        return sheet_to_markdown(sheet)

    def fragment() -> str:
        from netviz.render.html import sheet_to_html

        return sheet_to_html(sheet)

    def html() -> str:
        from netviz.render.html import html_document

        return html_document(fragment(), sheet.title)

    def csv() -> str:
        from netviz.render.csv import sheet_to_csv

        return sheet_to_csv(sheet)

    def latex() -> str:
        from netviz.render.latex import sheet_to_latex

        return sheet_to_latex(sheet)

    def json() -> str:
        from netviz.render.data import data_to_json

        return data_to_json(load_data())

    formats: dict[str, Callable[[], str | bytes]] = {
        "table": text,
        "markdown": markdown,
        "html": html,
        "fragment": fragment,
        "csv": csv,
        "latex": latex,
        "json": json,
    }
    return Artifact(name, formats, load_data, text)
