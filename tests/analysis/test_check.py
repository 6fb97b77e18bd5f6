"""What a check gives as tables, as data and as SARIF, read back by others."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from sarif_pydantic import Sarif

import netviz
from netviz.analysis.check import MOST, check_document, check_sheet
from netviz.analysis.findings import Finding, Report
from netviz.analysis.sarif import LEVELS, build_sarif
from netviz.api.checked import Check
from netviz.catalog.vulnerabilities import VULNERABILITIES, vulnerabilities
from netviz.errors import SourceError
from netviz.render.text import sheet_to_text
from tests.conftest import EXAMPLES
from tests.render.names import HOSTILE

FINDINGS = (
    Finding("danger", "lambda-code", "a/b", "It holds code.", "Do not.", VULNERABILITIES["lambda-code"]),
    Finding("danger", "lambda-code", "c", "It holds code.", "Do not.", VULNERABILITIES["lambda-code"]),
    Finding("warning", "weight-conflict", "", "It is odd.", "Look."),
    Finding("info", "custom-object", "d", "It is yours.", "Have it."),
)
REPORTS = (
    Report("a b/m.keras", netviz.inspect(EXAMPLES / "lenet.keras").model, FINDINGS),
    Report("/abs/ü.h5", netviz.inspect(EXAMPLES / "lstm.keras").model),
    Report("gone.keras", None, (), SourceError("gone.keras: no such file")),
)


def test_sarif_is_what_the_standard_says() -> None:
    log = Sarif.model_validate_json(json.dumps(build_sarif(REPORTS, version="1.2.3")))
    (run,) = log.runs
    assert (log.version, run.tool.driver.name, run.tool.driver.version) == ("2.1.0", "netviz", "1.2.3")
    rules = [rule.id for rule in run.tool.driver.rules or []]
    assert len(set(rules)) == len(rules)
    results = run.results or []
    assert len(results) == len(FINDINGS)
    for result, finding in zip(results, FINDINGS, strict=True):
        assert result.rule_index is not None
        assert rules[result.rule_index] == result.rule_id == finding.code
        assert result.message.text == finding.message
        assert result.level is not None
        assert result.level.value == LEVELS[finding.severity]
    (invocation,) = run.invocations or []
    assert invocation.execution_successful is False


@pytest.mark.parametrize("name", [name for name in HOSTILE if name])
def test_hostile_names_arrive_in_sarif_and_json(name: str) -> None:
    finding = Finding("danger", "path-in-name", name, f"The name {name}.", "Do not.")
    check = Check((Report(name, None, (finding,)),))
    log = json.loads(check.summary().to("sarif"))
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == name
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].isascii()
    (source,) = json.loads(check.summary().to("json"))["sources"]
    assert source["findings"][0]["path"] == name


def test_the_table_tells_of_every_source_and_every_code() -> None:
    text = sheet_to_text(check_sheet(REPORTS))
    for report in REPORTS:
        assert report.source in text
    for finding in FINDINGS:
        assert finding.code in text
        assert finding.message in text
        assert finding.remedy in text
    assert "2 dangers, 1 warning, 1 info" in text
    assert "unreadable" in text


@pytest.mark.parametrize("count", [1, MOST - 1, MOST, MOST + 1, 1234])
def test_many_of_one_kind_are_counted(count: int) -> None:
    findings = tuple(Finding("warning", "weight-nonfinite", f"layer_{n}_", "NaN.", "Train.") for n in range(count))
    check = Check((Report("m.keras", None, findings),))
    text = str(check)
    shown = text.count("layer_")
    (rest,) = re.findall(r"And ([\d,]+) more", text) or ["0"]
    assert shown + int(rest.replace(",", "")) == count
    assert shown <= MOST
    data: Any = check.summary().data
    assert len(data["sources"][0]["findings"]) == count


def test_csv_has_a_row_for_every_finding() -> None:
    (head, *rows) = csv.reader(io.StringIO(str(Check(REPORTS).summary().to("csv"))))
    written = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["code"] for row in written] == [finding.code for finding in FINDINGS]
    assert {row["source"] for row in written} == {REPORTS[0].source}


def test_the_document_has_everything() -> None:
    document = check_document(REPORTS, version="1.2.3")
    first, second, third = document["sources"]
    assert [one["code"] for one in first["findings"]] == [finding.code for finding in FINDINGS]
    assert second["findings"] == []
    assert third["error"] == "gone.keras: no such file"


PUBLISHED = {
    "CVE-2024-3660": ("2.12.0", "2.13.0"),
    "CVE-2025-1550": ("3.8.0", "3.9.0"),
    "CVE-2025-8747": ("3.10.0", "3.11.0"),
    "CVE-2025-9905": ("3.11.2", "3.11.3"),
    "CVE-2025-9906": ("3.10.0", "3.11.0"),
    "CVE-2025-49655": ("3.11.2", "3.11.3"),
    "CVE-2025-12058": ("3.11.3", "3.12.0"),
    "CVE-2025-12060": ("3.11.3", "3.12.0"),
    "CVE-2025-12638": ("3.11.3", "3.12.0"),
    "CVE-2026-0897": ("3.13.1", "3.13.2"),
    "CVE-2026-1462": ("3.13.1", "3.13.2"),
    "CVE-2026-1669": ("3.13.1", "3.13.2"),
    "CVE-2026-12479": ("3.14.1", "3.15.0"),
    "CVE-2026-12480": ("3.14.0", "3.14.1"),
    "CVE-2026-12481": ("3.14.1", "3.15.0"),
}
"""The last version that has it and the first that has not, by the advisories."""


@pytest.mark.parametrize("cve", sorted(PUBLISHED))
def test_a_cve_is_named_for_the_versions_that_have_it(cve: str) -> None:
    last, mended = PUBLISHED[cve]

    def named(version: str | None) -> list[bool]:
        """For each code that the vulnerability belongs to, whether it is named."""
        codes = [code for code, known in VULNERABILITIES.items() if cve in [one.id for one in known]]
        return [cve in [known.id for known in vulnerabilities(code, version, "keras-h5", "get_file")] for code in codes]

    assert all(named(last))
    assert all(named(None))
    assert not any(named(mended))
    assert not any(named("99.0"))


def test_all_known_vulnerabilities_are_tested() -> None:
    assert {known.id for rows in VULNERABILITIES.values() for known in rows} == set(PUBLISHED)


@pytest.mark.parametrize(
    ("version", "same"),
    [("3", "3.0.0"), ("3.8", "3.8.0"), ("3.13", "3.13.0"), ("3.8.0.dev2024", "3.8.0"), ("3.9.0rc1", "3.8.9"),
     ("3.x", "3.0.0"), ("", None), ("dev", None)],
)  # fmt: skip
def test_odd_versions_are_taken_for_what_they_say(version: str, same: str | None) -> None:
    for code in VULNERABILITIES:
        assert list(vulnerabilities(code, version, "keras-v3")) == list(vulnerabilities(code, same, "keras-v3"))


def test_a_flaw_of_one_function_is_named_for_this_function() -> None:
    for function, named in (("keras.utils.get_file", True), ("keras.models.clone_model", False)):
        known = vulnerabilities("keras-function", "3.8.0", "keras-v3", f"'{function}' is called.")
        assert ("CVE-2025-12060" in [one.id for one in known]) is named


def test_save_by_suffix(tmp_path: Path) -> None:
    target = Check(REPORTS).summary().save(tmp_path / "found.sarif")
    assert json.loads(target.read_text())["version"] == "2.1.0"
