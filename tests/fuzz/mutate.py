"""What one seed stands for: a format, a sample of it, and a few mutations of one of its files after another."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from tests.fuzz import hdf5s, protobufs, raw, trees, zips
from tests.fuzz.corpus import FORMATS, Files, sample, samples

Mutator = Callable[[Random, bytes, tuple[bytes, ...]], bytes]

BY_SUFFIX: dict[str, Mutator] = {
    ".keras": zips.mutate,
    ".h5": hdf5s.mutate,
    ".json": trees.mutate,
    ".pb": protobufs.mutate,
    ".index": protobufs.table,
}
"""By the end of a file's name how it is mutated; others by their bytes."""

UNLIKELY = ("fingerprint.pb", "-of-00001", "-of-00002", "metadata.json", "model.weights.h5")
"""Files that hold little to be misread; and weights that stand beside what says what they are."""


@dataclass(frozen=True, slots=True)
class Case:
    """The files that a seed makes, and which is opened; `rng` goes on for whatever reads it to choose by."""

    seed: int
    format: str
    files: Files
    entry: str
    architecture: str
    rng: Random


@contextmanager
def deep() -> Iterator[None]:
    """Room to write what is nested deeper than netviz will be able to read, wherever this is called from."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


@deep()
def make(seed: int) -> Case:
    """The case of a seed: always the same one."""
    rng = Random(seed)
    formats = list(FORMATS)
    format_ = formats[seed % len(formats)]
    chosen = sample(format_, rng.randrange(len(FORMATS[format_])))
    files = dict(chosen.files)
    for _ in range(rng.choice((1, 1, 1, 1, 2, 2, 3))):
        if rng.random() < 0.02 and len(files) > 1:
            shuffle(rng, files)
            continue
        name = rng.choices(list(files), [0.15 if name.endswith(UNLIKELY) else 1 for name in files])[0]
        others = tuple(other.files[name] for other in samples(format_) if name in other.files)
        suffix = next((suffix for suffix in BY_SUFFIX if name.endswith(suffix)), "")
        files[name] = BY_SUFFIX.get(suffix, raw.mutate)(rng, files[name], others)
    return Case(seed, format_, files, chosen.entry, chosen.architecture, rng)


def shuffle(rng: Random, files: Files) -> None:
    """One file gone, or in the place of another."""
    first, second = rng.sample(list(files), 2)
    if rng.randrange(2):
        del files[first]
    else:
        files[first], files[second] = files[second], files[first]
