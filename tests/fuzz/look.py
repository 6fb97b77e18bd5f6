"""A file looked at as a user does, and what has to be true of whatever comes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import netviz
from netviz.api import InspectedLayer, InspectedModel
from netviz.artifact import Artifact
from netviz.errors import NetvizError
from netviz.render.escape import terminal

PRINTABLE = re.compile("\x1b\\[[0-9;]*m|\n")
"""What a text may hold that is not printable: its lines, and its own colours."""


class Broken(Exception):
    """Something is not as it must be; the text says what."""


def look(path: Path, architecture: Path | None, rng: Random) -> str:
    """ "read", or "refused" for what netviz gives up on in the way it should; raises Broken, or what netviz raises."""
    try:
        net = netviz.inspect(path, architecture=architecture)
    except NetvizError as error:
        require_line(error, path.parent)
        return "refused"
    summary = net.summary(config=rng.random() < 0.1, weights=rng.random() < 0.3)
    require_text(str(summary))
    require_json(summary)
    if rng.random() < 0.1:
        every_format(rng, summary)
    layers = [*walk(net)]
    if layers and rng.random() < 0.15:
        with refusals(path.parent):
            require_text(str(rng.choice(layers).summary()))
    with refusals(path.parent):
        require_notes(net)
        list(net.model.examine())
    read_values(net, layers, path.parent)
    check(net, rng)
    return "read"


@contextmanager
def refusals(folder: Path) -> Iterator[None]:
    """Errors of netviz are no findings, if they are as they must be."""
    try:
        yield
    except NetvizError as error:
        require_line(error, None)


def require_line(error: NetvizError, folder: Path | None) -> None:
    """One line that begins with the file, and one that says what to do; both fit for a terminal."""
    for text in (error.message, error.hint):
        if "\n" in text or "\r" in text or not terminal(text).isprintable():
            raise Broken(f"an error that is not one line: {text[:200]!r}")
    if not error.message or (folder is not None and not error.message.startswith(f"{folder}/")):
        raise Broken(f"an error that does not begin with the file: {error.message[:200]!r}")


def require_text(text: str) -> None:
    rest = PRINTABLE.sub("", text)
    if not rest.isprintable():
        strange = next(char for char in rest if not char.isprintable())
        raise Broken(f"a text with {strange!r} in it")
    text.encode("utf-8")


def require_json(summary: Artifact) -> None:
    def refuse(constant: str) -> None:
        raise Broken(f"JSON with {constant} in it")

    text = summary.to("json")
    assert isinstance(text, str)
    text.encode("utf-8")
    json.loads(text, parse_constant=refuse)


def require_notes(net: InspectedModel) -> None:
    for note in net.notes:
        if note.severity not in ("info", "warning", "danger") or not re.fullmatch("[a-z][a-z0-9-]*", note.code):
            raise Broken(f"a note of an unknown kind: {note.severity} {note.code}")
        if not note.message:
            raise Broken(f"a note {note.code} without a message")


def every_format(rng: Random, summary: Artifact) -> None:
    for name in summary.formats:
        written = summary.to(name)
        if isinstance(written, str):
            written.encode("utf-8")
    require_text(summary.text(width=rng.choice((1, 20, 80, 200)), color=True))


def walk(net: InspectedModel) -> Iterator[InspectedLayer]:
    """Every layer, after all that it has to say was asked for."""
    for layer in net.walk():
        _ = (layer.path, layer.class_name, layer.input_shape, layer.output_shape, layer.parameters, layer.inbound)
        _ = (layer.config, layer.trainable, layer.dtype, layer.calls)
        yield layer


def read_values(net: InspectedModel, layers: list[InspectedLayer], folder: Path) -> None:
    """All values, block by block."""
    store = net.model.store
    if store is None:
        return
    found = {weight.path: weight for layer in layers for weight in layer.subject.layer.weights}
    found.update({weight.path: weight for weight in (*net.model.root.weights, *net.model.optimizer)})
    for weight in list(found.values())[:200]:
        with refusals(folder):
            for _ in store.blocks(weight):
                pass


def check(net: InspectedModel, rng: Random) -> None:
    """What `netviz check` says, in the formats of reports."""
    summary = netviz.check(net).summary()
    require_text(str(summary))
    require_json(summary)
    if rng.random() < 0.2:
        every_format(rng, summary)
