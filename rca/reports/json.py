"""A report as JSON: everything that it holds, by a published and versioned schema.

The schema is `report.schema.json` beside this file (JSON Schema 2020-12). Its name, `rca-report/1`, stands in every
document; a new number comes only where a reader of the old one could be misled, and further keys may appear any time.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from rca.model import REPORT_SCHEMA, Report, plain
from rca.reports._presentable import redacted


def render(report: Report, *, redact_secrets: bool = True) -> str:
    """`report` as JSON text with a line per value. Keys keep the order of the dataclasses."""
    text = json.dumps(document(report, redact_secrets=redact_secrets), indent=1, ensure_ascii=False)
    return text.encode("utf-8", errors="backslashreplace").decode() + "\n"     # a lone surrogate becomes its JSON escape


def document(report: Report, *, redact_secrets: bool = True) -> dict[str, Any]:
    """`report` as plain JSON types, with the schema's name first."""
    return {"schema": REPORT_SCHEMA, **plain(redacted(report) if redact_secrets else report)}


def schema() -> dict[str, Any]:
    """The JSON Schema that every document follows."""
    loaded: dict[str, Any] = json.loads(files("rca.reports").joinpath("report.schema.json").read_text(encoding="utf-8"))
    return loaded
