"""Run the notebooks of examples/ and write them again with what came out, as GitHub shows it.

    python examples/make_notebooks.py [NAME ...]

Takes nbclient and ipykernel, which `make setup` installs. What is stored is the same for everybody, without times and
folders, and small: without frames, which GitHub does not show.
"""

from __future__ import annotations

import base64
import re
import struct
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parent
SECONDS = 120
"""That a cell may take; most of it is the import of a backend."""
PNG_SCALE = 2
"""Pixels of a PNG for each of the picture's."""

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def run(path: Path, folder: Path) -> Any:
    """The notebook of the file, executed in `folder`, as it came out; raises CellExecutionError where a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(folder)}}
    return NotebookClient(
        notebook, timeout=SECONDS, kernel_name="python3", record_timing=False, resources=place
    ).execute()


def to_store(notebook: Any) -> Any:
    """The same notebook with the outputs that are kept."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({name: cell.metadata[name] for name in ("tags",) if name in cell.metadata})
        if cell.cell_type == "code":
            # What goes to stderr is TensorFlow, which speaks of the machine that it runs on.
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            for output in cell.outputs:
                _shorten(output)
    return notebook


def _shorten(output: Any) -> None:
    """Of a picture the PNG is kept, which is smaller than the SVG; of a frame the line of text beside it."""
    data = output.get("data", {})
    if "image/png" in data:
        del data["text/html"]
        (width,) = struct.unpack(">I", base64.b64decode(data["image/png"])[16:20])
        output.metadata["image/png"] = {"width": width // PNG_SCALE}
    elif "text/html" in data:
        data["text/html"] = _FRAME.sub("", data["text/html"])


_FRAME = re.compile(r"<iframe\b.*?</iframe>\n?", re.DOTALL)
"""A frame to its end: in its attribute there is no `<`."""


def main(names: list[str]) -> None:
    for path in sorted(EXAMPLES.glob("*.ipynb")):
        if not names or path.stem in names:
            nbformat.write(to_store(run(path, EXAMPLES)), path)
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
