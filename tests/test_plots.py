"""What is true of every verb that plots: shared arguments, twins in the command, formats, themes, no global state."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
from matplotlib.figure import Figure

import netviz
from netviz.cli import cli
from netviz.errors import UsageError
from netviz.render.plotting import PLOT_THEMES, Plot
from tests.conftest import EXAMPLES, ROOT

LOG = EXAMPLES.parent / "logs" / "lenet.csv"
SHARED = {"ax": None, "figsize": None, "theme": "light", "caption": True, "background": True, "scale": 2.0}

PLOTS: dict[str, Callable[..., Plot]] = {
    "functions": lambda **shared: netviz.functions("relu", "gelu", **shared),
    "losses": lambda **shared: netviz.losses("mse", "binary_crossentropy", **shared),
    "cost": lambda **shared: netviz.cost(EXAMPLES / "lenet.keras", **shared),
    "weights": lambda **shared: netviz.weights(EXAMPLES / "lenet.keras", **shared),
    "outputs": lambda **shared: netviz.outputs(EXAMPLES / "line.keras", [[4.0]], **shared),
    "trace": lambda **shared: netviz.trace(EXAMPLES / "line.keras", [[4.0]], **shared),
    "history": lambda **shared: netviz.history(LOG, **shared),
}
"""By verb, one plot of it."""

IN_PYTHON_ONLY = {"ax", "progress"}
IN_THE_COMMAND_ONLY = {"format_", "output"}
BEGINNINGS = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}


@pytest.mark.parametrize("verb", PLOTS)
def test_every_verb_shares_the_arguments_of_style(verb: str) -> None:
    parameters = inspect.signature(getattr(netviz, verb)).parameters
    for name, default in SHARED.items():
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default == default
    assert list(parameters)[-len(SHARED) :] == list(SHARED)


@pytest.mark.parametrize("verb", PLOTS)
def test_the_command_has_every_argument_of_the_function_and_the_same_defaults(verb: str) -> None:
    command = cli.commands[verb]
    options = {option.name: option for option in command.params}
    parameters = inspect.signature(getattr(netviz, verb)).parameters
    assert options.keys() - IN_THE_COMMAND_ONLY == parameters.keys() - IN_PYTHON_ONLY
    for name, parameter in parameters.items():
        if isinstance(parameter.default, bool | int | float | str):
            assert options[name].get_default(click.Context(command)) == parameter.default, name


@pytest.mark.parametrize("verb", PLOTS)
def test_every_format_and_theme(verb: str) -> None:
    figures = set()
    for theme in PLOT_THEMES:
        made = PLOTS[verb](theme=theme)
        for format, beginning in BEGINNINGS.items():
            content = made.to(format)
            assert (content if isinstance(content, bytes) else content.encode()).startswith(beginning)
        figures.add(made.to("svg"))
        ElementTree.fromstring(str(made.to("svg")))
        assert isinstance(made.figure, Figure) and made.figure is made.figure
    assert len(figures) == len(PLOT_THEMES)
    for format in set(made.formats) - set(BEGINNINGS):
        assert made.to(format)


@pytest.mark.parametrize("verb", PLOTS)
def test_same_input_same_bytes(verb: str) -> None:
    one, two = (PLOTS[verb](theme="dark") for _ in range(2))
    assert one.to("svg") == two.to("svg")
    assert one.to("png") == two.to("png")
    assert one.to("json") == two.to("json")


@pytest.mark.parametrize("verb", PLOTS)
def test_a_given_size_is_kept_and_a_given_ax_is_drawn_into(verb: str) -> None:
    assert tuple(PLOTS[verb](figsize=(9, 7)).figure.get_size_inches()) == (9, 7)
    figure = Figure(figsize=(12, 9))
    left, right = figure.subplots(1, 2)
    left.plot([0, 1], [0, 1])
    made = PLOTS[verb](ax=right)
    assert made.figure is figure
    assert len(left.lines) == 1 and left.get_visible()
    assert right.get_children() != figure.subplots(1, 1).get_children()


@pytest.mark.parametrize("verb", PLOTS)
@pytest.mark.parametrize(
    "wrong",
    [{"theme": "auto"}, {"figsize": (0, 1)}, {"figsize": 5}, {"figsize": (1e9, 1)}, {"scale": 0}, {"scale": True},
     {"ax": "here"}],
    ids=str,
)  # fmt: skip
def test_wrong_styles_are_one_line(verb: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as raised:
        PLOTS[verb](**wrong)
    assert raised.value.hint and "\n" not in raised.value.message


@pytest.mark.parametrize("verb", PLOTS)
def test_notebooks_get_the_picture_and_text(verb: str) -> None:
    assert PLOTS[verb]()._repr_mimebundle_().keys() == {"text/html", "image/png", "text/plain"}


STATE = """
import sys, matplotlib
before = matplotlib.rcParams.copy()  # a dict() of it would import pyplot
import netviz
for made in (netviz.functions("relu"), netviz.history({log!r}), netviz.weights({model!r})):
    for format in ("svg", "png", "pdf"):
        made.to(format)
assert matplotlib.rcParams.copy() == before
assert "matplotlib.pyplot" not in sys.modules
assert not {{"keras", "tensorflow", "tkinter"}} & set(sys.modules)
"""


def test_no_state_of_matplotlib_is_touched_and_keras_not_imported() -> None:
    code = STATE.format(log=str(LOG), model=str(EXAMPLES / "lenet.keras"))
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_tables_need_no_matplotlib() -> None:
    code = (
        f"import sys, netviz; str(netviz.functions('relu')); str(netviz.history({str(LOG)!r}));"
        f"str(netviz.weights({str(EXAMPLES / 'lenet.keras')!r})); str(netviz.losses('mse'));"
        "assert not {'matplotlib', 'keras', 'PIL'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_what_is_changed_by_hand_is_saved(tmp_path: Path) -> None:
    made = netviz.functions("relu")
    made.figure.axes[0].set_title("changed by hand")
    plain = netviz.functions("relu")
    assert made.to("png") != plain.to("png")
