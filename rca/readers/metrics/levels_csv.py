"""Metrics as CSV with two or three header lines (component, metric, statistic), as pandas writes levelled columns.

pandas adds one more line that holds the name of the index alone, where the index has a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rca.model import Problem
from rca.readers._csv_blocks import Form, cells, delimiter, first_lines
from rca.readers._fields import plain_key
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers.metrics._csv_table import batches
from rca.readers.metrics._header import COMPONENTS, METRICS, STATISTICS, is_number, numeric
from rca.readers.metrics._shapes import Levels, levelled_rows

NAME = "metrics-levels-csv"
TABLES = ("metrics",)
SAMPLES = (
    "microservice,orders,orders,cart\nmetric,latency,latency,requests\nstatistic,Average,p99,Sum\nunix_timestamp,,,\n"
    "1763632800.0,0.02,0.11,\n1763633100.0,0.03,0.12,17\n",
    "service,orders,cart\nmetric,latency,latency\n2026-11-20T10:00:00Z,0.02,0.11\n2026-11-20T10:05:00Z,0.03,0.12\n",
)

_MOST = 3
_LOOKED_AT = 12


def levels(rows: Sequence[Sequence[str]]) -> tuple[int, Levels] | None:
    """(number of header lines, what the columns are), or None where the first rows are no levelled header."""
    header = _header(rows)
    if not 2 <= len(header) <= _MOST:
        return None
    taken = len(header)
    if len(rows) > taken and any(rows[taken]) and not any(rows[taken][1:]):
        taken += 1          # the name of the index
    if not all(is_number(cell) or not cell for row in rows[taken:taken + 1] for cell in row[1:]):
        return None
    component, metric, statistic = _order(header)
    width = range(1, len(header[0]))
    return taken, Levels(tuple(width), tuple(component[i] or None for i in width), tuple(metric[i] for i in width),
                         tuple(statistic[i] or None for i in width) if statistic else (None,) * len(width))


def _header(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The first rows whose cells beyond the first are all names."""
    header: list[Sequence[str]] = []
    for row in rows:
        if len(row) != len(rows[0]) or len(row) < 2 or not all(row[1:]) or all(is_number(c) for c in row[1:]):
            break
        header.append(row)
    return header


def _order(header: list[Sequence[str]]) -> tuple[Sequence[str], Sequence[str], Sequence[str] | None]:
    """The rows of component, metric and statistic: by the names in their first cells, else in this order."""
    named = {plain_key(row[0]): row for row in header}
    ordered = [next((named[name] for name in names if name in named), None)
               for names in (COMPONENTS, METRICS, STATISTICS)]
    if ordered[0] is None or ordered[1] is None:
        ordered = [*header, None][:3]
    assert ordered[0] is not None
    assert ordered[1] is not None
    return ordered[0], ordered[1], ordered[2]


def looks_like(head: Head) -> float:
    """Sure where two or three lines of names stand above lines of numbers and the first cells name the levels."""
    if head.binary or head.first in ("{", "[", "<", "#", "") or len(head.lines) < 3:
        return 0.0
    separator = delimiter(head.lines[0])
    rows = [cells(line, separator) for line in head.lines[:_LOOKED_AT]]
    found = levels(rows)
    if found is None or not all(numeric(row[1:]) for row in rows[found[0]:]):
        return 0.0
    return 0.97 if plain_key(rows[0][0]) in COMPONENTS and plain_key(rows[1][0]) in METRICS else 0.6


def read(source: Source) -> Iterator[Output]:
    """One row of `metrics` per cell; an empty cell is a missing sample, NaN."""
    lines = first_lines(source, _LOOKED_AT)
    separator = delimiter(lines[0]) if lines else ","
    found = levels([cells(line, separator) for line in lines])
    if found is None:
        yield Problem(source=source.path, line=1,
                      reason="expected two or three header lines: component, metric, statistic")
        return
    taken, columns = found
    yield from batches(source, Form(taken, len(columns.positions) + 1, separator),
                       lambda block, report: levelled_rows(source, columns, block, report))
