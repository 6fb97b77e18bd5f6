from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from netviz.artifact import Artifact
from netviz.errors import NetvizError, UsageError
from netviz.render.sheet import sheet_artifact
from netviz.views import Column, Row, Sheet, Table


@pytest.fixture
def artifact() -> Artifact:
    table = Table(
        "layers", (Column("name", "Name"), Column("params", "Parameters", "count")), (Row(("é<b> layer", 1234)),)
    )
    return sheet_artifact(
        "summary", Sheet("net", (table,)), lambda: {"layers": [{"name": "é<b> layer", "params": 1234}]}
    )


def only(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("suffix", [".txt", ".json", ".md", ".html", ".csv", ".tex", ".TXT"])
def test_saves_what_the_suffix_names(artifact: Artifact, tmp_path: Path, suffix: str) -> None:
    path = artifact.save(tmp_path / f"summary{suffix}")
    assert path == tmp_path / f"summary{suffix}"
    assert only(tmp_path) == [path.name]
    formats = {".txt": "table", ".md": "markdown", ".tex": "latex"}
    suffix = suffix.lower()
    assert path.read_bytes().decode() == artifact.to(formats.get(suffix, suffix[1:]))


def test_formats_are_rendered_when_asked_for() -> None:
    asked: list[str] = []

    def render(name: str) -> str:
        asked.append(name)
        return name

    artifact = Artifact("figure", {"svg": lambda: render("svg"), "png": lambda: b"\x89PNG"}, dict)
    assert repr(artifact) == "<Artifact 'figure': svg, png>"
    assert str(artifact) == repr(artifact)
    assert asked == []
    assert artifact.to("svg") == "svg"
    assert artifact._repr_mimebundle_() == {"image/svg+xml": "svg"}
    assert asked == ["svg", "svg"]


def test_saves_bytes_as_they_are(tmp_path: Path) -> None:
    artifact = Artifact("figure", {"png": lambda: b"\x89PNG\r\n"}, dict)
    assert artifact.save(tmp_path / "figure.png").read_bytes() == b"\x89PNG\r\n"


def test_unknown_format_lists_the_choices(artifact: Artifact) -> None:
    with pytest.raises(UsageError) as caught:
        artifact.to("markdwon")
    assert "markdwon" in caught.value.message
    assert caught.value.hint.startswith("Did you mean markdown? The formats are table, ")


@pytest.mark.parametrize("name", ["summary.htm", "summary", "summary.png", ".md"])
def test_unknown_suffix_lists_the_suffixes(artifact: Artifact, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        artifact.save(tmp_path / name)
    assert ".txt" in caught.value.hint
    assert ".html" in caught.value.hint
    assert only(tmp_path) == []


def test_text_form_is_the_table(artifact: Artifact) -> None:
    assert str(artifact) == artifact.to("table")
    assert "1,234" in str(artifact)


def test_text_form_fits_a_terminal(artifact: Artifact) -> None:
    assert artifact.text() == str(artifact)
    assert "\x1b[1m" in artifact.text(color=True)
    assert max(map(len, artifact.text(width=10).splitlines())) < max(map(len, artifact.text().splitlines()))
    assert Artifact("x", {"text": lambda: "plain"}, dict).text(width=10, color=True) == "plain"


def test_format_outdoes_the_suffix(artifact: Artifact, tmp_path: Path) -> None:
    assert artifact.save(tmp_path / "a.json", "csv").read_bytes().decode() == artifact.to("csv")
    assert artifact.save(tmp_path / "plain", "table").read_text(encoding="utf-8") == str(artifact)
    with pytest.raises(UsageError, match="svg"):
        artifact.save(tmp_path / "b.md", "svg")
    assert only(tmp_path) == ["a.json", "plain"]


def test_json_is_the_data(artifact: Artifact) -> None:
    assert json.loads(artifact.to("json")) == artifact.data == {"layers": [{"name": "é<b> layer", "params": 1234}]}


def test_notebooks_get_a_fragment(artifact: Artifact) -> None:
    bundle = artifact._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "text/markdown"}
    assert str(bundle["text/html"]).startswith("<div")
    assert str(artifact.to("html")).startswith("<!DOCTYPE html>")
    assert set(artifact._repr_mimebundle_(include=["text/html", "image/png"])) == {"text/html"}
    assert set(artifact._repr_mimebundle_(exclude=["text/html"])) == {"text/plain", "text/markdown"}


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_permissions_are_those_of_any_new_file(artifact: Artifact, tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        path = artifact.save(tmp_path / "a.md")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    artifact.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_link_stays_a_link(artifact: Artifact, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link.md"
    link.symlink_to(tmp_path / "folder" / "real.md")
    artifact.save(link)
    assert link.is_symlink()
    assert only(tmp_path / "folder") == ["real.md"]


def test_missing_folder_is_named(artifact: Artifact, tmp_path: Path) -> None:
    with pytest.raises(NetvizError) as caught:
        artifact.save(tmp_path / "none" / "a.md")
    assert str(tmp_path / "none" / "a.md") in caught.value.message
    assert "no folder" in caught.value.message
    assert caught.value.hint
    assert not isinstance(caught.value, UsageError)


def test_folder_of_that_name_is_in_the_way(artifact: Artifact, tmp_path: Path) -> None:
    (tmp_path / "a.md").mkdir()
    with pytest.raises(NetvizError, match="directory"):
        artifact.save(tmp_path / "a.md")
    assert only(tmp_path) == ["a.md"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_failure_leaves_the_file_as_it_was(
    artifact: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    path = tmp_path / "a.md"
    path.write_text("before")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(NetvizError if isinstance(error, OSError) else KeyboardInterrupt):
        artifact.save(path)
    assert only(tmp_path) == ["a.md"]
    assert path.read_text() == "before"


def test_a_renderer_that_fails_writes_nothing(tmp_path: Path) -> None:
    def fail() -> str:
        raise NetvizError("no")

    with pytest.raises(NetvizError, match="no"):
        Artifact("x", {"svg": fail}, dict).save(tmp_path / "x.svg")
    assert only(tmp_path) == []


def test_impossible_path_is_an_error_of_ours(artifact: Artifact) -> None:
    with pytest.raises(NetvizError):
        artifact.save("a\0b.md")
