"""What `netviz check` shows and gives as data, described in the README."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from netviz.analysis.advice import ADVICE
from netviz.analysis.findings import WORST_FIRST, Finding, Report
from netviz.model import Severity, Source
from netviz.views import Column, Row, Sheet, Table

SCHEMA = 1

PLURALS: Mapping[Severity, str] = {"danger": "dangers", "warning": "warnings", "info": "infos"}

MOST = 10
"""Findings with one code that the table shows; a model that diverged has the same in every weight."""

_FACTS = (Column("fact", "Fact"), Column("value", "Value", "items"))

_FINDINGS = (
    Column("severity", "Finding", "severity"),
    Column("path", "Layer"),
    Column("message", "What"),
    Column("code", "Code"),
)

_ADVICE = (
    Column("code", "Code"),
    Column("remedy", "What to do"),
    Column("cves", "Published as", "items"),
)


def check_sheet(reports: Sequence[Report]) -> Sheet:
    """The findings of each source, and below them what to do."""
    if len(reports) == 1:
        return Sheet(reports[0].source, tuple(_tables(reports[0])))
    tables = [_overview(reports)]
    for report in reports:
        if report.findings:
            tables += _tables(report, title=report.source)
    return Sheet(f"{len(reports)} sources", tuple(tables))


def findings_sheet(reports: Sequence[Report]) -> Sheet:
    """Every finding of every source as a row of one table, for formats that hold no more than a table."""
    columns = (Column("source", "Source"), *_FINDINGS, Column("remedy", "What to do"), Column("cves", "CVEs", "items"))
    rows = tuple(
        Row((report.source, one.severity, one.path, one.message, one.code, one.remedy, one.cves))
        for report in reports
        for one in report.findings
    )
    return Sheet(f"{len(reports)} sources", (Table("findings", columns, rows),))


def check_document(reports: Sequence[Report], *, version: str) -> dict[str, Any]:
    """The reports as data (schema 1 of `netviz check --format json`); `version` is that of netviz."""
    return {
        "netviz": version,
        "schema": SCHEMA,
        "sources": [
            {
                "path": report.source,
                "format": report.model.source.format if report.model else None,
                "keras_version": report.model.source.keras_version if report.model else None,
                "error": report.error.message if report.error else None,
                "findings": [_document(finding) for finding in report.findings],
            }
            for report in reports
        ],
    }


def _document(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "code": finding.code,
        "path": finding.path,
        "message": finding.message,
        "remedy": finding.remedy,
        "cves": [{"id": known.id, "affected": known.affected} for known in finding.vulnerabilities],
    }


def _tables(report: Report, title: str = "") -> list[Table]:
    tables = [Table("facts", _FACTS, tuple(Row(fact) for fact in _facts(report)), heading=False, title=title)]
    if report.findings:
        tables += [_findings_table(report.findings), _advice_table(report)]
    return tables


def _facts(report: Report) -> list[tuple[str, tuple[str, ...]]]:
    facts: list[tuple[str, tuple[str, ...]]] = [("Found", (verdict(report),))]
    if report.model is not None:
        facts.append(("File", (_described(report.model.source),)))
        layers = sum(1 for _ in report.model.root.walk())
        weights = len(report.model.root.all_weights)
        facts.append(("Looked at", (_number(layers, "layer"), _number(weights, "weight"))))
    return facts


def verdict(report: Report) -> str:
    """The findings counted, in words: "2 dangers, 1 warning"."""
    if report.error is not None:
        return "unreadable"
    counts = report.counts
    return ", ".join(_counted(counts[severity], severity) for severity in WORST_FIRST if counts[severity]) or "nothing"


def _counted(count: int, severity: Severity) -> str:
    return f"{count:,} {severity if count == 1 else PLURALS[severity]}"


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _described(source: Source) -> str:
    if source.keras_version is None:
        return f"{source.format}, states no version of Keras"
    stated = "" if source.path is None else ", as it states itself"
    return f"{source.format} of Keras {source.keras_version}{stated}"


def _findings_table(findings: Sequence[Finding]) -> Table:
    """A row for each finding; of many with one code the first, and how many more there are."""
    rows = []
    seen: Counter[str] = Counter()
    total = Counter(one.code for one in findings)
    for one in findings:
        seen[one.code] += 1
        if seen[one.code] < MOST or total[one.code] == MOST:
            rows.append(Row((one.severity, one.path, one.message, one.code)))
        elif seen[one.code] == MOST:
            rest = f"And {total[one.code] - MOST + 1:,} more like this; the JSON form has them all."
            rows.append(Row((one.severity, "", rest, one.code)))
    return Table("findings", _FINDINGS, tuple(rows))


def _advice_table(report: Report) -> Table:
    """What to do, once for each code, in the order of the findings."""
    first = {finding.code: finding for finding in reversed(report.findings)}
    codes = dict.fromkeys(finding.code for finding in report.findings)
    rows = tuple(Row((code, first[code].remedy, first[code].cves)) for code in codes if code in ADVICE)
    columns = _ADVICE if any(finding.cves for finding in report.findings) else _ADVICE[:2]
    return Table("advice", columns, tuple(Row(row.cells[: len(columns)]) for row in rows))


def _overview(reports: Sequence[Report]) -> Table:
    columns = (Column("source", "Source"), Column("found", "Found"))
    rows = tuple(Row((report.source, verdict(report))) for report in reports)
    return Table("sources", columns, rows)
