"""JSON records of one kind, wherever a tool puts them: recognised by their keys, read with their lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from rca.model import Problem
from rca.readers._fields import Record, plain_record
from rca.readers._json_records import Path, first_records, records
from rca.readers._open import Source
from rca.readers._reader import BATCH_ROWS, Batch, Head, Output
from rca.readers._times import instants_of
from rca.tables import TIME_COLUMN, frame

Cells = dict[str, Any]
_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Shape:
    """Records for which `fits` holds (it sees plain keys), at the top of the file or below one of `paths`."""

    fits: Callable[[Record], bool]
    paths: tuple[Path, ...] = ()

    def score(self, head: Head) -> float:
        """0.95 where every record of the head fits, less in proportion, 0 where fewer than half do."""
        if head.binary or head.first not in ("{", "["):
            return 0.0
        share = max(self._share(head.text, path) for path in self._all())
        return 0.95 * share if share >= 0.5 else 0.0

    def records(self, source: Source, problems: list[Problem]) -> Iterator[tuple[int, Record]]:
        """(line, record under plain keys) of the whole file."""
        start = source.head().decode("utf-8", errors="replace")
        path = max(self._all(), key=lambda path: self._share(start, path))
        for line, record in records(source, path, problems=problems):
            yield line, plain_record(record)

    def _all(self) -> tuple[Path, ...]:
        return ((), *self.paths)

    def _share(self, text: str, path: Path) -> float:
        found = _beginning(text, path)
        return sum(self.fits(record) for record in found) / len(found) if found else 0.0


@lru_cache(maxsize=32)
def _beginning(text: str, path: Path) -> tuple[Record, ...]:
    """The first records below `path`, once for all readers that look at a head."""
    if any(f'"{step}"' not in text for step in path):
        return ()
    return tuple(plain_record(record) for record in first_records(text, path))


def rows(table: str, source: Source, shape: Shape, made: Callable[[Record], Cells | None]) -> Iterator[Output]:
    """Batches of `table` with what `made` gives for each record; where it gives None the record is a Problem."""
    problems: list[Problem] = []
    lines: list[int] = []
    cells: list[Cells] = []
    for line, record in shape.records(source, problems):
        row = made(record)
        if row is None:
            reason = f"expected a record of {table}, got one with the fields {', '.join(sorted(record))}"
            problems.append(Problem(source=source.path, line=line, text=str(record)[:_EXCERPT], reason=reason[:300]))
            continue
        lines.append(line)
        cells.append(row)
        if len(cells) >= BATCH_ROWS:
            yield from batch(table, source, cells, lines)
            lines, cells = [], []
    if cells:
        yield from batch(table, source, cells, lines)
    yield from problems


def batch(table: str, source: Source, cells: list[Cells], lines: list[int]) -> Iterator[Output]:
    """The rows, after a Problem for every time that is there and is none."""
    names = dict.fromkeys(name for row in cells for name in row)
    columns: dict[str, Any] = {name: [row.get(name) for row in cells] for name in names}
    stamp = TIME_COLUMN[table]
    if stamp in columns:
        raw, found = columns[stamp], times(columns[stamp], source)
        columns[stamp] = found
        yield from bad_times(source, raw, found, lines)
    yield Batch(table, frame(table, {**columns, "source": source.path, "line": np.asarray(lines, dtype="int64")}))


def times(values: list[Any], source: Source) -> pd.DatetimeIndex:
    """Times as the records write them; NaT for what is no time."""
    return instants_of(source, [value if _may_be_time(value) else None for value in values])


def _may_be_time(value: Any) -> bool:
    """JSON knows integers of any length; one that 64 bits cannot hold is no time."""
    return isinstance(value, (str, float)) or (isinstance(value, int) and abs(value) < 2**63)


def bad_times(source: Source, raw: list[Any], found: pd.DatetimeIndex, lines: list[int]) -> Iterator[Problem]:
    """A Problem for each value that is given but not understood."""
    for at in np.flatnonzero(np.asarray(found.isna())):
        if raw[at] is not None:
            yield Problem(source=source.path, line=lines[at], text=str(raw[at])[:_EXCERPT],
                          reason="expected an ISO 8601 time or an epoch number; the row has no time")


def has(record: Mapping[str, Any], *alternatives: tuple[str, ...]) -> bool:
    """Whether the record has at least one key of every group."""
    return all(any(name in record for name in names) for names in alternatives)
