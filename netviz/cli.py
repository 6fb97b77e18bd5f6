"""The `netviz` command: parses, calls the verb of the same name, and emits what it returns.

The only importer of click. Nothing is computed or formatted here.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click

from netviz import __version__
from netviz.errors import NetvizError, UsageError

P = ParamSpec("P")

COLUMN_NAMES = (
    "name", "class", "input", "output", "parameters", "share", "formula", "kernel", "bias", "activation", "dtype",
    "trainable", "connected", "path",
)  # fmt: skip
"""Named here as well as in netviz.analysis.columns, so that --help need not load the analyses."""

FORMATS = ("table", "json", "markdown", "html", "csv", "latex")


def reporting_errors(command: Callable[P, None]) -> Callable[P, None]:
    """The command, with every NetvizError as one line, a hint and its exit code instead of a traceback."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except NetvizError as error:
            if click.get_current_context().find_root().params.get("debug"):
                raise
            from netviz.render.escape import terminal

            click.echo(f"netviz: {terminal(error.message)}", err=True)
            if error.hint:
                click.echo(terminal(error.hint), err=True)
            sys.exit(error.exit_code)
        except OSError as error:
            if error.errno == errno.EPIPE:  # `netviz … | head`: click ends the command quietly
                raise
            click.echo(f"netviz: the output cannot be written: {error.strerror}", err=True)
            os._exit(1)  # what is left in the buffer cannot be written either

    return guarded


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, package_name="keras-netviz", prog_name="netviz")
@click.option("--debug", is_flag=True, help="Show the traceback where an error would be one line.")
def cli(debug: bool) -> None:
    """See Keras models: layers, shapes, parameters and where they come from."""


@cli.command()
@click.argument("source", type=click.Path(path_type=Path, readable=False))
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), help="Default: by the suffix of the output file, else table."
)
@click.option("--columns", metavar="NAME,…", help=f"What to show of each layer: {', '.join(COLUMN_NAMES)}.")
@click.option("--layer", metavar="NAME|REGEX", help="Show one layer in full, or all that match.")
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="How many levels to show. Default: all.")
@click.option("--config", is_flag=True, help="Add every setting of every layer.")
@click.option("--weights", is_flag=True, help="Add every weight with its shape, dtype and place.")
@click.option("--load", is_flag=True, help="Let Keras load the file (safe mode) instead of reading it.")
@click.option(
    "--architecture",
    type=click.Path(path_type=Path, readable=False),
    metavar="FILE",
    help="Take layers and calls from the config in FILE, for a SOURCE of weights alone.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file.")
@reporting_errors
def inspect(
    source: Path,
    format_: str | None,
    columns: str | None,
    layer: str | None,
    depth: int | None,
    config: bool,
    weights: bool,
    load: bool,
    architecture: Path | None,
    output: Path | None,
) -> None:
    """Show the layers of the model in SOURCE: shapes, parameters, and how they come about.

    SOURCE is a file of Keras: a model (.keras, .h5, a SavedModel folder), weights alone (.weights.h5,
    .weights.json), or a config (.json). It is read without Keras, and nothing in it is run.
    """
    from netviz import api

    if output is not None and any(_is_part_of(output, path) for path in (source, architecture) if path):
        raise UsageError(f"{output} is the model itself and would be overwritten", "Choose another file for -o.")
    if load:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # or TensorFlow greets with a page of messages
    net = api.inspect(source, load=load, architecture=architecture)
    artifact = net.summary(columns=columns, depth=depth, layer=layer, config=config, weights=weights)
    if output is not None:
        artifact.save(output, format_)
    elif format_ in (None, "table"):
        width, color = _terminal()
        click.echo(artifact.text(width=width, color=color), nl=False, color=color)
    else:
        click.echo(artifact.to(format_), nl=False)


def _is_part_of(output: Path, source: Path) -> bool:
    """Whether writing to `output` would write to the source, also through links."""
    return output.exists() and output.resolve().is_relative_to(source.resolve())


def _terminal() -> tuple[int | None, bool]:
    """The width and whether colour is wanted: no limit and none where the output is not a terminal.

    NO_COLOR switches colour off, FORCE_COLOR and CLICOLOR_FORCE on (no-color.org, bixense.com/clicolors).
    """
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else None
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return width, False
    forced = any(os.environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE"))
    return width, terminal or forced


def main() -> None:
    """Runs the command and ends the process; characters that the output's encoding lacks are written as "?".

    Instant is what netviz is for: neither is garbage collected in a process this short, nor the interpreter
    taken down piece by piece once everything is written. Together that is a fifth of the time on a large model.
    """
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    code: object = 0
    try:
        cli(prog_name="netviz")
    except SystemExit as end:
        code = end.code
    with suppress(OSError):  # a closed pipe, of which click has spoken already
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)
