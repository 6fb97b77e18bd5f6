"""The `netviz` command: parses, calls the verb of the same name, and emits what it returns.

The only importer of click. Nothing is computed or formatted here.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import click

from netviz import __version__
from netviz.errors import NetvizError, UsageError

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from netviz.artifact import Artifact
    from netviz.model import Severity

P = ParamSpec("P")

COLUMN_NAMES = (
    "name", "class", "input", "output", "parameters", "share", "formula", "kernel", "bias", "activation", "dtype",
    "trainable", "connected", "path",
)  # fmt: skip
"""Named here as well as in netviz.analysis.columns, so that --help need not load the analyses."""

FORMATS = ("table", "json", "markdown", "html", "csv", "latex")
CHECK_FORMATS = (*FORMATS, "sarif")

SEVERITIES = ("info", "warning", "danger")

WORTH_A_BAR = 50_000_000
"""Bytes of weights from which on a check takes long enough to show how far it is."""


def reporting_errors(command: Callable[P, None]) -> Callable[P, None]:
    """The command, with every NetvizError as one line, a hint and its exit code instead of a traceback."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except NetvizError as error:
            if click.get_current_context().find_root().params.get("debug"):
                raise
            _report(error)
            sys.exit(error.exit_code)
        except OSError as error:
            if error.errno == errno.EPIPE:  # `netviz … | head`: click ends the command quietly
                raise
            click.echo(f"netviz: the output cannot be written: {error.strerror}", err=True)
            os._exit(1)  # what is left in the buffer cannot be written either

    return guarded


def _report(error: NetvizError) -> None:
    from netviz.render.escape import terminal

    click.echo(f"netviz: {terminal(error.message)}", err=True)
    if error.hint:
        click.echo(terminal(error.hint), err=True)


def _size(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """A number of bytes, with or without a unit: K, M, G, T count in thousands, Ki, Mi, Gi, Ti in 1024s."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,9})?) ?(?:([KMGT])(i?))?B?", value.strip(), re.ASCII | re.IGNORECASE)
    if found is None:
        raise click.BadParameter(f"{value!r} is no size: 1000000, 300M, 2G and 2GiB are.")
    number, unit, binary = found.groups()
    return int(float(number) * (1024 if binary else 1000) ** (" KMGT".index(unit.upper()) if unit else 0))


max_bytes_option = click.option(
    "--max-bytes",
    callback=_size,
    metavar="SIZE",
    help="Let a file ask for more than usual: 1000000, 300M, 2GiB. Only for files that you trust.",
)
output_option = click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file.")


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
@click.option("--load", is_flag=True, help="Let Keras load the file, if nothing in it is dangerous.")
@click.option("--trust", is_flag=True, help="With --load: load it whatever is in it, and let its code run.")
@click.option(
    "--architecture",
    type=click.Path(path_type=Path, readable=False),
    metavar="FILE",
    help="Take layers and calls from the config in FILE, for a SOURCE of weights alone.",
)
@max_bytes_option
@output_option
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
    trust: bool,
    architecture: Path | None,
    max_bytes: int | None,
    output: Path | None,
) -> None:
    """Show the layers of the model in SOURCE: shapes, parameters, and how they come about.

    SOURCE is a file of Keras: a model (.keras, .h5, a SavedModel folder), weights alone (.weights.h5,
    .weights.json), or a config (.json). It is read without Keras, and nothing in it is run.
    """
    from netviz import api

    _require_apart(output, source, architecture)
    if load:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # or TensorFlow greets with a page of messages
    net = api.inspect(source, load=load, trust=trust, architecture=architecture, max_bytes=max_bytes)
    artifact = net.summary(columns=columns, depth=depth, layer=layer, config=config, weights=weights)
    _emit(artifact, format_, output)


@cli.command()
@click.argument(
    "sources", metavar="SOURCE...", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False)
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(CHECK_FORMATS),
    help="Default: by the suffix of the output file, else table.",
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="danger",
    show_default=True,
    help="End with exit code 3 where a finding is as bad as this, or worse.",
)
@max_bytes_option
@output_option
@reporting_errors
def check(
    sources: tuple[Path, ...], format_: str | None, fail_on: Severity, max_bytes: int | None, output: Path | None
) -> None:
    """Find what is dangerous, broken or suspicious in the models in SOURCE...: code that loading would run, files that
    it would read, damage, and weights that are not healthy.

    Nothing in a file is run. What cannot be looked at is a danger, too.

    Exit codes: 3 for findings as bad as --fail-on, else 1 where a source cannot be read, else 0.
    """
    from netviz.api import checked

    _require_apart(output, *sources)
    with _progress() as progress:
        found = checked.check(*sources, max_bytes=max_bytes, keep_going=True, progress=progress)
    unread = [report.error for report in found.reports if report.error is not None]
    if format_ is None and output is None and len(unread) == len(sources) == 1:
        raise unread[0]
    _emit(found.summary(), format_, output)
    for error in unread:
        _report(error)
    if found.at_least(fail_on):
        sys.exit(3)
    if unread:
        sys.exit(1)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Draws a bar of the bytes done, on a terminal, where there are enough of them to wait for."""
    bars: list[ProgressBar[int]] = []

    def show(done: int, total: int) -> None:
        if total < WORTH_A_BAR or not sys.stderr.isatty():
            return
        if not bars or bars[-1].length != total or bars[-1].finished:
            bars.append(click.progressbar(length=total, label="Looking at weights", file=sys.stderr))
            bars[-1].render_progress()
        bars[-1].update(done - bars[-1].pos)

    try:
        yield show
    finally:
        for bar in bars:
            bar.render_finish()


def _emit(artifact: Artifact, format: str | None, output: Path | None) -> None:
    """Writes the artifact to the file, or in the format to where the output goes."""
    if output is not None:
        artifact.save(output, format)
    elif format in (None, "table"):
        width, color = _terminal()
        click.echo(artifact.text(width=width, color=color), nl=False, color=color)
    else:
        click.echo(artifact.to(format), nl=False)


def _require_apart(output: Path | None, *sources: Path | None) -> None:
    """Raises UsageError where the output would be written over a source."""
    if output is not None and any(_is_part_of(output, path) for path in sources if path):
        raise UsageError(f"{output} is the model itself and would be overwritten", "Choose another file for -o.")


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
