"""Status feeds of providers as JSON: AWS Health, Google Cloud's incident list, Statuspage, or a saved dashboard."""

from __future__ import annotations

from collections.abc import Iterator

from rca.readers._fields import Record, pick, text, texts
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._shape import Cells, Shape, has, rows

NAME = "status-feed-json"
TABLES = ("events",)
# Written from the published forms of `aws health describe-events` and of Statuspage's /api/v2/incidents.json.
SAMPLES = (
    '{"source": "status page", "events": [\n {"id": "q-1", "service": "Queue", "region": "eu", "status": "degraded",\n'
    '  "title": "Delays", "started_at": "2026-03-02T09:40:00Z", "updated_at": "2026-03-02T10:00:00Z",\n'
    '  "resolved_at": null, "detail": "Messages arrive late."}]}\n',
    '{"events": [{"arn": "arn:aws:health:eu-1::event/SQS/X/1", "service": "SQS",\n'
    '  "eventTypeCode": "AWS_SQS_OPERATIONAL_ISSUE",\n'
    '  "eventTypeCategory": "issue", "region": "eu-1", "startTime": 1772444400.0, "lastUpdatedTime": 1772445600.0,\n'
    '  "statusCode": "open"}]}\n',
    '{"page": {"id": "y", "name": "Payments Inc"}, "incidents": [{"name": "Elevated errors",\n'
    '  "status": "investigating", "impact": "major",\n'
    '  "created_at": "2026-03-02T09:41:00Z", "updated_at": "2026-03-02T09:50:00Z",\n'
    '  "components": [{"name": "API"}], "incident_updates": [{"body": "We look.", "status": "investigating"}]}]}\n',
)

_STARTS = ("startedat", "starttime", "startsat", "begin", "begintime", "onset", "createdat")
_UPDATES = ("updatedat", "lastupdatedtime", "resolvedat", "endtime", "endedat", "end", "modified", "resolvedtime")
_STATES = ("status", "statuscode", "state", "statusimpact", "impact")
_SERVICES = ("service", "servicename", "product", "components", "affectedproducts", "component", "name")
_TITLES = ("title", "name", "externaldesc", "eventtypecode", "summary")
_DETAILS = ("detail", "details", "description", "body", "incidentupdates", "updates")
_ENDS = ("resolvedat", "endtime", "endedat", "end", "resolvedtime")
_FOREIGN = ("traceid", "spanid", "involvedobject", "labels", "metric", "signature", "level", "severitytext", "version",
            "commitsha", "flag")


def is_event(record: Record) -> bool:
    """A service, its state, when that began, and when it was last spoken of."""
    return (has(record, _SERVICES, _STATES, _STARTS, _UPDATES) and has(record, (*_TITLES, *_DETAILS))
            and not has(record, _FOREIGN))


SHAPE = Shape(is_event, (("events",), ("incidents",), ("items",), ("announcements",), ("data",)))


def event(record: Record) -> Cells | None:
    """The row: the state is the reason; the message says the region and, where it is over, since when."""
    if not has(record, _STARTS):
        return None
    title, detail = text(pick(record, _TITLES)), _detail(record)
    region, end = text(record.get("region")), text(pick(record, _ENDS))
    message = ": ".join(dict.fromkeys(part for part in (title, detail) if part))
    message += (f" ({region})" if region else "") + (f", over at {end}" if end else "")
    return {"time": pick(record, _STARTS), "component": ", ".join(texts(pick(record, _SERVICES))) or None,
            "kind": "provider", "reason": text(pick(record, _STATES)), "message": message or None, "count": 1}


def _detail(record: Record) -> str | None:
    """The text; of a list of updates the newest one, which stands first."""
    found = pick(record, _DETAILS)
    if isinstance(found, list):
        found = found[0] if found else None
    if isinstance(found, dict):
        found = found.get("body") or found.get("text") or found.get("latestDescription")
    return text(found)


def looks_like(head: Head) -> float:
    """The share of the first records that have the keys of a provider's event."""
    return SHAPE.score(head)


def read(source: Source) -> Iterator[Output]:
    """One row of `events` per event, at its start."""
    return rows("events", source, SHAPE, event)
