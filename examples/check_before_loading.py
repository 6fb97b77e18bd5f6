"""Is a file safe to load? What `netviz check` finds, before Keras gets to see it.

    python examples/check_before_loading.py [FOLDER]

Looks at the models of the examples, one of which hides code, and writes found.sarif for code scanning services.
"""

from __future__ import annotations

import sys
from pathlib import Path

import netviz

EXAMPLES = Path(__file__).parent
out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)

models = sorted((EXAMPLES / "models").glob("*.keras"))
check = netviz.check(*models)
for model, report in zip(models, check.reports, strict=True):
    dangers = [finding for finding in report.findings if finding.severity == "danger"]
    print(f"{model.name}: {dangers[0].message if dangers else 'may be loaded'}")
check.summary().save(out / "found.sarif")
