"""From paths to rows: open, recognise, read, collect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo
from pathlib import Path

import pandas as pd

from rca.model import HeapRef, Problem, SourceInfo
from rca.readers._open import Source
from rca.readers._reader import Batch, Head, Reader
from rca.readers._registry import named, scores
from rca.tables import TIME_COLUMN, concat
from rca.telemetry import Telemetry, moment

ENOUGH = 0.3
"""Below this score a file is not taken to be of a format."""

Event = Batch | Problem | HeapRef | SourceInfo


def read(paths: str | Path | Iterable[str | Path], *, format: str | None = None, zone: tzinfo = UTC) -> Telemetry:
    """Reads all of `paths` into one Telemetry."""
    parts: dict[str, list[pd.DataFrame]] = {}
    heaps, infos, problems = [], [], []
    for event in events(paths, format=format, zone=zone):
        match event:
            case Batch():
                parts.setdefault(event.table, []).append(event.rows)
            case Problem():
                problems.append(event)
            case HeapRef():
                heaps.append(event)
            case SourceInfo():
                infos.append(event)
    tables = {name: concat(name, rows) for name, rows in parts.items()}
    return Telemetry(tables, heaps=heaps, sources=infos, problems=problems)


def events(paths: str | Path | Iterable[str | Path], *, format: str | None = None, zone: tzinfo = UTC) -> Iterator[Event]:
    """What reading yields, file by file; each file ends with its SourceInfo."""
    for file in files(paths):
        yield from _one(Source(str(file), file, zone=zone), format)


def files(paths: str | Path | Iterable[str | Path]) -> Iterator[Path]:
    """The files below `paths`, each folder in the order of the names."""
    for path in [paths] if isinstance(paths, (str, Path)) else paths:
        path = Path(path)
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def _one(source: Source, format: str | None) -> Iterator[Event]:
    data = source.head()
    head = Head(source.name, data, complete=source.file.stat().st_size <= len(data))
    reader, confidence = (named(format), 1.0) if format else _recognised(head)
    if reader is None:
        yield Problem(source=source.path, reason=f"no format recognised; nearest: {_nearest(head)}")
        yield SourceInfo(path=source.path, format="unknown", confidence=0.0, bytes=source.file.stat().st_size, problems=1)
        return
    rows: Counter[str] = Counter()
    problems, first, last = 0, None, None
    for output in reader.read(source):
        if isinstance(output, Batch):
            rows[output.table] += len(output.rows)
            first, last = _span(output, first, last)
        problems += isinstance(output, Problem)
        yield output
    yield SourceInfo(path=source.path, format=reader.NAME, confidence=confidence, bytes=source.file.stat().st_size,
                     rows=dict(rows), problems=problems, first=first, last=last, notes=tuple(source.notes))


def _recognised(head: Head) -> tuple[Reader | None, float]:
    best, reader = scores(head)[0]
    return (reader, best) if best >= ENOUGH else (None, best)


def _nearest(head: Head) -> str:
    return ", ".join(f"{reader.NAME} ({score:.2f})" for score, reader in scores(head)[:3])


def _span(batch: Batch, first, last):  # type: ignore[no-untyped-def]
    if batch.table not in TIME_COLUMN:
        return first, last
    times = batch.rows[TIME_COLUMN[batch.table]].dropna()
    if times.empty:
        return first, last
    low, high = moment(times.min()), moment(times.max())
    return (low if first is None else min(first, low)), (high if last is None else max(last, high))


def stream(paths: str | Path | Iterable[str | Path], *, format: str | None = None, zone: tzinfo = UTC) -> Iterator[Batch]:
    """The rows of `paths`, batch by batch, in bounded memory; `read` collects the same rows."""
    return (event for event in events(paths, format=format, zone=zone) if isinstance(event, Batch))
