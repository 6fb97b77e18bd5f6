"""Findings in the form that code scanning tools exchange: SARIF 2.1.0.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from netviz.analysis.advice import ADVICE
from netviz.analysis.findings import WORST_FIRST, Finding, Report
from netviz.model import Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

LEVELS: Mapping[Severity, str] = {"danger": "error", "warning": "warning", "info": "note"}

SECURITY: Mapping[str, object] = {"tags": ["security"], "security-severity": "8.0"}
"""What code scanning services tell a danger by; the number is on the scale of CVSS."""

Json = dict[str, Any]


def build_sarif(reports: Sequence[Report], *, version: str) -> Json:
    """The reports as a SARIF log with one run, in which a source that could not be read is a notification.

    `version` is that of netviz.
    """
    findings = [finding for report in reports for finding in report.findings]
    # of findings with one code the worst is to stand for the rule: it comes last, and stays
    rules = {one.code: one for one in sorted(findings, key=lambda one: WORST_FIRST.index(one.severity), reverse=True)}
    places = {code: place for place, code in enumerate(rules)}
    unread = [report for report in reports if report.error is not None]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "netviz", "version": version, "rules": [_rule(one) for one in rules.values()]}
                },
                "invocations": [
                    {
                        "executionSuccessful": not unread,
                        "toolExecutionNotifications": [_notification(report) for report in unread],
                    }
                ],
                "results": [
                    _result(report, finding, places[finding.code]) for report in reports for finding in report.findings
                ],
            }
        ],
    }


def _rule(finding: Finding) -> Json:
    row = ADVICE.get(finding.code)
    title = row.title if row else finding.code
    return {
        "id": finding.code,
        "shortDescription": {"text": title},
        "help": {"text": finding.remedy or title},
        "defaultConfiguration": {"level": LEVELS[finding.severity]},
        **({"properties": SECURITY} if finding.severity == "danger" else {}),
    }


def _result(report: Report, finding: Finding, rule: int) -> Json:
    location = _location(report)
    if finding.path:
        name = finding.path.rpartition("/")[2]
        location["logicalLocations"] = [{"name": name, "fullyQualifiedName": finding.path, "kind": "object"}]
    cves = [{"id": known.id, "affected": known.affected} for known in finding.vulnerabilities]
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [location] if location else [],
        **({"properties": {"cves": cves}} if cves else {}),
    }


def _notification(report: Report) -> Json:
    text = report.error.message if report.error else ""
    return {"level": "error", "message": {"text": text}, "locations": [_location(report)]}


def _location(report: Report) -> Json:
    """Where the source is: a file by its URI; a live model has no place."""
    if report.model is not None and report.model.source.path is None:
        return {}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(PurePath(report.source))}}}


def _uri(path: PurePath) -> str:
    try:
        return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))
    except UnicodeEncodeError:  # a name that no file can have
        return quote(path.as_posix().encode("utf-8", "backslashreplace"))
