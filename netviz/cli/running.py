"""What the commands share that run a model: their options, what is fed to it, and what they say of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

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
                "--range",
                "range",
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


def quiet_backend() -> None:
    """Keeps TensorFlow from greeting with a page of messages."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def say(*lines: str) -> None:
    """Prints what was done to the input, and what stands out, beside a file that was written."""
    from netviz.render.escape import terminal

    for line in lines:
        click.echo(terminal(line))
