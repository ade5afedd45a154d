"""A provider says itself that it has trouble.

Symptom: a status feed among the telemetry reports a degraded service in the time of the incident.
Why it happens: what the system calls belongs to somebody else, who has an outage of his own.
Cannot see: providers that publish late or never, which is most of them in the first half hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from rca.incident import Case
from rca.model import Evidence, Finding, SourceRef
from rca.telemetry import moment

KIND = "services.provider-status"
NEEDS = ("events",)

_WELL = re.compile(
    r"(?<!not )(?<!non-)(?<!partially )\b(?:operat\w* normally|operational|resolved|recovered|available|healthy|ok|up|"
    r"informational|completed)\b",
    re.IGNORECASE,
)
"""Whole words: "unavailable" and "not operational" are no good news."""

EARLY = timedelta(hours=2)
"""A provider's trouble may begin that long before it is felt."""


def detect(case: Case) -> Iterator[Finding]:
    """One finding per degraded service of a provider that began by the end of the incident."""
    events = case.telemetry.events
    rows: Iterator[Any] = events[events["kind"] == "provider"].itertuples()
    for row in rows:
        status = row.reason if isinstance(row.reason, str) else ""
        message = row.message if isinstance(row.message, str) else ""
        began = moment(row.time) if row.time == row.time else None
        near = began is None or case.incident is None or case.incident[0] - EARLY <= began < case.incident[1]
        if near and not _WELL.search(status):
            yield Finding(
                kind=KIND,
                component=str(row.component),
                strength=4.0,
                onset=(began, began) if began else None,
                statement=f"The provider reports {row.component} as {status or 'impaired'}: {message[:160]}",
                measures={"status": status},
                evidence=(Evidence(SourceRef(str(row.source), int(row.line)), message[:400]),),
            )
