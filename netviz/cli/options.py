"""The options that several commands have."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

COLUMN_NAMES = (
    "name", "class", "input", "output", "parameters", "share", "formula", "kernel", "bias", "activation", "dtype",
    "trainable", "connected", "path",
)  # fmt: skip
"""Named here as well as in netviz.analysis.columns, so that --help need not load the analyses."""

FORMATS = ("table", "json", "markdown", "html", "csv", "latex")
CHECK_FORMATS = (*FORMATS, "sarif")
PLOT_FORMATS = ("table", "json", "markdown", "html", "csv", "latex", "svg", "png", "pdf")
GRAPH_FORMATS = ("table", "json", "svg", "png", "pdf", "html", "dot")
FIGURE_FORMATS = ("table", "json", "svg", "png", "pdf", "html", "tikz")

SEVERITIES = ("info", "warning", "danger")

C = TypeVar("C", bound=Callable[..., Any])


def _size(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """A number of bytes, with or without a unit: K, M, G, T count in thousands, Ki, Mi, Gi, Ti in 1024s."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,9})?) ?(?:([KMGT])(i?))?B?", value.strip(), re.ASCII | re.IGNORECASE)
    if found is None:
        raise click.BadParameter(f"{value!r} is no size: 1000000, 300M, 2G and 2GiB are.")
    number, unit, binary = found.groups()
    return int(float(number) * (1024 if binary else 1000) ** (" KMGT".index(unit.upper()) if unit else 0))


def hush_tensorflow(context: click.Context | None = None, parameter: object = None, wanted: bool = True) -> bool:
    """Keeps TensorFlow from greeting with a page of messages, where it is to be imported."""
    if wanted:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return wanted


max_bytes_option = click.option(
    "--max-bytes",
    callback=_size,
    metavar="SIZE",
    help="Let a file ask for more than usual: 1000000, 300M, 2GiB. Only for files that you trust.",
)
output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file: as a whole or not at all."
)

source_argument = click.argument("source", type=click.Path(path_type=Path, readable=False))


def format_option(formats: tuple[str, ...]) -> Callable[[C], C]:
    """The option that chooses one of the formats."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(formats),
        help="The format. Default: by the suffix of the output file, else table.",
    )


def reading_options(command: C) -> C:
    """The command with the options that say how a source is read."""
    for option in reversed(
        (
            click.option(
                "--load",
                is_flag=True,
                callback=hush_tensorflow,
                help="Let Keras load the file, if nothing in it is dangerous, and show the live model.",
            ),
            click.option("--trust", is_flag=True, help="With --load: load it whatever is in it, and let its code run."),
            click.option(
                "--architecture",
                type=click.Path(path_type=Path, readable=False),
                metavar="FILE",
                help="Take layers and calls from the config in FILE, for a SOURCE of weights alone.",
            ),
            max_bytes_option,
        )
    ):
        command = option(command)
    return command


def plot_options(command: C) -> C:
    """The command with the options that say how its plot is drawn."""
    for option in reversed(
        (
            click.option(
                "--theme",
                type=click.Choice(("light", "dark", "print")),
                default="light",
                show_default=True,
                help="The colours: print is safe in greyscale.",
            ),
            click.option(
                "--figsize",
                type=click.FloatRange(0, 200, min_open=True),
                nargs=2,
                metavar="W H",
                help="Width and height in inches. Default: what the plot needs.",
            ),
            click.option("--caption/--no-caption", default=True, help="Say below the plot what is shown."),
            click.option("--background/--no-background", default=True, help="Paper behind the plot, or none."),
            click.option(
                "--scale",
                type=click.FloatRange(0, 20, min_open=True),
                default=2.0,
                show_default=True,
                help="Pixels of a PNG per 1/96 inch.",
            ),
        )
    ):
        command = option(command)
    return command
