"""What `netviz.check` gives: the findings in one or more sources."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from netviz import __version__
from netviz.analysis.check import check_document, check_sheet, findings_sheet, verdict
from netviz.analysis.findings import WORST_FIRST, Finding, Report, at_least, check_model
from netviz.analysis.health import Progress
from netviz.analysis.sarif import build_sarif
from netviz.api.inspected import InspectedModel
from netviz.artifact import Artifact
from netviz.errors import NetvizError, UsageError
from netviz.model import Severity
from netviz.readers import read, reading
from netviz.render.data import data_to_json
from netviz.render.sheet import sheet_artifact

if TYPE_CHECKING:
    import keras


def check(
    *sources: str | os.PathLike[str] | keras.Model | InspectedModel,
    max_bytes: int | None = None,
    keep_going: bool = False,
    progress: Progress | None = None,
) -> Check:
    """What is dangerous, broken or suspicious in files or folders, or in live Keras models.

    A file is read without Keras and nothing in it is run; all that Keras would load is looked at, and every weight. Of
    a live model the config is looked at that would be saved. `max_bytes` is that of `inspect`. `progress` is called
    with the bytes of weights done and in all, for each source anew.
    Raises SourceError where a source cannot be read; with `keep_going` its report has the error instead.
    """
    if not sources:
        raise UsageError("there is nothing to check", "Give the path of a model's file, or a keras.Model.")
    reports = []
    for source in sources:
        name = os.fspath(source) if isinstance(source, str | os.PathLike) else "(live model)"
        try:
            model = source.model if isinstance(source, InspectedModel) else read(source, max_bytes=max_bytes)
            with reading(name):
                reports.append(check_model(model, progress))
        except NetvizError as error:
            if not keep_going:
                raise
            reports.append(Report(name, None, (), error))
    return Check(tuple(reports))


@dataclass(frozen=True, slots=True)
class Check:
    """The findings in one or more sources, the worst first in each; empty where there are none, not even an info."""

    reports: tuple[Report, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those of all sources, source by source."""
        return tuple(finding for report in self.reports for finding in report.findings)

    @property
    def worst(self) -> Severity | None:
        """The worst severity among the findings; None where there is none."""
        found = {finding.severity for finding in self.findings}
        return next((severity for severity in WORST_FIRST if severity in found), None)

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings that are as bad as "info", "warning" or "danger", or worse.

        Raises UsageError for another word.
        """
        if severity not in WORST_FIRST:
            raise UsageError(f"no severity {severity!r}", f"The severities are {', '.join(WORST_FIRST)}.")
        return at_least(self.findings, severity)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def summary(self) -> Artifact:
        """The findings as a table, with what to do; in all formats of tables, and as "sarif" for code scanning.

        As "csv" every finding is a row.
        """
        name = self.reports[0].source if len(self.reports) == 1 else f"{len(self.reports)} sources"
        document = partial(check_document, self.reports, version=__version__)
        artifact = sheet_artifact(name, check_sheet(self.reports), document)
        rows = sheet_artifact(name, findings_sheet(self.reports), document)
        return replace(artifact, formats={**artifact.formats, "csv": rows.formats["csv"], "sarif": self._sarif})

    def _sarif(self) -> str:
        return data_to_json(build_sarif(self.reports, version=__version__))

    def __str__(self) -> str:
        return str(self.summary())

    def __repr__(self) -> str:
        return f"<Check: {'; '.join(f'{report.source}: {verdict(report)}' for report in self.reports)}>"

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> Mapping[str, str]:
        return self.summary()._repr_mimebundle_(include, exclude)
