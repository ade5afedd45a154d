"""Objects per type of a Python process, counted by objgraph and saved as JSON (`rca-heap-snapshot/1`).

    {"schema": "rca-heap-snapshot/1", "label": "after", "time": "2026-03-02T08:00:00Z", "process": "orders",
     "rss_bytes": 31485952, "types": {"orders.model.Order": {"objects": 812, "bytes": 51968}}}

Names of types are `module.Type`. `bytes` are shallow (`sys.getsizeof` of each object) or null. Only objects that the
collector tracks are in it: no str, int, float or bytes, and no tuple or dict of nothing else. Resident memory and any
further member belong to the snapshot, not to the table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rca.model import Problem
from rca.readers._open import Source
from rca.readers._reader import Head, Output, Rows
from rca.readers._times import instants_of

NAME = "objgraph-snapshot"
TABLES = ("histograms",)
SCHEMA = "rca-heap-snapshot/1"
SAMPLES = (
    '{\n "schema": "rca-heap-snapshot/1",\n "label": "028min",\n "time": "2026-11-24T13:54:20.080Z",\n'
    ' "process": "order-service",\n "rss_bytes": 31485952,\n "python": "3.11.7",\n "collected": true,\n "types": {\n'
    '  "builtins.function": {"objects": 4393, "bytes": 667736},\n'
    '  "order_service.orders.OrderLine": {"objects": 2987, "bytes": 191168},\n'
    '  "builtins.dict": {"objects": 2334, "bytes": 969816}\n }\n}\n',
    '{"schema": "rca-heap-snapshot/1", "label": "", "time": "2026-11-24T13:54:20Z", "process": "worker", '
    '"rss_bytes": 1, "types": {"builtins.dict": {"objects": 2334, "bytes": null}}}\n',
)

_BEGINS = re.compile(r'\s*\{\s*"schema"\s*:\s*"rca-heap-snapshot/')
_FIELD = re.compile(r'"(schema|label|time|process)"\s*+:\s*+"([^"\\\n]*+)"')
_TYPES = re.compile(r'"types"\s*+:\s*+\{')
_TYPE = re.compile(r'"((?:[^"\\\n]|\\u[0-9a-fA-F]{4})*+)"\s*+:\s*+(\{[^{}]*+\})')
"""One type. No part of it can run over another, which keeps broken files linear."""


def looks_like(head: Head) -> float:
    """Sure where the schema is named first, or anywhere in a document that is whole."""
    if _BEGINS.match(head.text):
        return 0.99
    document = head.document
    named = str(document.get("schema", "")) if isinstance(document, dict) else ""
    return 0.99 if named.startswith("rca-heap-snapshot/") else 0.0


def read(source: Source) -> Iterator[Output]:
    """One row of `histograms` per type, with the line of the type.

    Of a broken document the types that are whole are read, and a Problem says where it broke.
    """
    text = source.data().decode("utf-8", errors="replace")
    document, problem = _document(text, source.path)
    if problem is not None:
        yield problem
    if document.get("schema") != SCHEMA:
        yield Problem(source=source.path, reason=f"expected the schema {SCHEMA}, got {document.get('schema')!r}; "
                                                 "a newer rca may read it")
        return
    yield from _rows(text, document, source)


def _document(text: str, path: str) -> tuple[Mapping[str, Any], Problem | None]:
    """The document; where it is broken its plain fields, and the Problem."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = text.count("\n", 0, getattr(error, "pos", 0)) + 1
        reason = f"expected a whole JSON document: {error}; the types that are whole are read"
        return dict(_FIELD.findall(text)), Problem(source=path, line=line, reason=reason)
    return (document if isinstance(document, dict) else {}), None


def _rows(text: str, document: Mapping[str, Any], source: Source) -> Iterator[Output]:
    time = instants_of(source, [document.get("time")])[0]
    shared = {"time": time, "process": _text(document.get("process")),
              "snapshot": _text(document.get("label")) or source.name}
    rows, scanned = Rows("histograms", source.path), _scan(text)
    types = document.get("types")
    counts = types if isinstance(types, dict) else {name: cells for name, (_, cells) in scanned.items()}
    for name, cells in counts.items():
        line = scanned[name][0] if name in scanned else 1     # a name with an escaped quote is not found again
        if not isinstance(cells, dict) or not _whole(cells.get("objects")):
            yield Problem(source=source.path, line=line, text=f"{name}: {cells}"[:200],
                          reason='expected a whole number of "objects" of the type')
            continue
        size = cells.get("bytes")
        rows.add(**shared, class_name=name, objects=cells["objects"], bytes=size if _whole(size) else None, line=line)
    yield from rows.rest()


def _scan(text: str) -> dict[str, tuple[int, Any]]:
    """Line and counts of every type that is whole, by name; the first of a name counts."""
    begin = _TYPES.search(text)
    at, line, found = 0, 1, dict[str, tuple[int, Any]]()
    for match in _TYPE.finditer(text, begin.end()) if begin else ():
        line, at = line + text.count("\n", at, match.start()), match.start()
        try:
            found.setdefault(json.loads(f'"{match[1]}"'), (line, json.loads(match[2])))
        except ValueError:
            continue        # the Problem of the document speaks of it
    return found


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
