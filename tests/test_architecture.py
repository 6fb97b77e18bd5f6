"""The direction of imports, and the one importer of each heavy dependency: read from the source, functions included."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "netviz"
MODULES = sorted(PACKAGE.rglob("*.py"))

LAYERS = (
    ("netviz.errors",),
    ("netviz.model", "netviz.views", "netviz.charts", "netviz.figures", "netviz.pages", "netviz.theme"),
    ("netviz.artifact",),
    ("netviz.catalog",),
    ("netviz.readers", "netviz.analysis", "netviz.render"),
    ("netviz.api",),
    ("netviz.cli",),
    ("netviz.__main__",),
)
"""Each may import what stands above it; those of one line only themselves, but for `WITHIN`."""

WITHIN = {
    "netviz.theme": {"netviz.views", "netviz.model"},
    "netviz.charts": {"netviz.views"},
    "netviz.figures": {"netviz.views"},
    "netviz.pages": {"netviz.views"},
}

IMPORTERS = {
    "pyfive": {f"netviz/readers/hdf5/{name}.py" for name in ("metered", "objects", "tree", "values")},
    "keras": {
        f"netviz/readers/live/{name}.py"
        for name in ("__init__", "entrances", "kept", "nodes", "outputs", "places", "reader", "trace", "working")
    },
    "click": {
        f"netviz/cli/{name}.py"
        for name in (
            "__init__",
            "check",
            "cost",
            "diff",
            "figure",
            "functions",
            "graph",
            "history",
            "inspect",
            "losses",
            "options",
            "output",
            "outputs",
            "report",
            "running",
            "trace",
            "weights",
        )
    },
    "vl_convert": {"netviz/render/raster.py"},
    "graphviz": {"netviz/render/drawing.py"},
    "pydot": {"netviz/render/drawing.py"},
    "matplotlib": {"netviz/render/chart/"},
    "PIL": {"netviz/readers/pictures.py", "netviz/render/notebook.py"},
    "jinja2": {"netviz/render/page/document.py"},
    "webbrowser": {"netviz/api/report.py"},
    "tensorflow": set(),
    "jax": set(),
    "torch": set(),
    "h5py": set(),
}
"""Heavy or dangerous dependencies, and who may import them; a folder stands for its modules."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Every module that the file imports at run time, those inside functions too."""
    for node in ast.walk(_without_typing_blocks(ast.parse(path.read_text()))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


def _without_typing_blocks(tree: ast.Module) -> ast.Module:
    tree.body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING")
    ]
    return tree


def room(module: str) -> tuple[int, str] | None:
    """The layer and the part of the package that a module belongs to."""
    for level, parts in enumerate(LAYERS):
        for part in parts:
            if module == part or module.startswith(f"{part}."):
                return level, part
    return None


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_dependencies_point_one_way(path: Path) -> None:
    own = room(module_name(path))
    if module_name(path) == "netviz":
        return  # the lazy front door names everything and imports nothing
    assert own is not None, "every module belongs to a layer"
    for imported in imports(path):
        target = room(imported)
        if target is None or target[1] == own[1] or target[1] in WITHIN.get(own[1], ()):
            continue
        assert target[0] < own[0], f"{module_name(path)} imports {imported}"


def test_renderers_know_nothing_of_models() -> None:
    for path in (PACKAGE / "render").rglob("*.py"):
        assert not [name for name in imports(path) if name.startswith(("netviz.model", "netviz.catalog"))], path


CLI_IMPORTS = ("netviz.__version__", "netviz.api", "netviz.cli", "netviz.errors", "netviz.render.escape")


def test_the_command_only_calls_verbs() -> None:
    modules = (PACKAGE / "cli").glob("*.py")
    ours = [name for path in modules for name in imports(path) if name.startswith("netviz")]
    assert [name for name in ours if not name.startswith(CLI_IMPORTS)] == []


@pytest.mark.parametrize("package", IMPORTERS)
def test_one_importer_of_each_heavy_dependency(package: str) -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in MODULES
        if any(name == package or name.startswith(f"{package}.") for name in imports(path))
    }
    allowed = IMPORTERS[package]
    assert {next((one for one in allowed if name.startswith(one)), name) for name in found} == allowed


def loaded_by(code: str) -> set[str]:
    """The modules in sys.modules after running `code` in a new interpreter."""
    script = f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_importing_netviz_loads_nothing() -> None:
    assert not loaded_by("import netviz") & {"numpy", "pyfive", "keras", "click", "json"}


def test_reading_a_file_loads_no_keras() -> None:
    loaded = loaded_by("import netviz; str(netviz.inspect('examples/models/lenet.keras'))")
    assert not loaded & {"keras", "tensorflow", "jax", "torch", "h5py", "matplotlib", "rich", "IPython"}
    assert "pyfive" in loaded


def test_a_config_and_a_live_model_load_no_hdf5_library() -> None:
    config = '{"class_name": "Sequential", "config": {"layers": []}}'
    code = f"import netviz, pathlib, tempfile; p = pathlib.Path(tempfile.mkdtemp(), 'm.json'); p.write_text({config!r})"
    assert not loaded_by(f"{code}; str(netviz.inspect(p))") & {"pyfive", "keras"}
    live = "import keras, netviz; str(netviz.inspect(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])))"
    assert "pyfive" not in loaded_by(live)


def test_the_command_s_help_loads_no_numpy() -> None:
    code = "from click.testing import CliRunner; from netviz.cli import cli; CliRunner().invoke(cli, ['inspect', '-h'])"
    assert not loaded_by(code) & {"numpy", "pyfive", "keras"}
