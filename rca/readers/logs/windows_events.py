"""Windows event log entries as XML: what `wevtutil qe /f:xml`, PowerShell's ToXml and log shippers write.

    <Event xmlns="..."><System><Provider Name="Service Control Manager"/><EventID>7036</EventID><Level>4</Level>...

Events as JSON lines are read by `json-lines`. Entities that a document declares are not expanded, and a document type
is refused. Source: Windows Event schema, System element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import numpy as np

from rca.model import Problem
from rca.readers._open import Source
from rca.readers._reader import BATCH_ROWS, Batch, Head, Output
from rca.readers._times import Clock
from rca.tables import frame

NAME = "windows-events-xml"
TABLES = ("logs",)
SAMPLES = (
    # written from the published schema
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Service Control "
    "Manager'/>"
    "<EventID>7036</EventID><Level>4</Level><TimeCreated "
    "SystemTime='2026-11-20T10:00:00.1234567Z'/><Channel>System</Channel>"
    "<Computer>web-1</Computer></System><EventData><Data Name='param1'>cart</Data><Data "
    "Name='param2'>stopped</Data></EventData>"
    "<RenderingInfo Culture='en-US'><Message>The cart service entered the stopped "
    "state.</Message></RenderingInfo></Event>\n",
)
_LEVELS = {"0": "info", "1": "critical", "2": "error", "3": "warning", "4": "info", "5": "debug"}
_BEGIN = re.compile(r"<Event[\s>]")
_NAMESPACE = re.compile(r"\{[^}]*\}")
_LONGEST = 4 << 20
_EXCERPT = 200


def looks_like(head: Head) -> float:
    """Sure where an event with a System element comes first."""
    return 0.95 if head.first == "<" and _BEGIN.search(head.text) and "<System>" in head.text else 0.0


def read(source: Source) -> Iterator[Output]:
    """One row an event."""
    clock = Clock(source.zone, source.modified)
    rows: list[dict[str, Any]] = []
    for first, text in _events(source):
        row = _row(text)
        if row is None:
            yield Problem(
                source=source.path,
                line=first,
                text=text[:_EXCERPT],
                reason="expected an Event element that is well-formed",
            )
            continue
        rows.append({**row, "line": first})
        if len(rows) >= BATCH_ROWS:
            yield _batch(rows, source, clock)
            rows = []
    if rows:
        yield _batch(rows, source, clock)


def _events(source: Source) -> Iterator[tuple[int, str]]:
    """(first line, text) of each event, whatever lines it takes; what stands around them is markup."""
    held: list[str] = []
    size, begun = 0, 0
    for number, line in source.lines():
        rest = line
        while rest:
            if not held:
                match = _BEGIN.search(rest)
                if not match:
                    break
                rest, begun = rest[match.start() :], number
            end = rest.find("</Event>")
            held.append(rest if end < 0 else rest[: end + 8])
            size += len(held[-1])
            rest = "" if end < 0 else rest[end + 8 :]
            if end >= 0 or size > _LONGEST:
                yield begun, "\n".join(held)
                held, size = [], 0
    if held:
        yield begun, "\n".join(held)


def _row(text: str) -> dict[str, Any] | None:
    if "<!" in text.replace("<![CDATA[", ""):
        return None
    try:
        event = ElementTree.fromstring(text)  # noqa: S314 - a document type, and so any entity, is refused above
    except ElementTree.ParseError:
        return None
    found = {_NAMESPACE.sub("", element.tag): element for element in event.iter()}
    data = {
        element.get("Name") or f"data_{i}": element.text or ""
        for i, element in enumerate(event.iter())
        if element.tag.endswith("}Data") or element.tag == "Data"
    }

    def said(name: str) -> str | None:
        return (found[name].text or "").strip() or None if name in found else None

    provider = found["Provider"].get("Name") if "Provider" in found else None
    message = said("Message") or " ".join([f"event {said('EventID') or '?'}", *data.values()])
    return {
        "time": found["TimeCreated"].get("SystemTime") if "TimeCreated" in found else None,
        "host": said("Computer"),
        "service": provider,
        "logger": said("Channel"),
        "level": _LEVELS.get(said("Level") or ""),
        "message": message,
        "attributes": {"event_id": said("EventID"), **data},
    }


def _batch(rows: list[dict[str, Any]], source: Source, clock: Clock) -> Batch:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    lines = np.asarray(columns.pop("line"), dtype=np.int64)
    times = clock.index(clock.instants(columns["time"]))
    return Batch("logs", frame("logs", {**columns, "time": times, "line": lines, "source": source.path}))
