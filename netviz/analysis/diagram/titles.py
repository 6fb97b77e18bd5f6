"""What a block is called: by what the names of its layers have in common."""

from __future__ import annotations

import re
from collections.abc import Sequence


def block_title(repeats: Sequence[Sequence[str]]) -> str:
    """The common beginning of the names in each repeat: "conv2_block2 … conv5_block3", "" where they have none."""
    stems = [common_stem(names) for names in repeats]
    if not all(stems):
        return common_stem([name for names in repeats for name in names])
    first, last = stems[0], stems[-1]
    return first if first == last else f"{first} … {last}"


_WORDS = re.compile(r"[^_/.\-]+[_/.\-]*")
_FINER = re.compile(r"\d+[_/.\-]*|[^\d_/.\-]+[_/.\-]*")
"""Words, and words with numbers apart: "block2a", "block2b" have "block2" in common."""


def common_stem(names: Sequence[str]) -> str:
    """The words that all names begin with: "block2" for "block2_conv" and "block2_bn"; "" for none.

    A stem of a number alone, or of one letter, says nothing.
    """
    return _stem(names, _WORDS) or _stem(names, _FINER)


def _stem(names: Sequence[str], words: re.Pattern[str]) -> str:
    stem = []
    for same in zip(*(words.findall(name) for name in names), strict=False):
        if len(set(same)) > 1:
            break
        stem.append(same[0])
    text = "".join(stem).rstrip("_/.-")
    return text if len(text) > 1 and not text.isdigit() else ""


def composition(classes: Sequence[str | None], most: int = 3) -> str:
    """The classes that a block is made of, for one that has no name; "" where they are many."""
    different = list(dict.fromkeys(name or "?" for name in classes))
    return ", ".join(different) if len(different) <= most else ""


def without_stem(name: str, stem: str) -> str:
    """What a name says beyond the stem of its block: "1_conv" for "conv2_block2_1_conv"; the stem itself stays."""
    if not stem or not name.startswith(stem):
        return name
    return name[len(stem) :].lstrip("_/.-") or name
