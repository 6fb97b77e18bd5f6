"""What the commands share that run a model: their options, what is fed to it, and what they say of it."""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from netviz.cli.options import hush_tensorflow
from netviz.errors import UsageError

C = TypeVar("C", bound=Callable[..., Any])


def running_options(command: C) -> C:
    """The command with the options that say what the model is run on, and which layers are shown."""
    for option in reversed(
        (
            click.option(
                "--input",
                "x",
                multiple=True,
                required=True,
                metavar="[NAME=]DATA",
                help="A .npy, .npz, .csv or .txt file, a picture, a folder of pictures, or numbers: 1,2,3. "
                "For several inputs one for each.",
            ),
            click.option(
                "--layer", "layers", multiple=True, metavar="LAYERS", help="Only these: a name, regex, class, or a..b."
            ),
            click.option(
                "--resize",
                type=click.Choice(("bilinear", "nearest", "bicubic", "lanczos", "none")),
                default="bilinear",
                show_default=True,
                help="How pictures are made to fit.",
            ),
            click.option(
                "--rescale",
                "rescale",
                type=float,
                nargs=2,
                metavar="LOW HIGH",
                help="Scale values from 0 to 255 to these: 0 1, or -1 1. Default: as they are.",
            ),
            click.option(
                "--preprocess",
                type=click.Choice(("caffe", "tf", "torch")),
                help="Scale them as keras.applications does.",
            ),
            click.option("--trust", is_flag=True, help="Load the file whatever is in it, and let its code run."),
        )
    ):
        command = option(command)
    return command


def given_inputs(given: tuple[str, ...]) -> object:
    """What the options name: one, a list, or a dict where they have names; raises UsageError for a mixture."""
    named = [re.fullmatch(r"([^=/\\]+)=(.*)", text, re.DOTALL) for text in given]
    names = [found is not None and not Path(text).exists() for text, found in zip(given, named, strict=True)]
    if not any(names):
        return given[0] if len(given) == 1 else list(given)
    if not all(names):
        raise UsageError("some inputs have names and some have none", "Write NAME=DATA for each.")
    return {found[1]: found[2] for found in named if found}


def require_writable(output: Path | None, given: tuple[str, ...]) -> None:
    """Raises UsageError where -o would replace what is given as input, or is no file."""
    if output is None:
        return
    if str(output) == "-":
        raise UsageError("-o - is no file", "Without -o it goes to the terminal; --format says in which form.")
    there = output.resolve()
    for text in given:
        for one in (text, text.partition("=")[2]):
            try:
                source = Path(one).resolve() if one and Path(one).exists() else None
            except (OSError, ValueError):  # numbers too long for a name
                continue
            if source and output.exists() and (there.is_relative_to(source) or source.is_relative_to(there)):
                raise UsageError(
                    f"{output} is the input itself or holds it, and would be overwritten", "Choose another name for -o."
                )


def quiet_backend(source: Path, given: object, max_bytes: int | None) -> None:
    """Imports Keras, and keeps TensorFlow from greeting with a page of messages.

    Raises NetvizError for input that is not there, which is to be known before. Running a model leaves cycles behind,
    which the command does not collect otherwise.
    """
    from netviz.api import running

    running.require_inputs(given)
    hush_tensorflow()
    gc.enable()
    with _without_stderr():
        running.import_keras(source, max_bytes)


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Sends nowhere what is written to the file descriptor of stderr, which is all that libraries in C++ know."""
    try:
        sys.stderr.flush()
        kept = os.dup(2)
    except (OSError, ValueError, AttributeError):  # there is none
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def say(*lines: str) -> None:
    """Prints what was done to the input, and what stands out, beside a file that was written."""
    from netviz.render.escape import terminal

    for line in lines:
        click.echo(terminal(line))
