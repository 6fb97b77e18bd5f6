"""What every command shares at its end: errors in one line, the artifact to a file or the terminal, a bar meanwhile."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import click

from netviz.errors import NetvizError, UsageError

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from netviz.artifact import Artifact

P = ParamSpec("P")

WORTH_A_BAR = 50_000_000
"""Bytes of weights from which on looking at them takes long enough to show how far it is."""


def reporting_errors(command: Callable[P, None]) -> Callable[P, None]:
    """The command, with every NetvizError as one line, a hint and its exit code instead of a traceback."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except NetvizError as error:
            if click.get_current_context().find_root().params.get("debug"):
                raise
            report(error)
            sys.exit(error.exit_code)
        except OSError as error:
            if error.errno == errno.EPIPE:  # `netviz … | head`: click ends the command quietly
                raise
            click.echo(f"netviz: the output cannot be written: {error.strerror}", err=True)
            os._exit(1)  # what is left in the buffer cannot be written either

    return guarded


def report(error: NetvizError) -> None:
    from netviz.render.escape import terminal

    click.echo(f"netviz: {terminal(error.message)}", err=True)
    if error.hint:
        click.echo(terminal(error.hint), err=True)


def emit(artifact: Artifact, format: str | None, output: Path | None) -> None:
    """Writes the artifact to the file, or in the format to where the output goes."""
    if output is not None:
        artifact.save(output, format)
    elif format in (None, "table"):
        width, color = _terminal()
        click.echo(artifact.text(width=width, color=color), nl=False, color=color)
    else:
        click.echo(artifact.to(format), nl=False)


def require_apart(output: Path | None, *sources: Path | None) -> None:
    """Raises UsageError where the output would be written over a source, or a file in one that is a folder.

    Links count as what they lead to.
    """
    if output is None or not output.exists():
        return
    for source in filter(None, sources):
        if output.resolve().is_relative_to(source.resolve()):
            same = output.resolve() == source.resolve()
            what = "is the source itself" if same else f"lies in the source {source}"
            raise UsageError(f"{output} {what} and would be overwritten", "Choose another file for -o.")


@contextmanager
def progress(label: str = "Looking at weights", worth: int = WORTH_A_BAR) -> Iterator[Callable[[int, int], None]]:
    """Draws a bar of what is done (bytes, images, …), on a terminal, where there is enough of it to wait for."""
    bars: list[ProgressBar[int]] = []

    def show(done: int, total: int) -> None:
        if total < worth or not sys.stderr.isatty():
            return
        if not bars or bars[-1].length != total or bars[-1].finished:
            bars.append(click.progressbar(length=total, label=label, file=sys.stderr))
            bars[-1].render_progress()
        bars[-1].update(done - bars[-1].pos)

    try:
        yield show
    finally:
        for bar in bars:
            bar.render_finish()


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
