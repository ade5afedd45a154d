"""Changes as CSV: deploys, commits or flags, one a line, under a header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rca.model import Problem
from rca.readers._csv_blocks import Block, Form, blocks, cells, delimiter, first_lines
from rca.readers._fields import plain_record
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._shape import Cells, batch
from rca.readers.changes._kinds import is_change, row
from rca.readers.metrics._header import preview, roles

NAME = "changes-csv"
TABLES = ("changes",)
SAMPLES = (
    "timestamp,service,version,commit_sha,deployed_by\n2026-03-02T09:00:00Z,orders,1.8.0,0b5fa3c1d2e4,ada\n"
    "2026-03-02T09:30:00Z,cart,2.1.0,77aa01bcd2ef,bob\n",
    "time,flag,change,actor\n2026-03-02T09:05:00Z,cart2,off->on,bob\n",
)


def looks_like(head: Head) -> float:
    """The share of the first rows that are a change; little where columns of numbers make it a metric table."""
    seen = preview(head)
    if seen is None or not seen.rows:
        return 0.0
    share = sum(is_change(_record(seen.header, cells)) for cells in seen.rows) / len(seen.rows)
    found = roles(seen.header, seen.rows)
    measured = found is not None and any("." in seen.rows[0][i] for i in found.numbers)
    return (0.5 if measured else 0.93) * share if share >= 0.5 else 0.0


def read(source: Source) -> Iterator[Output]:
    """One row of `changes` a line; one that is no change is a Problem."""
    lines = first_lines(source, 1)
    separator = delimiter(lines[0]) if lines else ","
    header = cells(lines[0], separator) if lines else []
    problems: list[Problem] = []
    for block in blocks(source, Form(1, max(len(header), 1), separator), problems.append):
        found, kept = _changes(source, header, block, problems)
        yield from problems
        problems.clear()
        if found:
            yield from batch("changes", source, found, kept)
    yield from problems


def _changes(source: Source, header: Sequence[str], block: Block, problems: list[Problem]) -> tuple[
        list[Cells], list[int]]:
    found, kept = [], []
    for line, *held in zip(block.lines.tolist(), *(c.to_pylist() for c in block.columns), strict=True):
        change = row(_record(header, held))
        if change is None:
            problems.append(Problem(source=source.path, line=line, text=",".join(held)[:200],
                                    reason="expected a change: a deploy, commit or flag with its time"))
        else:
            found.append(change)
            kept.append(line)
    return found, kept


def _record(header: Sequence[str], held: Sequence[str]) -> dict[str, str]:
    return plain_record({name: cell.strip() for name, cell in zip(header, held, strict=True)})
