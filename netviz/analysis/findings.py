"""What is dangerous, broken or suspicious in a model: notes completed with what to do and what is published of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from netviz.analysis.advice import ADVICE
from netviz.analysis.health import Progress, health_notes
from netviz.catalog.vulnerabilities import Vulnerability, vulnerabilities
from netviz.errors import NetvizError
from netviz.model import Model, Note, Severity

WORST_FIRST: tuple[Severity, ...] = tuple(reversed(get_args(Severity)))


ABOUT_READING = frozenset({"rule-failed", "shape-unknown", "weights-unknown"})
"""Codes of notes on what netviz cannot know of a model, however good it is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something dangerous, broken or suspicious.

    `path` is the layer's, "" where it concerns the model as a whole; `remedy` is what to do, one sentence or two;
    `vulnerabilities` are the published ones that it makes use of in the version of Keras that the file states (in any,
    where it states none).
    """

    severity: Severity
    code: str
    path: str
    message: str
    remedy: str
    vulnerabilities: tuple[Vulnerability, ...] = ()

    @property
    def cves(self) -> tuple[str, ...]:
        """The numbers of the vulnerabilities."""
        return tuple(vulnerability.id for vulnerability in self.vulnerabilities)


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found in one source: a model, or the error with which reading it ended."""

    source: str
    model: Model | None
    findings: tuple[Finding, ...] = ()
    error: NetvizError | None = None

    @property
    def counts(self) -> Counter[Severity]:
        """How many findings there are of each severity."""
        return Counter(finding.severity for finding in self.findings)


def check_model(model: Model, progress: Progress | None = None) -> Report:
    """The findings in a model, the worst first: in how it is stored, in what it would do, and in its health.

    Reads every byte of the source and every weight.
    """
    notes = [*model.notes, *model.examine(), *health_notes(model, progress)]
    findings = worst_first(completed(model, note) for note in dict.fromkeys(notes) if is_finding(note))
    return Report(model.source.path or f"(live model {model.name})", model, findings)


def at_least(findings: Iterable[Finding], severity: Severity) -> tuple[Finding, ...]:
    """The findings that are as bad as that, or worse."""
    worst = WORST_FIRST[: WORST_FIRST.index(severity) + 1]
    return tuple(finding for finding in findings if finding.severity in worst)


def is_finding(note: Note) -> bool:
    """Whether a note is a matter of a check; others tell how the model was read."""
    return note.code not in ABOUT_READING and (note.code in ADVICE or note.severity != "info")


def completed(model: Model, note: Note) -> Finding:
    """The note with what to do, if anything, and what is published of it."""
    row = ADVICE.get(note.code)
    known = vulnerabilities(note.code, model.source.keras_version, model.source.format, note.message)
    return Finding(note.severity, note.code, note.path, note.message, row.remedy if row else "", tuple(known))


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings by their severity, those of the same one in their order."""
    return tuple(sorted(findings, key=lambda finding: WORST_FIRST.index(finding.severity)))
