"""logfmt: `key=value` pairs, as Go programs, Heroku, Grafana, Docker and many others write them.

    time=2026-11-20T10:00:00Z level=info msg="order accepted" service=cart trace_id=4bf92f n=3

Keys mean what they mean in JSON logs. Source: https://brandur.org/logfmt.
"""

from __future__ import annotations

from collections.abc import Iterator

from rca.readers._log_keys import plan
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._record_form import LOGFMT
from rca.readers._text_log import read_text

NAME = "logfmt"
TABLES = ("logs", "requests")
SAMPLES = (
    # written from the description of the format
    'time=2026-11-20T10:00:00Z level=info msg="order accepted" service=cart trace_id=4bf92f n=3\n'
    'time=2026-11-20T10:00:01Z level=error msg="no \\"stock\\"" service=cart\n',
)


def looks_like(head: Head) -> float:
    """The share of lines that are pairs with a time and a message, or a level and a message."""
    if head.binary:
        return 0.0
    return sum(map(_likeness, head.lines)) / max(1, len(head.lines))


def _likeness(line: str) -> float:
    record = LOGFMT.parse(line) if "=" in line and LOGFMT.fits_one(line) else None
    if not record:
        return 0.0
    columns = plan(record).columns
    return 0.95 if len({"time", "message", "level"} & set(columns)) >= 2 else 0.0


def read(source: Source) -> Iterator[Output]:
    """One row a line; lines that are no pairs belong to the message before them."""
    return read_text(source, (LOGFMT,))
