"""Findings kept as folders of files, and made smaller while they remain what they are."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.fuzz import trees, zips
from tests.fuzz.corpus import Files
from tests.fuzz.mutate import Case, deep, make
from tests.fuzz.pool import Answer, Worker, scratch

KEPT = Path(__file__).parents[2] / ".cache" / "fuzz"

Test = Callable[[bytes], bool]
"""Whether a file of these contents still shows the finding."""


def keep(answer: Answer, folder: Path = KEPT) -> Path:
    """Writes the files of a seed's finding, with what was found beside them; the folder."""
    case = make(answer["seed"])
    return store(case, answer["finding"], folder / f"{answer['finding']['kind']}-{answer['seed']}")


def store(case: Case, found: dict[str, Any], target: Path) -> Path:
    for name, data in case.files.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(data)
    target.mkdir(parents=True, exist_ok=True)
    said = {"seed": case.seed, "format": case.format, "entry": case.entry, "architecture": case.architecture, **found}
    (target / "finding.json").write_text(json.dumps(said, indent=2))
    return target


def minimise(folder: Path, told: Callable[[str], None] = lambda line: None) -> Path:
    """A folder beside the given one in which the same is found with less: files left out, contents made shorter."""
    said = json.loads((folder / "finding.json").read_text())
    target = folder.with_name(f"{folder.name}-small")
    names = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "finding.json"]
    files: Files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in names}
    with scratch() as room:
        worker = Worker(room / "worker")

        def shows(tried: Files, choice: int) -> bool:
            case = Case(-1, said["format"], tried, said["entry"], said["architecture"], None)  # type: ignore[arg-type]
            store(case, {**said, "choice": choice}, room / "case")
            answer = worker.read({"folder": str(room / "case")})
            for path in sorted((room / "case").rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            return bool(answer["finding"]) and answer["finding"]["line"] == said["line"]

        try:
            choice = next((choice for choice in range(60) if shows(files, choice)), None)
            if choice is None:
                raise SystemExit(f"{folder}: not found any more: {said['line']}")
            for name in list(files):
                left = {other: data for other, data in files.items() if other != name}
                if left and shows(left, choice):
                    files = left
            for name in list(files):

                def test(data: bytes, name: str = name) -> bool:
                    return shows({**files, name: data}, choice)

                before = len(files[name])
                files[name] = smaller(name, files[name], test)
                told(f"{name}: {before:,} to {len(files[name]):,} bytes")
        finally:
            worker.close()
    case = Case(said["seed"], said["format"], files, said["entry"], said["architecture"], None)  # type: ignore[arg-type]
    return store(case, {**{key: said[key] for key in ("kind", "line", "details")}, "choice": choice}, target)


def smaller(name: str, data: bytes, test: Test) -> bytes:
    """Less of the data that still passes the test: by the tree of JSON, by the members of a zip, or by bytes."""
    if data.lstrip()[:1] == b"{":
        return shorter_bytes(smaller_tree(data, test), test, rounds=1)
    if data[:2] == b"PK":
        return smaller_zip(data, test)
    return shorter_bytes(data, test)


@deep()
def smaller_tree(data: bytes, test: Test) -> bytes:
    """JSON with every part left out that the finding does not need, the large ones first."""
    try:
        tree = json.loads(data)
        if not test(json.dumps(tree).encode()):
            return data
    except (ValueError, RecursionError):
        return data
    done = False
    while not done:
        done = True
        for less in _lesser(tree):
            written = json.dumps(less).encode()
            if test(written):
                tree, done = less, False
                break
    return json.dumps(tree).encode()


def _lesser(tree: Any) -> Iterator[Any]:
    """The tree without one of its parts, or with null or an empty one in its place; the parts near the root first."""
    for number in range(len(trees.slots(tree)) if isinstance(tree, dict | list) else 0):
        less = trees.clone(tree)
        holder, key = trees.slots(less)[number]
        size = len(json.dumps(holder[key]))
        del holder[key]
        yield less
        if size > 12 and isinstance(holder, dict):
            less = trees.clone(tree)
            holder, key = trees.slots(less)[number]
            holder[key] = type(holder[key])()
            yield less


def smaller_zip(data: bytes, test: Test) -> bytes:
    try:
        parts = zips.members(data)
    except Exception:  # a zip file whose damage is the finding
        return shorter_bytes(data, test)
    if not test(zips.zipped(parts)):
        return shorter_bytes(data, test)
    for part in list(parts):
        left = [other for other in parts if other is not part]
        if test(zips.zipped(left)):
            parts = left
    for place, part in enumerate(parts):

        def inner(tried: bytes, place: int = place) -> bool:
            return test(zips.zipped([*parts[:place], parts[place]._replace(data=tried), *parts[place + 1 :]]))

        parts[place] = part._replace(data=smaller(part.name, part.data, inner))
    assert zipfile.is_zipfile(BytesIO(zips.zipped(parts)))
    return zips.zipped(parts)


def shorter_bytes(data: bytes, test: Test, rounds: int = 3) -> bytes:
    """The data with chunks cut out, then with chunks made zero (which is as good, once compressed)."""
    for _ in range(rounds):
        before = data
        size = max(1, len(data) // 2)
        while size >= max(1, len(data) // 400):
            place = 0
            while place < len(data):
                tried = data[:place] + data[place + size :]
                if test(tried):
                    data = tried
                else:
                    place += size
            size //= 2
        if data == before:
            break
    size = max(16, len(data) // 16)
    while size >= 16:
        for place in range(0, len(data), size):
            tried = data[:place] + bytes(min(size, len(data) - place)) + data[place + size :]
            if tried != data and test(tried):
                data = tried
        size //= 4
    return data
