"""`netviz check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netviz.cli.options import CHECK_FORMATS, SEVERITIES, format_option, max_bytes_option, output_option
from netviz.cli.output import emit, progress, report, reporting_errors, require_apart

if TYPE_CHECKING:
    from netviz.model import Severity


@click.command()
@click.argument(
    "sources", metavar="SOURCE...", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False)
)
@format_option(CHECK_FORMATS)
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

    require_apart(output, *sources)
    with progress() as show:
        found = checked.check(*sources, max_bytes=max_bytes, keep_going=True, progress=show)
    unread = [report.error for report in found.reports if report.error is not None]
    if format_ is None and output is None and len(unread) == len(sources) == 1:
        raise unread[0]
    emit(found.summary(), format_, output)
    for error in unread:
        report(error)
    if found.at_least(fail_on):
        sys.exit(3)
    if unread:
        sys.exit(1)
