"""Every line of the list of hostile inputs: what netviz makes of it, within what bounds, and what it leaves alone."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import EXAMPLES, FIXTURES
from tests.hostile.conftest import CASES, read_by_child
from tests.hostile.contents import MARK, PATHS
from tests.hostile.items import ITEMS
from tests.hostile.shards import CASES as SHARDS

Results = Callable[[str], dict[str, Any]]

every_case = pytest.mark.parametrize("case", CASES)


@every_case
def test_outcome(case: str, results: Results) -> None:
    """Refused in one line that begins with the file, or read with the notes that the case asks for."""
    expected, result = CASES[case], results(case)
    assert result["outcome"] in expected.outcome.split(" or "), result.get("message") or result["notes"]
    if result["outcome"] == "E":
        path, message, hint = result["path"], result["message"], result["hint"]
        assert message.startswith((path, repr(path)[1:-1]))
        assert "\n" not in message + hint and "Traceback" not in message
        assert all(word in message for word in expected.says), message
    else:
        codes = {code for _, code, *_ in result["notes"]}
        assert codes.issuperset(expected.codes), codes
        assert codes.isdisjoint(expected.never), codes
        if case in PATHS:
            places = {place for _, code, place, _ in result["notes"] if code in expected.codes}
            assert PATHS[case] in places


@every_case
def test_bounds(case: str, results: Results) -> None:
    """Time and memory of all that a user may ask for."""
    expected, result = CASES[case], results(case)
    assert result["seconds"] <= expected.seconds
    assert result["mib"] <= expected.mib


@every_case
def test_nothing_runs(case: str, results: Results) -> None:
    """Nothing but the source is opened; nothing is imported, compiled, run, unpickled, sent or written."""
    result = results(case)
    assert result["done"] == []
    assert not result["written"]
    assert not Path(MARK).exists()


@every_case
def test_the_command(case: str, results: Results) -> None:
    """A source that is refused is refused by both commands in one line, with exit code 1, and nothing else is printed.

    Of one that is read `inspect` shows something, and `check` ends with 3 where there is a danger.
    """
    result = results(case)
    if "commands" not in result:
        assert result["seconds"] >= 0.5 or "\0" in result["path"]
        return
    dangers = [code for severity, code, *_ in result["notes"] if severity == "danger"]
    for verb, said in result["commands"].items():
        if result["outcome"] == "E":
            assert (verb, said["exit"], said["stdout"]) == (verb, 1, "")
            lines = said["stderr"].splitlines()
            assert 1 <= len(lines) <= 2 and lines[0].startswith("netviz: ")
        else:
            assert (verb, said["exit"]) == (verb, 3 if dangers and verb == "check" else 0), (dangers, said)
            assert said["stdout"]


GOOD = (
    *sorted(FIXTURES.rglob("*.keras")),
    *sorted(FIXTURES.rglob("*.h5")),
    *sorted(path for path in FIXTURES.iterdir() if path.is_dir() and path.name.startswith("savedmodel-")),
    *sorted(EXAMPLES.iterdir()),
)
"""Files and folders that Keras and TensorFlow wrote, of every format."""


def test_nothing_else_is_done_for_good_files(tmp_path: Path) -> None:
    """The same promise for files that are as they should be: of every reader at least one."""
    (tmp_path / "shards").mkdir()
    sources = [*GOOD, SHARDS["shards-good"].make(tmp_path / "shards")]
    results = read_by_child(sources, patience=120)
    assert len(results) == len(sources)
    for source, result in zip(sources, results, strict=True):
        assert (source, result["outcome"], result["done"], result["written"]) == (source, "W", [], False)
        assert result["unreadable"] == []
        # some of the files have a Lambda; nothing is amiss with what they are kept in
        assert {code for severity, code, *_ in result["notes"] if severity == "danger"} <= {"lambda-code"}
        assert not {"member-unexpected", "checksum-wrong", "soft-link", "dtype-unsupported"}.intersection(
            code for _, code, *_ in result["notes"]
        )


def test_a_reader_that_does_what_it_must_not_is_caught(tmp_path: Path) -> None:
    """Each of what a bad reader does is seen: the test above can fail."""
    source = tmp_path / "m.keras"
    source.write_bytes(b"x")
    (result,) = read_by_child([source], "--bad")
    done = "\n".join(result["done"])
    assert result["written"]
    for word in (
        "/etc/hostname", "m.keras", "beside", "this_module_is_not_there", "antigravity_m", "exec", "compile",
        "pickle.find_class", "marshal.loads", "os.system", "subprocess.Popen", "socket.", "os.mkdir", "ctypes.dlopen",
    ):  # fmt: skip
        assert word in done


def test_every_line_of_the_list_has_its_cases_and_every_case_its_line() -> None:
    """So none is lost when they are moved, and none is added without saying what it is about."""
    patterns = [
        (group, item, f"{group}-{name}")
        for group, items in ITEMS.items()
        for item, names in items.items()
        for name in names.split()
    ]
    for group, item, pattern in patterns:
        assert fnmatch.filter(CASES, pattern), (group, item, pattern)
    for case in CASES:
        lines = {(group, item) for group, item, pattern in patterns if fnmatch.fnmatchcase(case, pattern)}
        assert len(lines) == 1, (case, lines)
