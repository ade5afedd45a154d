"""A report as JSON: everything that it holds, by a published and versioned schema.

The schema is `report.schema.json` beside this file (JSON Schema 2020-12). Its name, `rca-report/1`, stands in every
document; a new number comes only where a reader of the old one could be misled, and further keys may appear any time.

A finding stands once, in `findings`, with an `id`. Hypotheses and their reasons refer to it by that id: they share most
of their findings, and a document that repeated them would grow with hypotheses times findings.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from rca.model import REPORT_SCHEMA, Finding, Hypothesis, Reason, Report, plain
from rca.reports._content import identity
from rca.reports._presentable import redacted


def render(report: Report, *, redact_secrets: bool = True) -> str:
    """`report` as JSON text. Keys keep the order of the dataclasses; times are ISO 8601 in UTC, NaN is null."""
    text = json.dumps(document(report, redact_secrets=redact_secrets), indent=1, ensure_ascii=False)
    return text.encode("utf-8", errors="backslashreplace").decode() + "\n"  # a lone surrogate becomes its JSON escape


def document(report: Report, *, redact_secrets: bool = True) -> dict[str, Any]:
    """`report` as plain JSON types, with the schema's name first."""
    report = redacted(report) if redact_secrets else report
    ids: dict[tuple[object, ...], str] = {}
    for finding in (*report.findings, *(f for h in report.hypotheses for f in _cited(h))):
        ids.setdefault(identity(finding), f"F{len(ids) + 1}")
    by_id = {ids[identity(f)]: f for h in report.hypotheses for f in _cited(h)} | {
        ids[identity(f)]: f for f in report.findings
    }
    whole = {
        name: plain(getattr(report, name))
        for name in Report.__dataclass_fields__
        if name not in ("hypotheses", "findings")
    }
    return {
        "schema": REPORT_SCHEMA,
        "verdict": whole.pop("verdict"),
        "hypotheses": [_hypothesis(h, ids) for h in report.hypotheses],
        "findings": [{"id": name, **plain(by_id[name])} for name in ids.values()],
        **whole,
    }


def schema() -> dict[str, Any]:
    """The JSON Schema that every document follows."""
    loaded: dict[str, Any] = json.loads(files("rca.reports").joinpath("report.schema.json").read_text(encoding="utf-8"))
    return loaded


def _cited(hypothesis: Hypothesis) -> list[Finding]:
    reasons = (*hypothesis.reasons_for, *hypothesis.reasons_against)
    return [*hypothesis.explains, *(reason.finding for reason in reasons if reason.finding)]


def _hypothesis(hypothesis: Hypothesis, ids: dict[tuple[object, ...], str]) -> dict[str, Any]:
    h = {name: getattr(hypothesis, name) for name in Hypothesis.__dataclass_fields__}
    h["explains"] = [ids[identity(finding)] for finding in hypothesis.explains]
    for name in ("reasons_for", "reasons_against"):
        h[name] = [_reason(reason, ids) for reason in h[name]]
    plain_h: dict[str, Any] = plain(h)
    return plain_h


def _reason(reason: Reason, ids: dict[tuple[object, ...], str]) -> dict[str, Any]:
    return {
        "statement": reason.statement,
        "weight_nats": reason.weight_nats,
        "finding": ids[identity(reason.finding)] if reason.finding else None,
    }
