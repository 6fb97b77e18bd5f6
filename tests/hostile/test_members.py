"""What a file among the members is taken for: programs and pickles are, vocabularies are not."""

from __future__ import annotations

import collections
import datetime
import fractions
import pickle
import random
from pathlib import Path

import keras
import numpy as np
import pytest

import netviz
from netviz.readers.guards import FolderLimits, Guards
from netviz.readers.members import examine_folder
from netviz.readers.pickled import is_pickle
from tests.hostile.small import members, put, zipped
from tests.hostile.zips import windows

OBJECTS = (
    Path("a/b"), datetime.date(2026, 1, 1), fractions.Fraction(1, 3), collections.Counter("abc"), np.arange(5),
    {"a": [1, 2.5, {"b": Path("x")}]}, collections.OrderedDict(a=1), [("x", np.float32(1))],
)  # fmt: skip


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", OBJECTS, ids=repr)
def test_pickles_of_every_protocol(value: object, protocol: int) -> None:
    assert is_pickle(pickle.dumps(value, protocol))


@pytest.mark.parametrize(
    "data",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"cos\nsystem\n(S'true'\ntR and then no pickle at all",
        b"(S'true'\nios\nsystem\n.",
        b"(cos\nsystem\nS'true'\no.",
        b"I1\n0" * 500 + b"cos\nsystem\n(S'true'\ntR.",
        b"I1\n0" * 50_000,
    ],
    ids=range(6),
)
def test_pickles_that_no_program_would_write(data: bytes) -> None:
    assert is_pickle(data)


def words() -> list[str]:
    """Words as they stand in texts: those of the sources of Keras, the same as long as its version is."""
    files = Path(keras.__file__).parent.rglob("*.py")
    return sorted({word for file in files for word in file.read_text("utf-8", "ignore").split()})


def test_no_vocabulary_is_a_pickle() -> None:
    """Real words in any order, and random ones of the letters that are operations."""
    rng = random.Random(0)
    real = words()
    assert len(real) > 10_000
    for _ in range(2_000):
        vocabulary = [rng.choice(real) for _ in range(200)]
        assert not is_pickle("\n".join(vocabulary).encode()), vocabulary[:10]
    for _ in range(2_000):
        letters = "".join(rng.sample("abcdefghijklmnopqrstuvwxyz", 5))
        vocabulary = ["".join(rng.choices(letters, k=rng.randint(1, 6))) for _ in range(200)]
        assert not is_pickle("\n".join(vocabulary).encode()), vocabulary[:10]


@pytest.mark.parametrize("first", ["MZungu", "MZ" + "x" * 100, "#!tag", "#hello", "the", "cat", "i", "0", ".", "]"])
def test_a_vocabulary_is_no_program(first: str, tmp_path: Path) -> None:
    text = "\n".join([first, *["of", "and", "in", "to", "a", "is", "was", "for", "on", "as"]] * 20)
    net = netviz.inspect(put(tmp_path, "m.keras", zipped({**members(), "assets/vocabulary.txt": text})))
    assert [note for note in net.model.examine() if note.severity != "info"] == []


@pytest.mark.parametrize(
    "data",
    [windows(), windows(0x1000), windows(300_000), b"#!/bin/sh\n", b"#! /usr/bin/env python\n", b"\x7fELF"],
    ids=range(6),
)
def test_a_program_is_one_under_any_name(data: bytes, tmp_path: Path) -> None:
    net = netviz.inspect(put(tmp_path, "m.keras", zipped({**members(), "assets/vocabulary.txt": data})))
    assert "member-executable" in {note.code for note in net.model.examine()}


@pytest.mark.parametrize("folders", [False, True])
def test_of_a_folder_with_too_much_the_rest_is_said_to_be_unknown(folders: bool, tmp_path: Path) -> None:
    for name, content in members().items():
        put(tmp_path, str(name), content)
    for number in range(20):
        (tmp_path / f"d{number}").mkdir() if folders else put(tmp_path, f"{number}.txt", "x")
    for files, known in ((10, False), (22, False), (23, True)):
        codes = {note.code for note in examine_folder(tmp_path, Guards(folder=FolderLimits(files)))}
        assert ("not-examined" in codes) != known
