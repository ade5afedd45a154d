"""Changes as JSON: commits, deploys, feature flags, configuration, migrations; a list, JSON lines, or below one key.

Each record is one row of `changes`, whatever mixture a file holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._shape import Shape, rows
from rca.readers.changes._kinds import is_change, row

NAME = "changes-json"
TABLES = ("changes",)
SAMPLES = (
    '[\n  {"sha": "0b5fa3c1d2e4", "author": "ada", "timestamp": "2026-03-02T08:00:00Z",\n'
    '   "message": "Keep sessions longer\\n\\nAsked for by sales", "files_changed": ["session.py"],\n'
    '   "diff": "-TTL = 60\\n+TTL = 0"}\n]\n',
    '[{"timestamp": "2026-03-02T09:00:00Z", "service": "orders", "commit_sha": "0b5fa3c1d2e4", "version": "1.8.0"}]\n',
    '{"timestamp": "2026-03-02T09:05:00Z", "flag": "cart2", "service": "cart", "change": "off->on", "actor": "bob"}\n'
    '{"time": "2026-03-02T09:07:00Z", "flag": "cart2", "service": "cart", "from": true, "to": false, "actor": "bob"}\n',
    '{"commits": [{"sha": "77aa01bcd2ef", "commit": {"message": "Fix",\n'
    ' "author": {"name": "ada", "date": "2026-03-02T08:00:00Z"}},\n'
    ' "parents": [{"sha": "0b5fa3c1d2e4"}], "files": [{"filename": "a.py", "patch": "@@ -1 +1 @@\\n-x\\n+y"}]}]}\n',
)

_WRAPPERS = ("commits", "deploys", "deployments", "releases", "flags", "changes", "history", "items", "data", "events",
             "value", "results")
SHAPE = Shape(is_change, (*((key,) for key in _WRAPPERS), ("status", "history")))


def looks_like(head: Head) -> float:
    """The share of the first records that have the keys of a change."""
    return SHAPE.score(head)


def read(source: Source) -> Iterator[Output]:
    """One row of `changes` per record."""
    return rows("changes", source, SHAPE, row)
