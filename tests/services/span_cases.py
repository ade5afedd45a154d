"""Spans and cases in a few words, for the tests of what works on traces."""

from datetime import UTC, datetime, timedelta

import numpy as np

from rca import tables
from rca.incident import Case
from rca.telemetry import Telemetry

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
CHANGE = START + timedelta(minutes=30)
END = START + timedelta(minutes=60)
DEFAULTS = {
    "parent": None,
    "kind": "server",
    "at": 0.0,
    "ms": 10.0,
    "status": "unset",
    "peer": None,
    "attributes": None,
}


def span(trace, span_id, service, name="work", **more):
    """One span; `at` is its start in milliseconds after START."""
    return {"trace": trace, "id": span_id, "service": service, "name": name, **DEFAULTS, **more}


def frame(spans):
    """The spans as a table whose lines count from 1."""
    starts = [int(START.timestamp() * 1e9) + round(s["at"] * 1e6) for s in spans]
    return tables.frame(
        "spans",
        {
            **{
                column: [s[key] for s in spans]
                for column, key in (
                    ("trace_id", "trace"),
                    ("span_id", "id"),
                    ("parent_id", "parent"),
                    ("service", "service"),
                    ("name", "name"),
                    ("kind", "kind"),
                    ("status", "status"),
                    ("peer", "peer"),
                    ("attributes", "attributes"),
                )
            },
            "start": np.array(starts, dtype="int64"),
            "duration_ms": [float(s["ms"]) for s in spans],
            "source": "spans.json",
            "line": list(range(1, len(spans) + 1)),
        },
    )


def case(spans, *, windows=True):
    """A case whose incident begins 30 minutes after START."""
    return Case(
        telemetry=Telemetry({"spans": frame(spans)}),
        incident=(CHANGE, END) if windows else None,
        baseline=(START, CHANGE) if windows else None,
    )


def minute(number):
    """Milliseconds after START."""
    return number * 60_000.0


def call(trace, at, *, caller="web", callee="cart", took=10.0, served=8.0, status="unset", **more):
    """caller -> callee: an entry span, its client span and the callee's server span.

    web    |--------------|     a
    web     |------------|      b (client)
    cart      |--------|        c (server)
    """
    ends = {"status": status}
    return [
        span(trace, "a", caller, "GET /", at=at, ms=took + 2, **ends),
        span(trace, "b", caller, f"call {callee}", parent="a", kind="client", at=at + 1, ms=took, **ends),
        span(
            trace, "c", callee, f"/{callee}", parent="b", at=at + 1 + (took - served) / 2, ms=served, **{**ends, **more}
        ),
    ]


def every_minute(make, *, before, during):
    """Spans of 60 requests, one a minute: `make(trace, at, **before)` for the first 30, then with `during`."""
    return [one for i in range(60) for one in make(f"t{i}", minute(i), **(before if i < 30 else during))]
