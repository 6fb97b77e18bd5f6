"""The `netviz` command: parses, calls the verb of the same name, and emits what it returns.

The only room that imports click, a module per command. Nothing is computed or formatted here.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from contextlib import suppress

import click

from netviz import __version__
from netviz.cli.check import check
from netviz.cli.cost import cost
from netviz.cli.diff import diff
from netviz.cli.figure import figure
from netviz.cli.functions import functions
from netviz.cli.graph import graph
from netviz.cli.history import history
from netviz.cli.inspect import inspect
from netviz.cli.losses import losses
from netviz.cli.outputs import outputs
from netviz.cli.report import report, view
from netviz.cli.trace import trace
from netviz.cli.weights import weights


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, package_name="keras-netviz", prog_name="netviz")
@click.option("--debug", is_flag=True, help="Show the traceback where an error would be one line.")
def cli(debug: bool) -> None:
    """See Keras models: layers, shapes, parameters and where they come from."""


for command in (
    inspect,
    graph,
    figure,
    report,
    view,
    check,
    diff,
    cost,
    weights,
    functions,
    losses,
    outputs,
    trace,
    history,
):
    cli.add_command(command)


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
