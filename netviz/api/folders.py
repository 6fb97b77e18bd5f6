"""Files and folders of outputs, there as a whole or not at all."""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from netviz import __version__
from netviz.artifact import Artifact
from netviz.errors import NetvizError, UsageError

INDEX = "index.json"
KIND = "netviz outputs"
"""Says in the index that a folder is one of ours, which may be written anew."""

File = tuple[str, str, Callable[[], str | bytes]]


def file_name(number: int, count: int, name: str) -> str:
    """The name of a file for an output: its number in the order of execution, and its path without odd characters."""
    safe = re.sub(r"[^\w.#\[\]-]+", "_", name.replace("/", "."))[:100].strip("_. ") or "output"
    return f"{number:0{len(str(count))}d}-{safe}"


def arrays_to_npz(arrays: Mapping[str, Any]) -> bytes:
    """The arrays as a .npz file, each under its name."""
    import zipfile

    import numpy as np

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getbuffer())
    return content.getvalue()


def save_arrays(arrays: Mapping[str, Any], target: Path) -> Path:
    """Writes the arrays to a .npz file."""
    return Artifact("outputs", {"npz": lambda: arrays_to_npz(arrays)}, dict).save(target, "npz")


def save_folder(target: Path, files: Sequence[File], progress: Callable[[int, int], None] | None) -> Path:
    """Writes the files into a folder of their own beside the target, which then takes its place.

    Raises UsageError for a folder with anything in it that netviz did not write, NetvizError where it cannot be
    written; nothing is left of what was begun.
    """
    if target.is_symlink():
        target = target.resolve()
    _require_ours(target)
    beside = target.with_name(f".netviz-{secrets.token_hex(6)}.tmp")
    before = target.with_name(f".netviz-{secrets.token_hex(6)}.old")
    try:
        beside.mkdir()
        for done, (name, _, make) in enumerate(files, 1):
            content = make()
            file = beside / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
            if progress is not None:
                progress(done, len(files))
        (beside / INDEX).write_text(_index(files), "utf-8")
        if target.exists():
            _require_ours(target)  # again: drawing takes its time
            target.rename(before)
        try:
            beside.rename(target)
        except BaseException:
            if before.exists():
                before.rename(target)
            raise
        shutil.rmtree(before, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        reason = f"there is no folder {str(target.parent)!r}" if not target.parent.is_dir() else error.strerror
        raise NetvizError(
            f"{target}: cannot be written: {reason or error}", "Choose a folder that you may write to, with room left."
        ) from error
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return target


def _require_ours(target: Path) -> None:
    if not target.exists() and not target.is_symlink():
        return
    if not target.is_dir():
        raise UsageError(f"{target}: is a file, and a folder is to be written", "Choose another name for -o.")
    foreign = _foreign(target)
    if foreign is not None:
        raise UsageError(
            f"{target}: holds other things than outputs of netviz: {foreign}",
            "Choose a new folder, or move them elsewhere first.",
        )


def _foreign(target: Path) -> str | None:
    """What lies in the folder that its index does not list, by its path in it; None where there is nothing else."""
    try:
        index = json.loads((target / INDEX).read_text("utf-8")) if (target / INDEX).is_file() else None
        ours = {entry["file"] for entry in index["files"]} if index and index.get("kind") == KIND else set()
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        index, ours = None, set()
    if ours:
        ours.add(INDEX)
    folders = {file.rpartition("/")[0] for file in ours if isinstance(file, str)}
    found: list[str] = []
    for around, inside, files in os.walk(target):
        here = Path(around).relative_to(target)
        held = [(here / name).as_posix() for name in files]
        held += [(here / name).as_posix() for name in inside if (Path(around) / name).is_symlink()]
        found += [name for name in held if name not in ours]
        found += [name for name in ((here / one).as_posix() for one in inside) if name not in folders]
    return min(found, default=None)


def _index(files: Sequence[File]) -> str:
    listed = [{"file": name, "shows": what} for name, what, _ in files]
    return json.dumps({"netviz": __version__, "schema": 1, "kind": KIND, "files": listed}, indent=2) + "\n"
